"""Processing times: as the catalogue writes them, and as this system counts them."""

import re
from typing import Any

UNITS = ("WORKING_HOUR", "WORKING_DAY", "CALENDAR_DAY", "MONTH", "SAME_DAY")
UNKNOWN_UNIT = "UNKNOWN"
"""The unit of a time the national catalogue leaves open; only records worked elsewhere may have it."""
HOURS_A_DAY = 8
WORKING_SHARE = 5 / 7
WORKING_DAYS_A_MONTH = 15
"""The least office days a calendar month can hold (February with Tết)."""

_SHAPE = re.compile(
    r"(?P<least>\d+(?:[.,]\d+)?)(?:\s*[-–]\s*(?P<most>\d+(?:[.,]\d+)?))?\s*(?P<unit>[^\d\s].*)?", re.DOTALL
)
_UNIT_WORDS = {
    "giờ": "WORKING_HOUR",
    "giờ làm việc": "WORKING_HOUR",
    "ngày làm việc": "WORKING_DAY",
    "ngày": "CALENDAR_DAY",
    "tháng": "MONTH",
}


def parse_duration(text: str | None) -> dict[str, Any] | None:
    """Return {value, unit} of a catalogue's duration; None when the text names no number.

    Of a range the longer end counts. `unit` is UNKNOWN when the source gives a bare number: nobody may guess
    whether hours or days were meant, so such a time is shown as found and never counted.
    """
    found = _SHAPE.fullmatch((text or "").strip())
    if found is None:
        return None
    unit_words = (found["unit"] or "").strip().lower()
    if unit_words and unit_words not in _UNIT_WORDS:
        return None
    value = float((found["most"] or found["least"]).replace(",", "."))
    return {
        "value": int(value) if value.is_integer() else value,
        "unit": _UNIT_WORDS.get(unit_words, UNKNOWN_UNIT),
    }


def office_hours_of(time: dict[str, Any], closing: float) -> float:
    """Return the fewest office hours a processing time leaves; `closing` is the hour the offices close.

    A same-day matter received at its cut-off has only the rest of that afternoon.
    """
    value, unit = float(time.get("value") or 0), time["unit"]
    if unit == "SAME_DAY":
        hour, _, minute = str(time.get("cutoff") or "15:00").partition(":")
        return closing - int(hour) - int(minute or 0) / 60
    return (
        value
        * {
            "WORKING_HOUR": 1,
            "WORKING_DAY": HOURS_A_DAY,
            "CALENDAR_DAY": HOURS_A_DAY * WORKING_SHARE,
            "MONTH": HOURS_A_DAY * WORKING_DAYS_A_MONTH,
        }[str(unit)]
    )
