"""The one appointment of a group: each member begins when those before it are due, the last decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.catalog.domain.durations import UNITS
from services.catalog.domain.interlinked import member_order
from services.catalog.domain.workflows.fit import terms_of
from worktime.calendar import WorkCalendar
from worktime.deadline import due_at, effective_start
from worktime.office_hours import parse_time
from worktime.term import DueTimeMode, Term, Unit


class NoTerm(ValueError):  # noqa: N818 - the fact is the name.
    """A member has no time that can be counted; the message is its code."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member in time; `channel` is the one counted, which may not be the one asked for."""

    procedure: str
    channel: str
    case: str
    term: Mapping[str, Any]
    begins_at: datetime
    due_at: datetime
    waits_for: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """When everything is ready, and the members of the path that decides it, first to last."""

    due_at: datetime
    path: tuple[str, ...]
    members: tuple[Member, ...]


def appointment(
    members: Sequence[Mapping[str, Any]],
    procedures: Mapping[str, Mapping[str, Any]],
    calendars: Mapping[str, WorkCalendar],
    start: datetime,
    channel: str,
    cases: Mapping[str, str],
) -> Appointment:
    """Return the appointment; raises `NoTerm` for a member whose time nobody can count.

    `calendars` by procedure. A member that knows the channel asked for is counted by it, any other by its
    longest: an appointment may be early, never late.
    """
    timed: dict[str, Member] = {}
    after = {member["procedure"]: member["after"] for member in members}
    for code in member_order(members) or ():
        waits_for = max(after[code], key=lambda one: timed[one].due_at, default="")
        calendar = calendars[code]
        begins = effective_start(calendar, timed[waits_for].due_at if waits_for else start)
        begins_from = timed[waits_for].due_at if waits_for else start
        name, case, term, due = _slowest(
            procedures[code], calendar, begins_from, channel, cases.get(code, "")
        )
        timed[code] = Member(code, name, case, term, begins, due, waits_for)
    last = max(timed.values(), key=lambda one: one.due_at)
    return Appointment(last.due_at, tuple(_path(timed, last.procedure)), tuple(timed.values()))


def _path(timed: Mapping[str, Member], last: str) -> list[str]:
    path = [last]
    while timed[path[0]].waits_for:
        path.insert(0, timed[path[0]].waits_for)
    return path


def _slowest(
    procedure: Mapping[str, Any], calendar: WorkCalendar, start: datetime, channel: str, case: str
) -> tuple[str, str, Mapping[str, Any], datetime]:
    terms = [one for one in terms_of(procedure) if one[2].get("unit") in UNITS]
    terms = [one for one in terms if one[0] == channel] or terms
    terms = [one for one in terms if one[1] == case] or terms
    if not terms:
        raise NoTerm(procedure["code"])
    mode = DueTimeMode(procedure.get("due_time_mode") or "END_OF_DAY")
    counted = [(*one, due_at(calendar, start, term_of(one[2]), mode=mode)) for one in terms]
    return max(counted, key=lambda one: one[3])


def term_of(time: Mapping[str, Any]) -> Term:
    """Read a processing time; a same-day term has no number of its own."""
    unit = Unit(time["unit"])
    cutoff = parse_time(str(time["cutoff"])) if time.get("cutoff") else None
    return Term(Decimal(0) if unit is Unit.SAME_DAY else Decimal(str(time["value"])), unit, cutoff)
