"""A person's drafts: kept, changed, handed in once, thrown away, forgotten after their time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import moment
from services.dossier.domain.intake.drafts import DraftState, SubmissionDraft, expiry
from services.dossier.domain.intake.errors import DraftClosed, TooManyDrafts
from services.dossier.domain.intake.limits import limit
from services.dossier.domain.interlinked.errors import GroupUnknown
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.use_cases.interlinked.submit import submit_group
from services.dossier.use_cases.interlinked.way_in import GroupSubmission
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.submission import Submission
from services.dossier.use_cases.submit_dossier import require_identified, submit_dossier

_AT_ONCE = 200


def _require_person(by: Caller) -> None:
    if by.kind is not CallerKind.PERSON:
        raise Forbidden


async def begin_draft(
    procedure_code: str,
    content: Mapping[str, Any],
    *,
    by: Caller,
    work: Work,
    now: datetime,
    group_code: str = "",
) -> SubmissionDraft:
    """Keep a new draft, of a procedure or of a group; raise `TooManyDrafts` for one more than allowed.

    Whoever could not hand it in hears so before writing pages of it, not after.
    """
    _require_person(by)
    procedures = [procedure_code]
    if group_code:
        group = await work.interlinked.group(group_code)
        if group is None:
            raise GroupUnknown
        procedure_code = group["lead_procedure"]
        procedures = [item["procedure"] for item in group["members"]]
    today = now.astimezone(VIETNAM).date()
    require_identified(by, await work.catalogue.identification_levels(procedures, today), work)
    most = limit("drafts_of_a_person", today)
    if await work.ways_in.drafts.count_open(by.subject) >= most:
        raise TooManyDrafts(extra={"limit": most})
    draft = SubmissionDraft(
        id=new_id(),
        subject=by.subject,
        procedure_code=procedure_code,
        group_code=group_code,
        content=content,
        created_at=now,
        changed_at=now,
        expires_at=expiry(now),
    )
    work.ways_in.drafts.add(draft)
    return draft


async def seen_draft(draft_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> SubmissionDraft:
    """Return one's own draft as last seen; raise `NotFound` for another's, `Stale` for an older version.

    Past its time it is closed, whether or not the job has come by.
    """
    _require_person(by)
    draft = await work.ways_in.drafts.find(draft_id, by.subjects)
    if draft.version != seen:
        raise Stale
    if draft.expires_at <= now:
        raise DraftClosed(extra={"state": DraftState.EXPIRED.value})
    return draft


def change_draft(
    draft: SubmissionDraft, content: Mapping[str, Any], *, work: Work, now: datetime
) -> SubmissionDraft:
    """Keep new content of a draft as last seen; it has its whole time again."""
    changed = draft.changed(content, now)
    work.ways_in.drafts.save(changed)
    return changed


async def discard_draft(
    draft_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> SubmissionDraft:
    """Throw a draft away; its files stay the person's own until a dossier takes them."""
    draft = (await seen_draft(draft_id, by=by, seen=seen, work=work, now=now)).discarded(now)
    work.ways_in.drafts.save(draft)
    return draft


async def submit_draft(
    draft: SubmissionDraft, submission: Submission, *, by: Caller, work: Work, now: datetime
) -> Dossier:
    """Hand a draft in: dossier, files and the draft's end are one commit, so it is handed in once."""
    try:
        dossier = await submit_dossier(submission, by=by, work=work, now=now)
    except Invalid:
        await _require_unmoved(draft, by=by, work=work)
        raise
    work.ways_in.drafts.save(draft.submitted(dossier.id, now))
    return dossier


async def submit_group_draft(
    draft: SubmissionDraft, given: GroupSubmission, *, by: Caller, work: Work, now: datetime
) -> tuple[Parent, list[Dossier]]:
    """Hand a group's draft in: the whole submission and the draft's end are one commit."""
    try:
        parent, opened = await submit_group(given, by=by, work=work, now=now)
    except Invalid:
        await _require_unmoved(draft, by=by, work=work)
        raise
    work.ways_in.drafts.save(draft.submitted(parent.id, now))
    return parent, opened


async def _require_unmoved(draft: SubmissionDraft, *, by: Caller, work: Work) -> None:
    """Raise `Stale` where the draft was handed in meanwhile: its files are the dossier's, not missing."""
    if (await work.ways_in.drafts.find(draft.id, by.subjects)).version != draft.version:
        raise Stale


async def forget_expired(*, work: Work, now: datetime) -> int:
    """Forget what was written in drafts whose time is over; return how many."""
    return await work.ways_in.drafts.expire(now, _AT_ONCE)


async def notice_expiring(*, work: Work, now: datetime) -> int:
    """Mark drafts whose last days have begun and have their people told, once; return how many."""
    days = limit("draft_notice_days", now.astimezone(VIETNAM).date())
    found = await work.ways_in.drafts.to_notice(now, now + timedelta(days=days), _AT_ONCE)
    for draft, procedure, group in found:
        work.record(
            Event(
                type="draft.reminded.v1",
                key=str(draft.id),
                sequence=draft.version,
                data={
                    "draft_id": str(draft.id),
                    "procedure": {"code": draft.procedure_code, "name": procedure},
                    "group": {"code": draft.group_code, "name": group} if draft.group_code else None,
                    "subject": draft.subject,
                    "contact": _contact(draft, work),
                    "expires_at": moment(draft.expires_at),
                },
                occurred_at=now,
            )
        )
    return len(found)


def _contact(draft: SubmissionDraft, work: Work) -> str | None:
    """Return how to reach who fills the draft in, sealed: the representative where there is one."""
    person = draft.content.get("representative") or draft.content.get("owner")
    if not isinstance(person, dict) or not isinstance(person.get("full_name"), str):
        return None
    known = {name: person.get(name) for name in ("phone", "email")}
    texts = {name: value for name, value in known.items() if isinstance(value, str)}
    return work.seals.seal(
        {"name": person["full_name"], "phone": None, "email": None, **texts}, purpose="contact"
    )
