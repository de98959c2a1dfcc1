"""Drafts and approves decisions about calendars: an editor writes, another person signs them off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.catalog.domain.calendars.composing import differences, working_days_by_month
from services.catalog.domain.calendars.decisions import (
    CalendarDecision,
    DecisionKind,
    Signature,
    require_calendar_approver,
    require_calendar_editor,
    require_calendar_reader,
)
from services.catalog.domain.calendars.errors import CalendarUnsound, NoSuchCalendar, NoSuchCalendarDecision
from services.catalog.domain.calendars.faults import Fault
from services.catalog.domain.calendars.fitting import too_tight
from services.catalog.domain.calendars.reading import read_shape
from services.catalog.domain.items import canonical, digest_of
from services.catalog.domain.reading import Reader
from services.catalog.use_cases.calendars.ports import HeldYear
from services.catalog.use_cases.ports import Work

Outcomes = Mapping[str, dict[str, Any]]


async def draft_decision(
    kind: DecisionKind,
    codes: Sequence[str],
    year: int,
    content: Mapping[str, Any],
    reason: str,
    past_reason: str,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> CalendarDecision:
    """Begin a draft that could be approved today; raises what `outcome` raises, `NoSuchCalendar`."""
    require_calendar_editor(by)
    codes = tuple(dict.fromkeys(codes))
    decision = CalendarDecision(
        id=new_id(),
        kind=kind,
        codes=codes,
        year=year,
        content=_read(kind, content, codes, year),
        reason=reason,
        past_reason=past_reason,
        authors=(by.subject,),
        created_at=now,
        changed_at=now,
        history=({"at": now.isoformat(), "by": by.subject, "what": "DRAFTED"},),
    )
    held = await work.calendars.held([f"{code}:{year}" for code in codes])
    outcomes(decision, {code: held[f"{code}:{year}"] for code in codes}, now.date())
    work.calendars.add(decision)
    return decision


async def propose_next_year(
    code: str,
    year: int,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> CalendarDecision:
    """Draft a year from the forecast, at the hours and seasons of the year before; marked PROPOSED."""
    require_calendar_editor(by)
    held = await work.calendars.held([f"{code}:{year - 1}", f"{code}:{year}", f"default:{year - 1}"])
    before = held[f"{code}:{year - 1}"].data or held[f"default:{year - 1}"].data
    if before is None:
        raise NoSuchCalendar
    proposed = work.propose_year(year)
    record = {
        "code": code,
        "year": year,
        "office_hours": before["office_hours"],
        "seasons": [_a_year_later(one) for one in before.get("seasons") or ()],
        "exceptions": list(proposed.days),
        "source": proposed.source,
        "status_of_source": "PROPOSED",
        "notes": list(proposed.notes),
    }
    return await draft_decision(
        DecisionKind.YEAR,
        [code],
        year,
        {"record": record},
        f"Dự kiến lịch làm việc năm {year}",
        "",
        by=by,
        work=work,
        now=now,
    )


async def change_draft(
    decision_id: UUID,
    codes: Sequence[str],
    content: Mapping[str, Any],
    reason: str,
    past_reason: str,
    *,
    seen: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> CalendarDecision:
    """Write other content into a draft; its kind and year stay."""
    require_calendar_editor(by)
    decision, _ = await _seen(decision_id, seen, work)
    changed = decision.edited(
        codes=codes,
        content=_read(decision.kind, content, tuple(codes), decision.year),
        reason=reason,
        past_reason=past_reason,
        by=by,
        now=now,
    )
    held = await work.calendars.held([f"{code}:{changed.year}" for code in changed.codes])
    outcomes(changed, {code: held[f"{code}:{changed.year}"] for code in changed.codes}, now.date())
    return _keep(changed, work)


async def discard_draft(
    decision_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> CalendarDecision:
    """Give a draft up."""
    require_calendar_reader(by)
    decision, _ = await _seen(decision_id, seen, work)
    return _keep(decision.discarded(by=by, now=now), work)


async def approve_decision(
    decision_id: UUID, signature: Signature, *, seen: int, by: Caller, work: Work, now: datetime
) -> CalendarDecision:
    """Approve a draft: every year it is about gets a version and an event, all in one commit.

    Due moments already given stay: readers count with the new days from now on only.
    """
    require_calendar_approver(by)
    decision, held = await _seen(decision_id, seen, work)
    approved = decision.approved(signature, by=by, now=now)
    years = []
    for code, data in outcomes(approved, held, now.date()).items():
        version = held[code].version + 1
        restated = approved.kind is DecisionKind.YEAR
        # A restated year is the new base: the next file is compared with what was restated.
        digest = digest_of(canonical(approved.content["record"])) if restated else ""
        key = f"{code}:{approved.year}"
        years.append((key, version, data, digest))
        work.record(
            Event(
                type="calendar.changed.v1",
                key=key,
                sequence=version,
                data={**data, "version": version},
                occurred_at=now,
            )
        )
    work.calendars.put(years, now)
    return _keep(approved, work)


async def find_decision(
    decision_id: UUID, *, by: Caller, work: Work
) -> tuple[CalendarDecision, Mapping[str, HeldYear]]:
    """Return a decision for an editor or approver."""
    require_calendar_reader(by)
    found = await work.calendars.decision(decision_id)
    if found is None:
        raise NoSuchCalendarDecision
    return found


async def preview_decision(
    decision_id: UUID, *, by: Caller, work: Work, now: datetime
) -> list[dict[str, Any]]:
    """Return what a decision changes in each calendar: days, seasons, working days, what gets too tight.

    Too tight is what is done within a day by a process that takes longer than an afternoon now leaves.
    """
    decision, held = await find_decision(decision_id, by=by, work=work)
    after = outcomes(decision, held, now.date())
    within_a_day = await work.calendars.same_day(decision.codes, now.date())
    return [
        {
            "code": code,
            "year": decision.year,
            "differences": differences(held[code].data or {}, after[code]),
            "working_days_before": working_days_by_month(before) if (before := held[code].data) else None,
            "working_days_after": working_days_by_month(after[code]),
            "too_tight": too_tight(within_a_day.get(code, ()), after[code]),
        }
        for code in decision.codes
    ]


def outcomes(decision: CalendarDecision, held: Mapping[str, HeldYear], today: date) -> Outcomes:
    """Return each calendar's year as the decision would leave it."""
    if decision.kind is not DecisionKind.YEAR and any(held[code].data is None for code in decision.codes):
        raise NoSuchCalendar
    return {code: decision.outcome(code, held[code].data, today) for code in decision.codes}


def _read(
    kind: DecisionKind, content: Mapping[str, Any], codes: Sequence[str], year: int
) -> Mapping[str, Any]:
    if (kind is DecisionKind.YEAR) != ("record" in content):
        raise Invalid(fields=[("record", "Quyết định cả năm có record, quyết định khác thì không")])
    if kind is not DecisionKind.YEAR:
        return content
    reader = Reader({**content["record"], "code": codes[0], "year": year})
    read_shape(reader)
    places = [(place, why) for place, _, why in (one.partition(": ") for one in reader.reasons)]
    if places:
        raise CalendarUnsound.because([Fault("record-unreadable", *one) for one in places])
    return {"record": reader.data}


def _a_year_later(season: Mapping[str, Any]) -> dict[str, Any]:
    moved = {name: _next_year(str(season[name])) for name in ("valid_from", "valid_to")}
    return {**season, **moved}


def _next_year(text: str) -> str:
    day = date.fromisoformat(text)
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, day.month, 28 if is_leap_day else day.day).isoformat()


async def _seen(decision_id: UUID, seen: int, work: Work) -> tuple[CalendarDecision, Mapping[str, HeldYear]]:
    found = await work.calendars.decision(decision_id)
    if found is None:
        raise NoSuchCalendarDecision
    if found[0].version != seen:
        raise Stale
    return found


def _keep(decision: CalendarDecision, work: Work) -> CalendarDecision:
    work.calendars.save(decision)
    return replace(decision, version=decision.version + 1)
