"""Who accepts next at an agency: a line in this process before the row of the day's number."""

import asyncio
from datetime import date
from weakref import WeakValueDictionary

MOST_SECONDS = 25.0
"""How long an acceptance waits for its turn: less than the door waits for it."""


class CodeLines:
    """One line an agency and day; it is forgotten when nobody stands in it.

    Without it everybody would wait at the counter's row with a connection each: a morning's rush at one
    agency would hold the whole pool, and the last of it would run into the lock's time limit.
    """

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[tuple[str, date], asyncio.Lock] = WeakValueDictionary()

    def of(self, agency: str, day: date) -> asyncio.Lock:
        """Return the line of an agency's day."""
        line = self._lines.get((agency, day))
        if line is None:
            line = self._lines[agency, day] = asyncio.Lock()
        return line
