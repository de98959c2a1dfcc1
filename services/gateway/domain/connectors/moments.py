"""Moments as other systems write them; without a zone they are Vietnam's."""

import re
from datetime import UTC, date, datetime, time

from kernel.core.clock import VIETNAM
from services.gateway.domain.portal.wire import words

_FIRST_YEAR = 1900
_NONE = frozenset({"", "null", "none", "n/a", "-"})
_NOUGHTS = re.compile(r"[0\W]*[TZ]?[0\W]*Z?", re.IGNORECASE)
_EMPTY = frozenset({date(1753, 1, 1), date(1899, 12, 30), date(1900, 1, 1), date(1970, 1, 1)})
"""What SQL Server, spreadsheets and clocks that count from 1970 make of a date that is not there."""
_LAST_YEAR = 9999


def is_none(text: str) -> bool:
    """Tell whether what stands for a moment says there is none: a word for it, or what a database writes."""
    if text.casefold() in _NONE or _NOUGHTS.fullmatch(text) or words.is_no_moment(text):
        return True
    found = words.moment_of(text)
    return found is not None and (found.year == _LAST_YEAR or _is_empty(found))


def _is_empty(found: datetime) -> bool:
    said = (found, found.astimezone(VIETNAM), found.astimezone(UTC))
    return any(one.date() in _EMPTY and one.time() == time() for one in said)


def moment_of(text: str) -> datetime:
    """Return the moment, read as the portal's are; raise `ValueError` when it is none."""
    found = words.moment_of(text)
    if found is None or found.year < _FIRST_YEAR:
        raise ValueError("không phải thời điểm")
    return found
