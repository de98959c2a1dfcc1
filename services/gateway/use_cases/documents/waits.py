"""What cannot be understood now, and why."""

from collections.abc import Sequence


class Waits(Exception):  # noqa: N818 - the fact is the name.
    """It cannot be understood now; `again` says whether time may help."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


def require_sound(faults: Sequence[tuple[str, str]]) -> None:
    """Raise `Waits` where something of it is not what it says it is."""
    if faults:
        raise Waits(reasons(faults))


def reasons(faults: Sequence[tuple[str, str]]) -> str:
    """Return the first faults in words."""
    return "; ".join(f"{path}: {reason}" for path, reason in faults[:5])
