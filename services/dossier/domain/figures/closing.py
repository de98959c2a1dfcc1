"""Closed periods: figures that do not move any more, and the corrections later periods show instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import Kind, Refusal
from services.dossier.domain.figures.fact import Fact
from services.dossier.domain.figures.numbers import Number, belongs
from services.dossier.domain.figures.period import Period


class PeriodNotOver(Refusal):
    """A period is closed after its last day only."""

    code = "period-not-over"
    kind = Kind.CONFLICT
    title = "Kỳ thống kê chưa kết thúc"


class PeriodClosed(Refusal):
    """These days are closed already; what changes later appears as a correction."""

    code = "period-closed"
    kind = Kind.CONFLICT
    title = "Kỳ thống kê đã được khóa"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A period as it was closed; `corrections` are those of earlier periods made within it."""

    id: UUID
    first: date
    last: date
    as_of: datetime
    closed_at: datetime
    closed_by: str
    closed_by_name: str
    note: str
    formulas: str
    rows: int = 0
    corrections: list[dict[str, Any]] = field(default_factory=list)

    @property
    def period(self) -> Period:
        """The days and the moment open dossiers were judged at."""
        return Period(self.first, self.last, self.as_of)


@dataclass(frozen=True, slots=True)
class Amended:
    """A dossier as a closed period counts it (None: not at all) and as it is now."""

    closed: ClosedPeriod
    then: Fact | None
    now: Fact


@dataclass(frozen=True, slots=True)
class Told:
    """What a period that was closed before told of earlier ones."""

    first: date
    last: date
    corrections: Sequence[Mapping[str, Any]]

    @property
    def days(self) -> int:
        """How long the period is."""
        return (self.last - self.first).days + 1


_SAME_LENGTH_DAYS = 3
"""Months differ by so much at most, quarters and years by less."""


def corrections_of(
    amended: Iterable[Amended], told: Iterable[Told] = (), days: int = 0
) -> list[dict[str, Any]]:
    """Return, for each dossier and closed period, the numbers it left (-1) and came into (+1).

    `told` are the periods closed before the one asked for, which has so many days: what they said is not said
    again, and taken back where it was undone since.
    """
    said = _said(told, days)
    found = []
    for one in amended:
        period = one.closed.period
        moved = {
            number.value: int(belongs(number, one.now, period))
            - int(one.then is not None and belongs(number, one.then, period))
            - said.get((str(one.closed.id), str(one.now.dossier_id), number.value), 0)
            for number in Number
        }
        moved = {number: by for number, by in moved.items() if by}
        if moved:
            found.append(
                {
                    "period_id": str(one.closed.id),
                    "first": one.closed.first.isoformat(),
                    "last": one.closed.last.isoformat(),
                    "dossier_id": str(one.now.dossier_id),
                    "amended_at": one.now.amended_at.isoformat() if one.now.amended_at else None,
                    "numbers": moved,
                }
            )
    return found


def _said(told: Iterable[Told], days: int) -> dict[tuple[str, str, str], int]:
    """Add up what periods as long as the one asked for told, each day once.

    Who reads months adds up months, who reads quarters adds up quarters: each is true by itself.
    """
    said: dict[tuple[str, str, str], int] = {}
    until = date.min
    for one in sorted(told, key=lambda one: (one.first, -one.days)):
        if one.first <= until or abs(one.days - days) > _SAME_LENGTH_DAYS:
            continue
        until = one.last
        for correction in one.corrections:
            for number, by in correction["numbers"].items():
                key = (correction["period_id"], correction["dossier_id"], number)
                said[key] = said.get(key, 0) + by
    return said


def summed(corrections: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return the sum of corrections by number; numbers that balance out are left out."""
    total: dict[str, int] = {}
    for one in corrections:
        for number, moved in one["numbers"].items():
            total[number] = total.get(number, 0) + moved
    return {number: moved for number, moved in total.items() if moved}
