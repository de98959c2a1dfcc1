"""What a year's office hours leave for what is promised within a day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.catalog.domain.durations import office_hours_of

LATEST_CLOSING = 17.5


def too_tight(procedures: Iterable[Mapping[str, Any]], year: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the procedures whose process takes longer than the promised time leaves, in office hours.

    `procedures` are {code, name, process, critical_hours, times}.
    """
    closing = earliest_closing([year])
    found = []
    for one in procedures:
        left = min(office_hours_of(time, closing) for time in one["times"])
        if one["critical_hours"] > left + 1e-9:
            kept = {name: one[name] for name in ("code", "name", "process", "critical_hours")}
            found.append({**kept, "hours_left": max(left, 0.0)})
    return found


def earliest_closing(years: Sequence[Mapping[str, Any]]) -> float:
    """Return the earliest hour, as a decimal, at which an office of these years closes on an ordinary day."""
    hours = [part.get("office_hours") for year in years for part in (year, *(year.get("seasons") or ()))]
    ends = [_hour(str(text).rpartition("-")[2]) for text in hours if text]
    return min(ends, default=LATEST_CLOSING)


def _hour(text: str) -> float:
    hour, _, minute = text.partition(":")
    return int(hour) + int(minute or 0) / 60 if hour.isdigit() else LATEST_CLOSING
