"""Counts of this process, kept in memory for seconds and added to the database's many at once."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from kernel.core.clock import VIETNAM, Clock
from kernel.core.ids import new_id
from services.gateway.domain.usage.kinds import Cell

FLUSH_SECONDS = 10.0
"""A process that is killed loses the counts of these seconds at most; submissions are counted elsewhere."""
MOST_CELLS = 20_000
"""Different cells between two flushes; what is more is counted without procedure and agency."""


class UsageCounts(Protocol):
    """Counts as they are kept."""

    async def add(self, writer: UUID, number: int, cells: Mapping[Cell, int], at: datetime) -> None:
        """Add a batch once: the same number of the same writer a second time changes nothing.

        Raises `Unavailable` when it is not known whether it was added.
        """


class Usage:
    """One process's counters. Counting is one addition to a dictionary; nothing is asked of anybody."""

    def __init__(self, counts: UsageCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._writer = new_id()
        self._number = 0
        self._waiting: dict[tuple[date, str, str, str, str], int] = {}
        self._begin_day(clock.now())
        self._batch: dict[Cell, int] = {}

    def count(self, kind: str, channel: str, procedure: str = "", agency: str = "") -> None:
        """Count an act of today, as Viet Nam's calendar has it."""
        now = self._clock.now()
        if not self._day_begins <= now < self._day_ends:
            self._begin_day(now)
        place = (self._day, kind, channel, procedure, agency)
        waiting = self._waiting
        if place not in waiting and len(waiting) >= MOST_CELLS:
            place = (self._day, kind, channel, "", "")
        waiting[place] = waiting.get(place, 0) + 1

    def _begin_day(self, now: datetime) -> None:
        self._day = now.astimezone(VIETNAM).date()
        self._day_begins = datetime.combine(self._day, time.min, VIETNAM)
        self._day_ends = self._day_begins + timedelta(days=1)

    async def flush(self) -> None:
        """Add what has come together; raises `Unavailable`, and nothing is lost or counted twice then.

        A batch whose answer was lost is sent again under its own number before anything newer.
        """
        if not self._batch:
            if not self._waiting:
                return
            self._number += 1
            self._batch = {Cell(*place): count for place, count in self._waiting.items()}
            self._waiting = {}
        await self._counts.add(self._writer, self._number, self._batch, self._clock.now())
        self._batch = {}
