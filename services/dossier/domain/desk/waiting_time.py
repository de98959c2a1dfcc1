"""How long one will wait, from how long people were really served.

Method: the mean of the last `RECENT` services of the group that ended at its counters (those the officer
finished, of the last `WITHIN_DAYS` days), the group's own expected minutes until `LEAST` were measured; times
the people before one in the order of the calling rule; divided by the counters open for the group, a counter
that serves n groups counting as 1/n. Rounded up to whole minutes; unknown while no counter is open.
"""

from collections.abc import Iterable, Sequence
from math import ceil

RECENT = 30
LEAST = 5
WITHIN_DAYS = 30


def service_seconds(measured: Sequence[int], expected_minutes: int) -> float:
    """Return how long one service takes, in seconds."""
    if len(measured) < LEAST:
        return expected_minutes * 60.0
    return sum(measured) / len(measured)


def capacity(group: str, counters: Iterable[Sequence[str]]) -> float:
    """Return how many counters work for the group; each is given as the groups it serves."""
    return sum(1 / len(groups) for groups in counters if group in groups)


def estimated_minutes(people_before: int, seconds_each: float, counters: float) -> int | None:
    """Return whole minutes, rounded up; None while nobody works for the group."""
    if counters <= 0:
        return None
    return ceil(people_before * seconds_each / counters / 60)
