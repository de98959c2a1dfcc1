"""The one zone in which every day, session and deadline is meant."""

from datetime import datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""No summer time. A date is never taken from UTC: 06:00 here is still the day before there."""


def local(at: datetime) -> datetime:
    """Return the same moment in Vietnam's zone; ValueError for one without a zone or past the last year."""
    if at.tzinfo is VIETNAM:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"a moment needs its zone (Asia/Ho_Chi_Minh, +07:00): {at.isoformat()} has none")
    try:
        return at.astimezone(VIETNAM)
    except OverflowError:
        raise ValueError(f"{at.isoformat()} lies outside the years a date can hold") from None
