"""Instants as every answer gives them, and the days and instants a request may name."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from kernel.core.clock import VIETNAM
from kernel.web.written import WRITTEN_OUT

_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
"""Beyond these nobody lives, files or owes; arithmetic at the ends of the calendar would fail."""


def _of_our_time(day: date) -> date:
    known = date(day.year, day.month, day.day)
    if not _FIRST <= known <= _LAST:
        raise ValueError("Phải từ năm 1900 đến năm 2199")
    return day


Day = Annotated[date, WRITTEN_OUT, AfterValidator(_of_our_time)]
"""A day a request names."""

Moment = Annotated[AwareDatetime, WRITTEN_OUT, AfterValidator(_of_our_time)]
"""An instant a request names, with its offset."""

MomentAsTold = Annotated[datetime, WRITTEN_OUT, AfterValidator(_of_our_time)]
"""An instant whose route itself says what becomes of one without an offset."""


def local(at: datetime | None) -> datetime | None:
    """Return an instant in Vietnam's zone."""
    return at.astimezone(VIETNAM) if at else None
