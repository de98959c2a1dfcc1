"""Deeds of which none holds up another: each is tried, and what failed is told when all were."""

from collections.abc import Iterator
from contextlib import contextmanager


class Apart:
    """Use `each` around every deed and `tell` at the end.

    For what goes over many things of many people: one that is broken, forged or in need of something must not
    keep the others from what is theirs. Nothing is swallowed: the group names each thing that failed.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._failures: list[Exception] = []

    @contextmanager
    def each(self, of: object, *, but: type[Exception] | tuple[()] = ()) -> Iterator[None]:
        """Keep what a deed fails of, with the name of what it was done to; `but` ends all of it at once."""
        try:
            yield
        except but:
            raise
        except Exception as error:
            # Whatever it is: `tell` raises it.
            error.add_note(f"{self._what}: {of}")
            self._failures.append(error)

    def tell(self) -> None:
        """Raise an `ExceptionGroup` of what failed; nothing where nothing did."""
        if self._failures:
            raise ExceptionGroup(self._what, self._failures)
