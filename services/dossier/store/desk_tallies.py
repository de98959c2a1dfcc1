"""Counts of desks where very many tasks wait: kept for two seconds, for everybody who looks at them."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.dossier.domain.work.tallies import Counted, Desk, Group

MANY = 1_000
"""A desk where fewer wait is counted each time: that costs about a millisecond, and is never old."""
AGE = timedelta(seconds=2)
LONGEST = timedelta(seconds=5)
"""No count older than this is shown, whoever is taking the next one."""


@dataclass(slots=True)
class _Kept:
    counted: Counted
    recount_at: datetime


@dataclass(slots=True)
class DeskTallies:
    """One for a process; it holds nothing that cannot be counted again."""

    many: int = MANY
    _kept: dict[Desk, _Kept] = field(default_factory=dict)

    def at(self, now: datetime, own: Container[Desk]) -> dict[Desk, Counted]:
        """Return the counts that are good now for who sits at their own desks and perhaps acts at others.

        One of their own past its age is left out for the first to ask, who so counts it; the others there are
        shown the old one meanwhile. One who fails is followed by the next, an age later.
        """
        good = {}
        for desk, kept in list(self._kept.items()):
            if not kept.counted.at <= now < kept.counted.at + LONGEST:
                del self._kept[desk]
            elif now < kept.recount_at:
                good[desk] = kept.counted
            elif desk in own:
                kept.recount_at = now + AGE
        return good

    def keep(
        self, groups: Iterable[tuple[str, str, str, bool, str, str, int]], now: datetime
    ) -> dict[Desk, Counted]:
        """Return what has just been counted, by desk, and keep it of the desks where many wait."""
        found: dict[Desk, list[Group]] = {}
        for agency, role, unit, is_held, state, urgency, count in groups:
            found.setdefault((agency, role), []).append(Group(unit, is_held, state, urgency, count))
        fresh = {desk: Counted(now, tuple(counted)) for desk, counted in found.items()}
        for desk, counted in fresh.items():
            if counted.total >= self.many:
                self._kept[desk] = _Kept(counted, now + AGE)
        return fresh
