"""Moments as other systems write them; without a zone they are Vietnam's."""

from datetime import datetime

from services.gateway.domain.portal.wire import words

_FIRST_YEAR = 1900


def moment_of(text: str) -> datetime:
    """Return the moment, read as the portal's are; raise `ValueError` when it is none."""
    found = words.moment_of(text)
    if found is None or found.year < _FIRST_YEAR:
        raise ValueError("không phải thời điểm")
    return found
