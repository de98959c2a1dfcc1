"""Keeps what ended dossiers tell of a procedure: its demand, which ranks the search, and its real time."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from kernel.core.errors import Invalid
from services.catalog.domain.calendars.composing import calendar_of
from services.catalog.domain.outcomes import DAY_MINUTES, Ended, worked_minutes

DEMAND_DAYS = 365
"""How far back demand counts: a year, so that no season weighs more than another."""
KEPT_DAYS = 3 * 366
_LONGEST_DAYS = 366 * 2


class Outcomes(Protocol):
    """One row an ended dossier."""

    async def years(self, agency: str, years: Sequence[int]) -> Sequence[Mapping[str, Any]]:
        """Return the calendar years an agency works by."""

    def keep(self, ended: Ended, minutes: int | None) -> None:
        """Queue a row; one of a later event of the same dossier stands."""

    def take_back(self, dossier_id: UUID, sequence: int) -> None:
        """Queue that the dossier has not ended, unless a later event said so again."""

    async def measured(self, procedure: str, agency: str, first: date, last: date) -> Mapping[str, Any]:
        """Return {ended, measured, median_minutes, p90_minutes} of the days."""

    def count_demand(self, since: date) -> None:
        """Queue the demand since a day for the search to rank by."""

    def forget(self, before: date) -> None:
        """Queue the removal of what ended before a day."""


class _Work(Protocol):
    outcomes: Outcomes


class PeriodWrong(Invalid):
    """The days asked for cannot be measured (422)."""

    code = "period-invalid"
    title = "Khoảng thời gian không hợp lệ"


async def keep_outcome(ended: Ended, *, work: _Work) -> None:
    """Keep a dossier's end with its working time, by the calendar of the agency that worked it."""
    first = (ended.accepted_at or ended.ended_at).year
    last = max(ended.ended_at.year, ended.due_at.year if ended.due_at else 0)
    years = await work.outcomes.years(ended.agency, list(range(first, last + 1)))
    work.outcomes.keep(ended, worked_minutes(ended, calendar_of(years)))


def take_back_outcome(dossier_id: UUID, sequence: int, *, work: _Work) -> None:
    """Forget the end of a dossier whose result was recalled."""
    work.outcomes.take_back(dossier_id, sequence)


async def measure(
    procedure: str, agency: str, first: date | None, last: date | None, *, work: _Work, today: date
) -> Mapping[str, Any]:
    """Return how long a procedure took in working days of eight hours; raise `PeriodWrong`.

    Without days: the year that ended today.
    """
    last = last or today
    first = first or last - timedelta(days=DEMAND_DAYS)
    if not 0 <= (last - first).days <= _LONGEST_DAYS:
        raise PeriodWrong(fields=[("from", "Phải trước ngày cuối, không quá hai năm")])
    found = await work.outcomes.measured(procedure, agency, first, last)
    return {
        "procedure": procedure,
        "agency": agency or None,
        "from": first,
        "to": last,
        "ended": found["ended"],
        "measured": found["measured"],
        "median_days": _days(found["median_minutes"]),
        "p90_days": _days(found["p90_minutes"]),
    }


def refresh_demand(*, work: _Work, today: date) -> None:
    """Let the search rank by what was asked for in the last year; forget what is no longer looked at."""
    work.outcomes.count_demand(today - timedelta(days=DEMAND_DAYS))
    work.outcomes.forget(today - timedelta(days=KEPT_DAYS))


def _days(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / DAY_MINUTES, 2)
