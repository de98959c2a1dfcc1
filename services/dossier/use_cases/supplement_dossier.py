"""Supplements: drafted by one, approved by another, answered, confirmed; the clock stands."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain import papers
from services.dossier.domain.actions import Action
from services.dossier.domain.deadlines import answer_by, answered_until, confirming
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import CalendarMissing
from services.dossier.domain.events import Change, cause_data, confirming_data
from services.dossier.domain.guards import most_of, waiting_draft
from services.dossier.domain.holdings import Draft
from services.dossier.domain.intake.personal_papers import require_usable
from services.dossier.domain.limits import GENERAL
from services.dossier.domain.moves import supplements
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.states import Move
from services.dossier.domain.supplements import Supplement
from services.dossier.domain.ways import APPROVED, DECLINED
from services.dossier.use_cases.ask_limits import cause_of, days_to_answer, most_in_all, rule_of
from services.dossier.use_cases.intake.evidence import keep_taken_answers
from services.dossier.use_cases.open_dossier import open_for, parties_of
from services.dossier.use_cases.pause_dossier import resume_or_keep
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.receive_dossier import issue, named_items, supplement_data
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.results.reuse import lift_results


async def draft_supplement(
    dossier_id: UUID,
    *,
    items: list[dict[str, Any]],
    reason: str,
    answer_days: int | None,
    basis: str = GENERAL,
    legal_basis: str = "",
    cause: str = "",
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Write down what is missing; nothing goes out before a lead or signer approves."""
    dossier, grounds = await open_for(
        Action.SUPPLEMENT_REQUEST, dossier_id, by=by, seen=seen, work=work, now=now, way=basis
    )
    named = tuple(named_items(items, grounds.procedure))
    rule = rule_of(work, "PROCESSING", basis, legal_basis, now)
    draft = Draft(
        items=named,
        reason=reason,
        by=by.subject,
        by_name=by.name,
        at=now,
        answer_days=days_to_answer(work, rule, answer_days),
        basis=basis,
        legal_basis=legal_basis,
        cause=cause_of(work, cause, "APPLICANT_PAPERS", "STOP", now),
    )
    most = most_of(grounds.procedure, rule)
    left = supplements.draft(dossier, draft, limit=most, total=most_in_all(work, now))
    change = Change("work_noted", left, note=reason, details={"noted": "SUPPLEMENT_DRAFTED"})
    record_change(work, dossier, change, by=by, now=now)
    return dossier


async def decide_supplement(
    dossier_id: UUID, *, approved: bool, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Send the drafted request out (form 02, the clock stops) or give it back; never by who drafted; T9."""
    way = APPROVED if approved else DECLINED
    action = Action.SUPPLEMENT_REQUEST_APPROVAL
    dossier, grounds = await open_for(action, dossier_id, by=by, seen=seen, work=work, now=now, way=way)
    draft = waiting_draft(dossier)
    if not approved:
        left = supplements.drop_draft(dossier)
        change = Change("work_noted", left, note=note, details={"noted": "SUPPLEMENT_DRAFT_DECLINED"})
        record_change(work, dossier, change, by=by, now=now)
        return dossier
    rule = rule_of(work, "PROCESSING", draft.basis, draft.legal_basis, now)
    until = answer_by(grounds.calendar_in_force, now, draft.answer_days)
    supplement = Supplement(
        items=draft.items,
        reason=draft.reason,
        asked_at=now,
        asked_by=draft.by_name,
        answer_by=until,
        is_intake=False,
        basis=draft.basis,
        legal_basis=draft.legal_basis,
        by=draft.by,
    )
    most = most_of(grounds.procedure, rule)
    left = supplements.ask(dossier, supplement, limit=most, total=most_in_all(work, now), cause=draft.cause)
    content = papers.supplement_request(
        dossier,
        parties=parties_of(dossier, work),
        items=list(draft.items),
        procedure=grounds.procedure,
        reason=draft.reason,
        answer_by=until,
        officer=draft.by_name,
    )
    earlier = sum(not one.is_intake for one in dossier.supplements[:-1])
    paper = issue(work, dossier, PaperKind.SUPPLEMENT_REQUEST, content, by=by, now=now, earlier=earlier)
    details = {"supplement": supplement_data(supplement), "cause": cause_data(draft.cause)}
    change = Change("supplement_requested", left, note=draft.reason, papers=[paper], details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier


async def answer_supplement(
    dossier_id: UUID,
    *,
    attachment_ids: Sequence[UUID],
    note: str,
    is_intake: bool,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Take the applicant's files: before acceptance it is submitted again, after it the clock stands on."""
    action = Action.INTAKE_SUPPLEMENT_ANSWER if is_intake else Action.SUPPLEMENT_ANSWER
    dossier, grounds = await open_for(action, dossier_id, by=by, seen=seen, work=work, now=now)
    if not attachment_ids and not note:
        raise Invalid(fields=[("attachment_ids", "Phải có tệp hoặc nội dung giải trình")])
    require_words(by, note)
    free = await work.attachments.unbound(attachment_ids, by.subjects) if attachment_ids else {}
    missing = [index for index, one in enumerate(attachment_ids) if one not in free]
    if missing:
        raise Invalid(fields=[(f"attachment_ids.{index}", "Không có tệp này") for index in missing])
    named = [
        (f"attachment_ids.{index}", free[one].component_code, free[one].taken)
        for index, one in enumerate(attachment_ids)
    ]
    require_usable(named, dossier.procedure_code, now.astimezone(VIETNAM).date())
    move = Move.ANSWER_INTAKE_SUPPLEMENT if is_intake else Move.ANSWER_SUPPLEMENT
    until = answered_until(grounds.calendar_in_force, now, work.limits, is_intake=is_intake)
    left = supplements.answer(dossier, move, at=now, office_by=until, files=attachment_ids)
    if attachment_ids:
        work.attachments.bind(attachment_ids, dossier.id, uploaders=by.subjects, purpose="SUPPLEMENT")
        dossier.take(attachment_ids)
        keep_taken_answers(work, dossier, free.values(), by=by, now=now)
    details = await lift_results(dossier, free.values(), work=work)
    name = "intake_supplement_answered" if is_intake else "supplement_answered"
    record_change(work, dossier, Change(name, left, note=note, details=details), by=by, now=now)
    return dossier


def require_words(by: Caller, note: str) -> None:
    """Raise `Invalid` when an officer records an applicant's act without saying what was brought."""
    if by.kind is CallerKind.STAFF and not note:
        raise Invalid(fields=[("note", "Ghi nhận thay người nộp phải nêu nội dung người nộp đề nghị")])


async def resume(dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime) -> Dossier:
    """Confirm the supplement: the clock runs again, to a new due moment; T10.

    How long the answer waited for this word is told beside it: that time is the office's own.
    """
    dossier, grounds = await open_for(Action.RESUMPTION, dossier_id, by=by, seen=seen, work=work, now=now)
    details: dict[str, Any] = {}
    with suppress(CalendarMissing):
        waited = confirming(dossier, grounds.calendar, work.limits, at=now)
        details |= {"confirming": confirming_data(waited)} if waited else {}
    resume_or_keep(dossier, grounds, Move.RESUME, details, note=note, by=by, work=work, now=now)
    return dossier
