"""When each step of a process would be due from a start, along the ways facts lead, beside the whole term."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.catalog.domain.workflows.conditions import Value, holds, parse
from services.catalog.domain.workflows.graph import Graph, Step
from worktime.calendar import WorkCalendar
from worktime.deadline import due_at, effective_start, working_time
from worktime.term import DueTimeMode, Term, Unit

MOST_PATHS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A step (or an opinion beside one) in time; slack is office time left to the whole due moment."""

    code: str
    name: str
    kind: str
    hours: float
    begins_at: datetime
    due_at: datetime
    beside: str = ""
    slack_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through: its steps in time, and how its end lies to the whole due moment."""

    facts: Mapping[str, Value]
    way: tuple[str, ...]
    steps: tuple[Timed, ...]
    ends_at: datetime
    slack_hours: float | None
    is_within: bool | None


def whole_due(calendar: WorkCalendar, start: datetime, term: Term, mode: DueTimeMode) -> datetime:
    """Return the due moment of the whole term."""
    return due_at(calendar, start, term, mode=mode)


def follow(graph: Graph, facts: Mapping[str, Value]) -> list[str]:
    """Return the steps these facts lead through, as an engine would: ways in order, the default last.

    Raises ValueError where no way is open; a sound process has one at every step.
    """
    way = [graph.first]
    while graph.steps[way[-1]]["next"]:
        way.append(_next(graph.steps[way[-1]], facts))
    return way


def _next(step: Step, facts: Mapping[str, Value]) -> str:
    for link in step["next"]:
        if link.get("skips"):
            if facts.get(link["when"]) is True:
                return str(link["to"])
        elif not link["when"] or holds(parse(link.get("condition") or link["when"]), facts):
            return str(link["to"])
    raise ValueError(step["code"])


def all_ways(graph: Graph) -> list[list[str]]:
    """Return the ways through, whatever the facts, no more than `MOST_PATHS`."""
    found = [[code for code, _ in path] for path in graph.paths(MOST_PATHS)]
    return [list(way) for way in dict.fromkeys(tuple(way) for way in found)]


def walk(
    graph: Graph,
    way: Sequence[str],
    facts: Mapping[str, Value],
    *,
    calendars: Mapping[str, WorkCalendar],
    start: datetime,
    due: datetime | None,
) -> Walk:
    """Return a way in time; `calendars` by agency, '' for the performing one.

    Each step begins when the one before is due: the latest it may be, so what fits here fits always.
    """
    own = calendars[""]
    steps: list[Timed] = []
    at = effective_start(own, start)
    for code in way:
        step = graph.steps[code]
        ends = _due(step, at, calendars)
        steps.append(_timed(step, at, ends))
        opinions = [(one, _due(one, at, calendars)) for one in graph.opinions_on(code)]
        steps += [replace(_timed(one, at, until), beside=code) for one, until in opinions]
        awaited = [until for one, until in opinions if one.get("join") == "ALL"]
        at = max([ends, *awaited])
    timed = tuple(replace(one, slack_hours=_slack(own, one.due_at, due)) for one in steps)
    within = None if due is None else at <= due
    return Walk(
        facts=facts,
        way=tuple(way),
        steps=timed,
        ends_at=at,
        slack_hours=_slack(own, at, due),
        is_within=within,
    )


def _due(step: Step, at: datetime, calendars: Mapping[str, WorkCalendar]) -> datetime:
    calendar = calendars.get(step.get("agency") or "", calendars[""])
    return due_at(calendar, at, Term(Decimal(str(step["hours"])), Unit.WORKING_HOUR))


def _timed(step: Step, at: datetime, ends: datetime) -> Timed:
    return Timed(
        code=step["code"],
        name=step["name"],
        kind=step["kind"],
        hours=float(step["hours"]),
        begins_at=at,
        due_at=ends,
    )


def _slack(calendar: WorkCalendar, at: datetime, due: datetime | None) -> float | None:
    """Return office hours from a moment to the due moment, less than 0 when it has passed."""
    if due is None:
        return None
    first, last = sorted((at, due))
    hours = working_time(calendar, first, last) / timedelta(hours=1)
    return round(hours if at <= due else -hours, 4)


def describe(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as JSON values."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in facts.items()}
