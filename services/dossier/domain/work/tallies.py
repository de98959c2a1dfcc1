"""How much waits at desks, from counts of whole desks taken a moment ago."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Desk = tuple[str, str]
"""An agency and a role: with all units, so that everybody there can be answered from one count."""
Tally = Counter[tuple[str, str]]
"""How many tasks, by state and urgency."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many tasks of a desk, alike in all that inboxes count by; without a unit, any unit may take them."""

    unit: str
    is_held: bool
    state: str
    urgency: str
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A desk's tasks as they were at a moment."""

    at: datetime
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many tasks wait at the desk."""
        return sum(group.count for group in self.groups)


def at_desks(
    held: Iterable[tuple[str, str, str]], counted: Mapping[Desk, Counted], now: datetime, *, only_unheld: bool
) -> tuple[Tally, datetime]:
    """Return how much waits for who sits at these desks (agency, role, unit), and since when that is true.

    A task is counted once, from however many of the desks it is seen. A desk nobody counted has no tasks.
    """
    units: dict[Desk, set[str]] = {}
    for agency, role, unit in held:
        units.setdefault((agency, role), {""}).add(unit)
    tally: Tally = Counter()
    since = now
    for desk, seen in units.items():
        found = counted.get(desk)
        if found is None:
            continue
        since = min(since, found.at)
        for group in found.groups:
            if group.unit in seen and not (only_unheld and group.is_held):
                tally[group.state, group.urgency] += group.count
    return tally, since
