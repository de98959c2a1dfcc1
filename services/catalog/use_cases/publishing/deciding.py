"""Publication decisions: gathered, previewed, published in one commit or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from kernel.core.ids import new_id
from services.catalog.domain.calendars.composing import calendar_of
from services.catalog.domain.events import procedure_event
from services.catalog.domain.items import ItemKind, Known
from services.catalog.domain.parts import KnownProcedure, Publication
from services.catalog.domain.publishing.deadlines import deadlines, standing
from services.catalog.domain.publishing.decisions import (
    Decision,
    DecisionItem,
    Judged,
    PublicationDecisionState,
    judge,
    line_of,
    publish,
    published,
    record_on,
)
from services.catalog.domain.publishing.differences import differences
from services.catalog.domain.publishing.drafts import (
    OPEN_STATES,
    Draft,
    ProcedureDraftState,
    require_approver,
    require_editor,
    require_reader,
)
from services.catalog.domain.publishing.errors import (
    DecisionClosed,
    DecisionRefused,
    NoSuchDecision,
    NumberTaken,
    OwnDraft,
)
from services.catalog.domain.publishing.fields import read_record
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.publishing.drafting import faults_of, offered_reasons, territory
from worktime.calendar import OfficeHours, WorkCalendar

KnownItems = Mapping[tuple[ItemKind, str], Known]
_CALENDAR = "default"
_NO_CALENDAR = WorkCalendar(
    OfficeHours.parse("07:30-11:30;13:30-17:30"), covers=(date(1900, 1, 1), date(1900, 1, 2))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision and how it stands against its publication deadline."""

    decision: Decision
    warning: str


@dataclass(frozen=True, slots=True)
class ItemPreview:
    """What one item would do: to the record, on which days, to dossiers."""

    judged: Judged
    differences: Sequence[Mapping[str, Any]]
    versions: Sequence[Mapping[str, Any]]
    endings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing a decision now would do."""

    decision: Decision
    items: Sequence[ItemPreview]
    warning: str

    @property
    def is_sound(self) -> bool:
        """Tell whether it could be published."""
        return not any(item.judged.reasons for item in self.items) and bool(self.items)


async def _calendar(work: Work) -> WorkCalendar:
    return calendar_of(await work.publishing.calendar_years(_CALENDAR)) or _NO_CALENDAR


def _with_deadlines(decision: Decision, calendar: WorkCalendar) -> Decision:
    act = decision.act or {}
    dates = {
        name: date.fromisoformat(act[name]) if act.get(name) else None
        for name in ("signed_on", "effective_on")
    }
    found = deadlines(
        decision.level,
        signed_on=dates["signed_on"] or decision.signed_on,
        effective_on=dates["effective_on"] or decision.effective_on,
        is_short=decision.is_short,
        calendar=calendar,
    )
    return replace(decision, deadlines=found)


def _standing(decision: Decision, calendar: WorkCalendar, today: date) -> str:
    if decision.state is PublicationDecisionState.WITHDRAWN:
        return "NONE"
    done = decision.published_at.date() if decision.published_at else None
    return standing(dict(decision.deadlines), today=today, published_on=done, calendar=calendar)


async def open_decision(decision: Decision, *, by: Caller, work: Work, now: datetime) -> Standing:
    """Begin a decision; its drafts belong to it from now on."""
    require_editor(by)
    decision = replace(
        decision,
        id=new_id(),
        agency=territory(by, decision.agency),
        made_by=by.subject,
        authors=(by.subject,),
    )
    calendar = await _calendar(work)
    decision = _with_deadlines(decision, calendar)
    if await work.publishing.number_used(decision.agency, decision.number):
        raise NumberTaken
    await _claim(decision, (), work)
    work.publishing.add_decision(decision, now)
    return Standing(decision, _standing(decision, calendar, now.date()))


async def change_decision(
    decision_id: UUID, given: Decision, *, seen: int, by: Caller, work: Work, now: datetime
) -> Standing:
    """Write other dates or items into an open decision."""
    require_editor(by)
    held = await _open(decision_id, seen, work)
    territory(by, held.agency)
    calendar = await _calendar(work)
    changed = replace(
        given,
        id=held.id,
        agency=held.agency,
        made_by=held.made_by,
        authors=tuple(dict.fromkeys((*held.authors, by.subject))),
        version=held.version + 1,
        state=held.state,
    )
    changed = _with_deadlines(changed, calendar)
    if changed.number != held.number and await work.publishing.number_used(held.agency, changed.number):
        raise NumberTaken
    await _claim(changed, held.items, work)
    work.publishing.keep_decision(changed)
    return Standing(changed, _standing(changed, calendar, now.date()))


async def _claim(decision: Decision, before: Sequence[DecisionItem], work: Work) -> None:
    """Give the decision its drafts, let go of those it names no longer; unknown ones are told at preview."""
    wanted = {item.draft_id for item in decision.items if item.draft_id}
    earlier = {item.draft_id for item in before if item.draft_id}
    drafts = await work.publishing.drafts(sorted(wanted | earlier))
    changed = []
    for key, draft in drafts.items():
        is_free = draft.decision_id is None and draft.state in OPEN_STATES
        if key in wanted and is_free and draft.agency == decision.agency:
            changed.append(draft.put_into(decision.id))
        elif key not in wanted and draft.decision_id == decision.id:
            changed.append(draft.put_into(None))
    work.publishing.keep_drafts(changed)


async def _open(decision_id: UUID, seen: int, work: Work) -> Decision:
    held = await work.publishing.decision(decision_id)
    if held is None:
        raise NoSuchDecision
    if held.version != seen:
        raise Stale
    if held.state is not PublicationDecisionState.OPEN:
        raise DecisionClosed(extra={"state": held.state.value})
    return held


async def withdraw_decision(
    decision_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> Decision:
    """End an open decision; its drafts are free for another."""
    require_editor(by)
    del now
    held = await _open(decision_id, seen, work)
    territory(by, held.agency)
    await _claim(replace(held, items=()), held.items, work)
    changed = replace(held, state=PublicationDecisionState.WITHDRAWN, version=held.version + 1)
    work.publishing.keep_decision(changed)
    return changed


async def read_decision(decision_id: UUID, *, by: Caller, work: Work, now: datetime) -> Standing:
    """Return a decision with its warning."""
    require_reader(by)
    held = await work.publishing.decision(decision_id)
    if held is None:
        raise NoSuchDecision
    calendar = await _calendar(work)
    return Standing(held, _standing(held, calendar, now.date()))


async def list_decisions(
    *, state: str, after: UUID | None, limit: int, by: Caller, work: Work, now: datetime
) -> list[Standing]:
    """Return decisions with their warnings, newest first."""
    require_reader(by)
    found = await work.publishing.decision_page(state=state, after=after, limit=limit)
    calendar = await _calendar(work)
    return [Standing(one, _standing(one, calendar, now.date())) for one in found]


async def _judged(
    decision: Decision, work: Work, today: date
) -> tuple[list[Judged], Mapping[UUID, Draft], dict[str, KnownProcedure], KnownItems]:
    codes = sorted({code for item in decision.items for code in (item.code, *item.successors)})
    items = await work.publishing.known(codes)
    drafts = await work.publishing.drafts([item.draft_id for item in decision.items if item.draft_id])
    known = {
        code: one.procedure
        for (kind, code), one in items.items()
        if kind is ItemKind.PROCEDURE and one.procedure is not None
    }
    offered = await offered_reasons([draft.data for draft in drafts.values()], work)
    faults = faults_of(list(drafts.values()), items, offered)
    return judge(decision, drafts, known, today=today, faults=faults), drafts, known, items


def _sector_namer(items: KnownItems) -> Any:
    names = {code: one.data.get("name") for (kind, code), one in items.items() if kind is ItemKind.SECTOR}

    def name_sector(record: dict[str, Any]) -> None:
        record["sector_name"] = names.get(record.get("sector", ""), record.get("sector_name"))

    return name_sector


async def preview_decision(decision_id: UUID, *, by: Caller, work: Work, now: datetime) -> Preview:
    """Return what publishing would do, item by item; nothing is written."""
    require_reader(by)
    decision = await work.publishing.decision(decision_id)
    if decision is None:
        raise NoSuchDecision
    if decision.state is not PublicationDecisionState.OPEN:
        raise DecisionClosed(extra={"state": decision.state.value})
    judged, _, known, items = await _judged(decision, work, now.date())
    made = publish(judged, known, _sector_namer(items), by=by.subject, at=now)
    previews = [_preview(decision, one, known, made) for one in judged]
    return Preview(decision, previews, _standing(decision, await _calendar(work), now.date()))


def _preview(
    decision: Decision, one: Judged, known: Mapping[str, KnownProcedure], made: Publication
) -> ItemPreview:
    change = one.change
    if change is None:
        return ItemPreview(one, (), (), ())
    before = record_on(known.get(one.item.code), line_of(decision, one.item), decision.effective_on)
    versions = [
        {
            "version": version.version,
            "agency": version.agency,
            "valid_from": version.period.valid_from,
            "valid_to": version.period.valid_to,
            "visibility": version.visibility,
        }
        for version in made.versions
        if version.code == change.code
    ]
    endings = [
        {"version": ending.number, "agency": ending.agency, "valid_to": ending.on}
        for ending in made.endings
        if ending.code == change.code
    ]
    told = differences(read_record(before)[0] if before else None, read_record(change.data)[0])
    return ItemPreview(one, told, versions, endings)


async def publish_decision(
    decision_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> tuple[Decision, Publication]:
    """Publish everything in the decision in one commit, with an event per new version, or refuse it whole.

    Raises `OwnDraft` for whoever wrote in the decision or in a draft of it, and `DecisionRefused` with the
    reasons of each item.
    """
    require_approver(by)
    decision = await _open(decision_id, seen, work)
    territory(by, decision.agency)
    judged, drafts, known, items = await _judged(decision, work, now.date())
    if by.subject in decision.authors or any(by.subject in draft.authors for draft in drafts.values()):
        raise OwnDraft
    if not judged:
        raise DecisionRefused("Quyết định chưa có thủ tục nào")
    refused = [one for one in judged if one.reasons]
    if refused:
        raise DecisionRefused(
            extra={
                "items": [
                    {
                        "code": one.item.code,
                        "part": one.item.part.value,
                        "reasons": [{"code": code, "text": text} for code, text in one.reasons],
                    }
                    for one in refused
                ]
            }
        )
    made = publish(judged, known, _sector_namer(items), by=by.subject, at=now)
    done = published(decision, by=by.subject, at=now)
    work.publishing.save(made)
    work.publishing.keep_decision(done)
    work.publishing.keep_drafts(
        [
            replace(draft, state=ProcedureDraftState.PUBLISHED, version=draft.version + 1, changed_at=now)
            for draft in drafts.values()
        ]
    )
    for version in made.versions:
        work.record(procedure_event(version, now))
    return done, made
