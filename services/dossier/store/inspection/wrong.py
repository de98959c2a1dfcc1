"""Why a file is not taken, and how much work one file may make."""

MOST_MEMORY = 1 << 30
MOST_PIXELS = 100_000_000
MOST_PAGES = 5_000
MOST_OBJECTS = 200_000
MOST_VALUES = 4_000_000
MOST_PARTS = 5_000
MOST_UNPACKED = 200_000_000
DEEPEST_PACKAGE = 1


class Wrong(Exception):  # noqa: N818 - the fact is the name.
    """The file is not taken; the message is one word of the protocol."""


class Budget:
    """So much work and no more."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, amount: int = 1) -> None:
        """Note work; raise when it is more than a paper makes."""
        self._left -= amount
        if self._left < 0:
            raise Wrong("too-complex")
