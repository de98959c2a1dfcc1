"""A year of a working calendar as a document brings it."""

import re

from services.catalog.domain.calendars.faults import faults_of
from services.catalog.domain.reading import Reader

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_SESSIONS = re.compile(r"\d{1,2}:\d{2}-\d{1,2}:\d{2}(?:;\d{1,2}:\d{2}-\d{1,2}:\d{2})*")
SOURCES = ("ANNOUNCED", "PROPOSED", "DECIDED")


def read_calendar(item: Reader) -> None:
    """Read a year, and every reason why it cannot be worked with."""
    read_shape(item)
    if item.reasons:
        return
    for fault in faults_of(item.data):
        item.refuse(fault.place, fault.reason)


def read_shape(item: Reader) -> None:
    """Read usual hours, seasons with hours of their own, and the days that differ, one by one."""
    item.code("code", _SLUG)
    item.number("year", least=2000, most=2100, required=True)
    item.code("office_hours", _SESSIONS)
    if item.data.get("seasons") is not None:
        item.items("seasons", _read_season)
    for name in ("exceptions", "local_exceptions"):
        item.items(name, _read_day)
    if item.data.get("status_of_source") is not None:
        item.choice("status_of_source", SOURCES)


def _read_season(season: Reader) -> None:
    season.date("valid_from", required=True)
    season.date("valid_to", required=True)
    season.code("office_hours", _SESSIONS)
    season.text("name", required=False, longest=200)
    season.text("source", required=False, longest=500)


def _read_day(day: Reader) -> None:
    day.date("day", required=True)
    if day.choice("status", ("OFF", "WORK", "HALF")) == "HALF" or day.data.get("sessions"):
        day.code("sessions", _SESSIONS)
    if day.data.get("swap_with") is not None:
        day.date("swap_with")
    day.text("reason", required=False, longest=500)
