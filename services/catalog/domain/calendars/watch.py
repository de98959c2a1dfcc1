"""Next year's calendar is due from October: what is missing, and what is only a forecast."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.catalog.domain.calendars.composing import PROPOSED

_OCTOBER = 10


def warnings(
    held: Iterable[Mapping[str, Any]], used_by: Mapping[str, int], today: date
) -> list[dict[str, Any]]:
    """Return each calendar without a decided year: this year's at any time, next year's from 1 October.

    `held` are years with `code`, `year`, `status_of_source`; `used_by` says how many agencies use a code.
    """
    years = {(str(one["code"]), int(one["year"])): one for one in held}
    codes = sorted({code for code, _ in years} | used_by.keys())
    wanted = [today.year] + ([today.year + 1] if today.month >= _OCTOBER else [])
    return [
        {
            "code": code,
            "year": year,
            "state": "MISSING" if (code, year) not in years else PROPOSED,
            "agencies": used_by.get(code, 0),
            "since": date(year - 1, _OCTOBER, 1).isoformat(),
        }
        for year in wanted
        for code in codes
        if (code, year) not in years or years[code, year].get("status_of_source") == PROPOSED
    ]
