"""Procedures in time: two chains of parts laid over each other, and what that makes of what is published.

Pure. A chain holds the versions of one part, each from its first day until the day before the next begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest

NATION = "QG"
"""The line of a procedure only the nation has published; no agency identifier has this form."""
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PartPeriod:
    """The days of one version of a part; an abolished one ends the procedure and is shown as ended."""

    number: int
    valid_from: date
    valid_to: date | None = None
    is_abolished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days on which one pair of part versions is in force; no number: that part says nothing."""

    valid_from: date
    valid_to: date | None = None
    national: int | None
    local: int | None
    is_abolished: bool = False

    @property
    def pair(self) -> tuple[int | None, int | None]:
        """What tells one composed record from another."""
        return self.national, self.local


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Period):
    """A published version: a period with the number it was published under."""

    version: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """What becomes of published versions (their new last day; None: superseded) and what is published."""

    ends: Mapping[int, date | None]
    opens: Sequence[Period]


def place_in_time(
    declared: date | None, earlier: date | None, today: date, floor: date = date.min
) -> tuple[date, date | None]:
    """Return the first day of a new version and the last day of the one before (None: it keeps no day).

    A decision that takes effect later than the earlier version began decides the day. Otherwise the change
    is a correction: it applies from today. Never before `floor`: what was published was acted upon.
    """
    if earlier is None:
        return max(declared or today, floor), None
    start = declared if declared is not None and declared > earlier else max(today, earlier)
    start = max(start, floor)
    return start, start - _A_DAY if start > earlier else None


def extend(
    chain: Sequence[PartPeriod], new: PartPeriod, *, numbers: Mapping[int, date | None]
) -> list[PartPeriod]:
    """Return a chain with a version added and earlier ones ended as `numbers` says (None: superseded)."""
    kept = [
        replace(part, valid_to=numbers[part.number]) if part.number in numbers else part
        for part in chain
        if numbers.get(part.number, part) is not None
    ]
    return [*kept, new]


def in_force(periods: Iterable[PartPeriod], day: date) -> PartPeriod | None:
    """Return the version of a part in force on a day."""
    return next((part for part in periods if _covers(part, day)), None)


def _covers(period: PartPeriod | Period, day: date) -> bool:
    return period.valid_from <= day and (period.valid_to is None or day <= period.valid_to)


def _turns(*chains: Iterable[PartPeriod | Period]) -> list[date]:
    """Return the days on which anything begins or has ended, in order."""
    days = set()
    for chain in chains:
        for part in chain:
            days.add(part.valid_from)
            if part.valid_to is not None and part.valid_to < date.max:
                days.add(part.valid_to + _A_DAY)
    return sorted(days)


def compose_periods(national: Sequence[PartPeriod], local: Sequence[PartPeriod]) -> list[Period]:
    """Return the periods both chains make together, in order, no two sharing a day."""
    found: list[Period] = []
    days = _turns(national, local)
    for day, following in zip_longest(days, days[1:]):
        n, l = in_force(national, day), in_force(local, day)  # noqa: E741 - n and l, as in the drawing.
        if n is None and l is None:
            continue
        period = Period(
            valid_from=day,
            valid_to=following - _A_DAY if following else None,
            national=n.number if n else None,
            local=l.number if l else None,
            is_abolished=any(part is not None and part.is_abolished for part in (n, l)),
        )
        if found and found[-1].pair == period.pair and found[-1].valid_to == day - _A_DAY:
            period = replace(period, valid_from=found.pop().valid_from)
        found.append(period)
    return found


def lines(
    national: Sequence[PartPeriod], local: Mapping[str, Sequence[PartPeriod]]
) -> dict[str, list[Period]]:
    """Return the periods of each publishing agency's line.

    An agency's line begins with its first local part. The nation's own line is what the public reads until
    the first agency publishes the procedure for its territory.
    """
    starts = {agency: min(part.valid_from for part in chain) for agency, chain in local.items() if chain}
    found = {
        agency: _clipped(compose_periods(national, local[agency]), start) for agency, start in starts.items()
    }
    ends = min(starts.values(), default=None)
    alone = compose_periods(national, ())
    if ends is not None:
        alone = [
            replace(period, valid_to=_earlier(period.valid_to, ends - _A_DAY))
            for period in alone
            if period.valid_from < ends
        ]
    return {NATION: alone, **found}


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


def _clipped(periods: Iterable[Period], first: date) -> list[Period]:
    return [
        replace(period, valid_from=max(period.valid_from, first))
        for period in periods
        if period.valid_to is None or period.valid_to >= first
    ]


def revise(
    held: Sequence[Held], wanted: Sequence[Period], *, floor: date = date.min, again_from: date | None = None
) -> Revision:
    """Return how published versions become what is wanted, changing nothing before `floor`.

    From the first day that differs on, every period is published anew, so that among the versions begun by
    a day the highest number is the one in force: a reader needs no more than that. A version that has begun
    is closed the day before; one that would keep no day is superseded. `again_from` publishes anew from that
    day although the pairs are the same.
    """
    first = _first_difference(held, wanted, floor)
    if again_from is not None:
        first = again_from if first is None else min(first, again_from)
    if first is None:
        return Revision({}, [])
    ends: dict[int, date | None] = {}
    for version in held:
        if version.valid_from >= first:
            ends[version.version] = None
        elif version.valid_to is None or version.valid_to >= first:
            ends[version.version] = first - _A_DAY
    return Revision(ends, _clipped(wanted, first))


def _first_difference(held: Sequence[Held], wanted: Sequence[Period], floor: date) -> date | None:
    days = [day for day in _turns(held, wanted) if day > floor]
    for day in (floor, *days):
        mine, theirs = _at(held, day), _at(wanted, day)
        if (mine.pair if mine else None) != (theirs.pair if theirs else None):
            return day
    return None


def _at(periods: Iterable[Period], day: date) -> Period | None:
    return next((period for period in periods if _covers(period, day)), None)
