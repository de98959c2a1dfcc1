"""What goes wrong beside a healthy stack: told once, tried again, told when it is over."""

from collections.abc import Callable

from stack.servers import StackError


class Troubles:
    """Keeps a failing write, or a server that cannot start yet, from ending what is well."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._known: set[str] = set()

    def attempt(self, what: str, do: Callable[[], object]) -> bool:
        """Do it; when the system does not let us, say so once and return False: it is for the next time."""
        try:
            do()
        except (OSError, StackError) as error:
            if what not in self._known:
                self._known.add(what)
                self._say(f"{what} fails and is tried again: {error}")
            return False
        if what in self._known:
            self._known.remove(what)
            self._say(f"{what} works again")
        return True

    def is_known(self, what: str) -> bool:
        """Tell whether this failed the last time."""
        return what in self._known
