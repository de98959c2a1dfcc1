"""Agencies picked by day: what one was called, under whom it stood, who answers for it now."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Record = Mapping[str, Any]
_DATED = ("name", "short_name", "parent")


def is_in_force(agency: Record, day: date) -> bool:
    """Tell whether the agency works on that day."""
    return _day(agency["valid_from"]) <= day and (not agency["valid_to"] or day <= _day(agency["valid_to"]))


def has_ended(agency: Record, day: date) -> bool:
    """Tell whether the agency's last day has gone."""
    return bool(agency["valid_to"]) and _day(agency["valid_to"]) < day


def as_of(agency: Record, day: date, coming: Iterable[tuple[date, Record]] = ()) -> dict[str, Any]:
    """Return the agency as it is on a day: former names and parents before, decided ones from their day."""
    found = dict(agency)
    for effective_on, members in sorted(coming, key=lambda item: item[0]):
        if effective_on <= day:
            found |= {name: value for name, value in members.items() if name in _DATED}
    for before in sorted(agency.get("history") or (), key=lambda item: str(item["until"])):
        if day <= _day(before["until"]):
            found |= {name: before[name] for name in _DATED if name in before}
            break
    return found


def placed(agency: Record, coming: Iterable[Record]) -> Record:
    """Return the agency with the names and parents that decided changes will have given it."""
    found = dict(agency)
    for members in coming:
        found |= {name: value for name, value in members.items() if name in _DATED}
    return found


def remembered(agency: Record, until: date) -> list[dict[str, Any]]:
    """Return the history with what holds now, until its last day."""
    now = {name: agency.get(name) for name in _DATED}
    return [*(agency.get("history") or ()), {"until": until.isoformat(), **now}]


def taking_effect(agency: Record, members: Record, until: date) -> dict[str, Any]:
    """Return the members with the history they make: what held before keeps its last day."""
    if any(agency.get(name) != members[name] for name in _DATED if name in members):
        return {**members, "history": remembered(agency, until)}
    return dict(members)


def who_works(procedure: str, code: str, agencies: Mapping[str, Record], day: date) -> set[str]:
    """Return who is competent on a day where a procedure names an agency: those who took it over."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop()
        agency = agencies.get(one)
        if one in seen or agency is None:
            continue
        seen.add(one)
        if not has_ended(agency, day):
            found.add(one)
            continue
        waiting += [item for item in agency["successors"] if _took_over(agencies.get(item), one, procedure)]
    return found


def _took_over(successor: Record | None, ended: str, procedure: str) -> bool:
    carried = [item for item in (successor or {}).get("predecessors") or () if item["agency"] == ended]
    if not carried:
        # An imported succession says nothing of procedures: all are carried on.
        return successor is not None
    return any(
        procedure in item["procedures"] if item["procedures"] is not None else procedure not in item["except"]
        for item in carried
    )


def who_answers(code: str, agencies: Mapping[str, Record], day: date) -> list[str]:
    """Return the agencies in force on a day that carry on an agency, itself while it works; once each.

    Those who continue its running dossiers come first.
    """
    found: list[str] = []
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop(0)
        agency = agencies.get(one)
        if one in seen or agency is None:
            continue
        seen.add(one)
        if not has_ended(agency, day):
            found += [one] if is_in_force(agency, day) else []
            continue
        first = (agency.get("continuing") or {}).get("agency")
        following = [item for item in agency["successors"] if item != first]
        waiting += [first, *following] if first else following
    return found


def leads_to(start: str, target: str, agencies: Mapping[str, Record]) -> bool:
    """Tell whether succession from `start` comes to `target`."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if one == target:
            return True
        if one in seen:
            continue
        seen.add(one)
        waiting += list((agencies.get(one) or {}).get("successors") or ())
    return False


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
