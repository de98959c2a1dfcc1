"""Writes drafts and hands them on: an editor writes, another person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.catalog.domain.events import EVENT_TYPES
from services.catalog.domain.items import ItemKind, canonical
from services.catalog.domain.workflows.drafts import (
    Approval,
    Draft,
    WorkflowDraftState,
    in_force,
    require_approver,
    require_editor,
    require_reader,
)
from services.catalog.domain.workflows.errors import (
    BaseMoved,
    CodeTaken,
    DraftExists,
    NoSuchDraft,
    NothingChanged,
    Unsound,
)
from services.catalog.domain.workflows.faults import Fault
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.workflows.judge import judge, notes_on, read_parts, sealed
from services.catalog.use_cases.workflows.ports import Held

_UNCOUNTED = ("approved_by", "critical_hours", "edition", "version")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a draft, what an approver should know, and whether its base has moved."""

    faults: list[Fault]
    notes: list[str]
    is_base_moved: bool


async def open_drafts(
    kind: ItemKind,
    given: Sequence[Mapping[str, Any]],
    base_version: int | None,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> list[Draft]:
    """Begin a draft of each record, all or none.

    `base_version` None: over what is in force, if anything; 0: new, so a code in use is `CodeTaken`. Raises
    `Unreadable`, `DraftExists`, `BaseMoved`, `NothingChanged`.
    """
    require_editor(by)
    records = [read_parts(kind, item) for item in given]
    codes = [record["code"] for record in records]
    if len(set(codes)) < len(codes):
        raise CodeTaken(fields=[("code", "Mã được khai nhiều lần")])
    held = await work.workflows.held(kind, codes)
    drafts = []
    for record in records:
        stands = held[record["code"]]
        _may_stand_over(stands, record, base_version)
        draft = Draft(
            id=new_id(),
            kind=kind,
            code=record["code"],
            base_version=stands.version,
            data=record,
            authors=(by.subject,),
            created_at=now,
            changed_at=now,
            history=({"at": now.isoformat(), "by": by.subject, "what": "OPENED", "note": ""},),
        )
        work.workflows.add(draft)
        drafts.append(draft)
    return drafts


def _may_stand_over(stands: Held, record: Mapping[str, Any], base_version: int | None) -> None:
    if stands.has_open_draft:
        raise DraftExists
    if base_version == 0 and stands.version:
        raise CodeTaken
    if base_version is not None and base_version != stands.version:
        raise BaseMoved(extra={"base_version": stands.version})
    if stands.data is not None and _said(stands.data) == _said(record):
        raise NothingChanged


def _said(record: Mapping[str, Any]) -> str:
    return canonical({name: value for name, value in record.items() if name not in _UNCOUNTED})


async def change_draft(
    kind: ItemKind,
    draft_id: UUID,
    given: Mapping[str, Any],
    base_version: int | None,
    *,
    seen: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> Draft:
    """Write other content into a draft; naming the version in force as its base rebases it."""
    require_editor(by)
    draft, stands = await _seen(kind, draft_id, seen, work)
    record = read_parts(kind, given)
    if record["code"] != draft.code:
        raise Invalid(fields=[("code", "Mã của dự thảo không đổi được")])
    base = draft.base_version if base_version is None else base_version
    if base_version is not None and base_version != stands.version:
        raise BaseMoved(extra={"base_version": stands.version})
    return _keep(draft.edited(record, base, by=by, now=now), work)


async def submit_draft(
    kind: ItemKind, draft_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> Draft:
    """Hand a draft to review; only what could be approved today is: `Unsound`, `BaseMoved`."""
    require_editor(by)
    draft, stands = await _seen(kind, draft_id, seen, work)
    changed = draft.submitted(by=by, now=now)
    await _require_sound(draft, stands, now.date(), work)
    return _keep(changed, work)


async def give_back_draft(
    kind: ItemKind, draft_id: UUID, reason: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> Draft:
    """Send a draft in review back with the reason."""
    require_approver(by)
    draft, _ = await _seen(kind, draft_id, seen, work)
    return _keep(draft.given_back(reason, by=by, now=now), work)


async def discard_draft(
    kind: ItemKind, draft_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> Draft:
    """Give a draft up: an editor what is not approved, an approver also an approval whose day is to come."""
    draft, _ = await _seen(kind, draft_id, seen, work, for_reader=by)
    if draft.state is WorkflowDraftState.APPROVED:
        require_approver(by)
    return _keep(draft.discarded(by=by, now=now), work)


async def approve_draft(
    kind: ItemKind, draft_id: UUID, approval: Approval, *, seen: int, by: Caller, work: Work, now: datetime
) -> Draft:
    """Approve a draft by a decision; on its day it comes into force, today at once.

    Raises `OwnDraft`, `EffectInPast`, `LaterApproved`, `BaseMoved`, `Unsound` (judged for the first day).
    """
    require_approver(by)
    draft, stands = await _seen(kind, draft_id, seen, work)
    changed = draft.approved(approval, stands.latest, by=by, now=now)
    await _require_sound(draft, stands, approval.effective_on, work)
    if approval.effective_on > now.date() or stands.has_approved:
        return _keep(changed, work)
    return publish(changed, stands.version, work, now)


def publish(draft: Draft, in_force_version: int, work: Work, now: datetime) -> Draft:
    """Bring an approved draft into force as the next version, with its event."""
    version = in_force_version + 1
    data = sealed(draft.kind, in_force(draft))
    work.workflows.put_in_force(draft, version, data)
    if draft.kind in EVENT_TYPES:
        work.record(
            Event(
                type=EVENT_TYPES[draft.kind],
                key=draft.code,
                sequence=version,
                data={**data, "version": version},
                occurred_at=now,
            )
        )
    return _keep(draft.published(version, now), work)


async def publish_next(*, work: Work, now: datetime) -> bool:
    """Bring the first approved draft whose day has come into force; tell whether there was one."""
    found = await work.workflows.due(now.date())
    if found is None:
        return False
    publish(*found, work, now)
    return True


async def check_draft(kind: ItemKind, draft_id: UUID, *, by: Caller, work: Work, now: datetime) -> Verdict:
    """Say everything that keeps a draft from being approved today."""
    draft, stands = await find_draft(kind, draft_id, by=by, work=work)
    faults = await judge(kind, draft.data, now.date(), work.workflows)
    return Verdict(faults, notes_on(kind, draft.data), draft.base_version != stands.version)


async def find_draft(kind: ItemKind, draft_id: UUID, *, by: Caller, work: Work) -> tuple[Draft, Held]:
    """Return a draft for an editor or approver with what stands of its code."""
    require_reader(by)
    found = await work.workflows.draft(kind, draft_id)
    if found is None:
        raise NoSuchDraft
    return found


async def _seen(
    kind: ItemKind, draft_id: UUID, seen: int, work: Work, *, for_reader: Caller | None = None
) -> tuple[Draft, Held]:
    if for_reader is not None:
        require_reader(for_reader)
    found = await work.workflows.draft(kind, draft_id)
    if found is None:
        raise NoSuchDraft
    if found[0].version != seen:
        raise Stale
    return found


async def _require_sound(draft: Draft, stands: Held, day: date, work: Work) -> None:
    if draft.base_version != stands.version:
        raise BaseMoved(extra={"base_version": stands.version})
    faults = await judge(draft.kind, draft.data, day, work.workflows)
    if faults:
        raise Unsound.because(faults)


def _keep(draft: Draft, work: Work) -> Draft:
    work.workflows.save(draft)
    return replace(draft, version=draft.version + 1)
