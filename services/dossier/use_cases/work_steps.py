"""What the competent unit does: steps forward and back, opinions, the result and its way to the applicant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain.actions import Action
from services.dossier.domain.course import Cause, Delay
from services.dossier.domain.deadlines import delay_at
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotSigned, NotYourStep, StepMoved
from services.dossier.domain.events import BY_DOCUMENT, Change, cause_data
from services.dossier.domain.guards import known_process
from services.dossier.domain.holdings import DoneStep, Result
from services.dossier.domain.moves import ends
from services.dossier.domain.results.register import MOST_TOLD, Numbering, Registered, registered, used_before
from services.dossier.domain.signed import last_signed
from services.dossier.domain.signing.soundness import SignatureBroken, doubt_of, is_broken, is_official
from services.dossier.domain.standing import opinions_of
from services.dossier.domain.ways import DONE, OPINION, RETURNED, require_way
from services.dossier.domain.work.slip import person_of
from services.dossier.domain.workflow import (
    answer_consultation,
    complete,
    done_step,
    send_back,
    step_cause,
)
from services.dossier.use_cases.ask_limits import cause_of
from services.dossier.use_cases.open_dossier import (
    allow,
    due_of,
    open_for,
    require_unmoved,
    situation_of,
)
from services.dossier.use_cases.ports import Attachment, OutsideRequest, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.work.hand_on import hand_back, hand_on


async def complete_step(
    dossier_id: UUID,
    *,
    step: str,
    outcome: str,
    chosen: str,
    note: str,
    facts: Mapping[str, bool],
    cause: str = "",
    decision: str = "",
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Leave a step forward (DONE) or back (RETURNED), or answer a consultation; T8."""
    dossier, grounds = await work.dossiers.load(dossier_id)
    await allow(Action.STEP_COMPLETION, dossier, by=by, seen=seen, work=work, now=now)
    situation = situation_of(grounds, work.limits, now)
    process = known_process(grounds.process)
    if any(item.code == step and item.state == "OPEN" for item in dossier.consultations):
        require_way(Action.STEP_COMPLETION, dossier, by, situation, OPINION)
        if step not in {item.code for item in opinions_of(dossier, by)}:
            raise NotYourStep
        left = answer_consultation(dossier, step, by=by, at=now, note=note)
        change = Change(
            "work_noted", left, note=note, details={"noted": "CONSULTATION_ANSWERED", "step": step}
        )
        record_change(work, dossier, change, by=by, now=now)
        return dossier
    current = dossier.step
    if current is None or current.code != step:
        raise StepMoved
    if decision and (current.role != "SIGNER" or outcome != "DONE"):
        raise Invalid(fields=[("decision", "Chỉ người ký quyết định kết quả")])
    way = RETURNED if outcome == RETURNED else DONE
    require_way(Action.STEP_COMPLETION, dossier, by, situation, way)
    due = due_of(grounds)
    why = cause_of(work, cause, cause, "STEP", now) if cause else None
    if outcome == "RETURNED":
        left = send_back(dossier, process, by=by, at=now, due_of=due, note=note, chosen=chosen, cause=why)
    else:
        left = complete(
            dossier, process, by=by, at=now, due_of=due, note=note, facts=facts, chosen=chosen, cause=why
        )
        _decide(dossier, decision)
    ask_outside(work, dossier)
    kind = "RETURNED" if outcome == "RETURNED" else "STEP_DONE"
    hand_on(work, dossier, kind, giver=person_of(by, current.role), left=current, note=note, now=now)
    details = {"completed_step": step, "outcome": outcome, "cause": left_cause(dossier)}
    record_change(work, dossier, Change("step_completed", left, note=note, details=details), by=by, now=now)
    return dossier


def _decide(dossier: Dossier, decision: str) -> None:
    """Keep what a signer has just decided; whoever signs without a word grants."""
    last = dossier.done[-1]
    if last.role == "SIGNER":
        dossier.done = (*dossier.done[:-1], replace(last, decision=decision or "GRANTED"))


def ask_outside(work: Work, dossier: Dossier) -> None:
    """Queue the request of an outside step that has just begun; a job sends it after the commit.

    One that goes by document is asked for by whoever hears of the step: nothing is left to send here.
    """
    step = dossier.step
    if step is None or step.request_id is None:
        return
    payload = {
        "request_id": str(step.request_id),
        "dossier_code": dossier.dossier_code,
        "procedure_code": dossier.procedure_code,
        "step": step.code,
        "due_at": step.due_at.isoformat(),
        "callback_url": work.policy.outside_callback_url,
        "data": {"system": step.system, "agency": dossier.now_at(dossier.competent_agency.code)},
    }
    work.outside.add(
        OutsideRequest(
            id=step.request_id,
            dossier_id=dossier.id,
            step=step.code,
            system=step.system,
            payload=payload,
            due_at=step.due_at,
            state="SENT" if step.way == BY_DOCUMENT else "WAITING",
        )
    )


async def issue_result(
    dossier_id: UUID,
    *,
    number: str,
    name: str,
    outcome: str,
    reason: str,
    signed_by: str,
    attachment_ids: Sequence[UUID],
    cause: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Give the signed result its number and issue it; a refusal on the merits says why; T19.

    There is always a document: signed digitally by who is trusted, or the scan of a paper that is handed out
    at the counter. A file whose signature does not hold is nothing to issue; one that holds but is nobody's
    we trust is a scan, and the answer warns of it.
    """
    dossier, grounds = await open_for(Action.RESULT, dossier_id, by=by, seen=seen, work=work, now=now)
    step = dossier.step
    if step is None:
        raise StepMoved
    if outcome == "REFUSED" and not reason:
        raise Invalid(fields=[("reason", "Từ chối giải quyết phải nêu lý do")])
    try:
        numbering = Numbering(number, dossier.issuer[0], dossier.id, now)
        files, same = await _documents(attachment_ids, numbering, by=by, work=work)
    except Invalid:
        # The same files issued a moment ago are no longer free: who came second is told that.
        await require_unmoved(dossier, work)
        raise
    last = last_signed(dossier, grounds.process)
    signer = signer_of(last, signed_by) or (by.name if step.role == "SIGNER" else "")
    if not signer:
        raise NotSigned
    require_as_signed(last, outcome)
    first = grounds.procedure.results[0] if grounds.procedure.results else {}
    result = Result(
        name=name or str(first.get("name", dossier.procedure_name)),
        number=number,
        outcome=outcome,
        signed_by=signer,
        issued_at=now,
        attachment_ids=tuple(attachment_ids),
        reason=reason,
        code=str(first.get("code", "")),
        is_signed_digitally=any(is_official(file.signatures) for file in files),
    )
    _warn(dossier, [file.signatures for file in files], work)
    why = step_cause(dossier, step, at=now, outcome="DONE")
    dossier.delay = delay_at(dossier, grounds.calendar, now, _delay_cause(dossier, cause, work, now))
    left = ends.issue(dossier, result, done_step(step, by, at=now, outcome="DONE", note="", cause=why))
    work.attachments.bind(attachment_ids, dossier.id, uploaders=by.subjects, purpose="RESULT")
    dossier.take(attachment_ids)
    hand_back(work, dossier, giver=person_of(by, step.role), left=step, now=now)
    entry = registered(dossier, result, first=valid_from, last=valid_to)
    if outcome == "GRANTED":
        work.results.add(entry)
    warning = used_before(same, number)
    if warning is not None:
        dossier.warnings.append(warning)
    details = {"result": result_data(result), "delay": delay_data(dossier.delay)}
    change = Change("result_issued", left, note=reason, details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier


async def _documents(
    attachment_ids: Sequence[UUID], numbering: Numbering, *, by: Caller, work: Work
) -> tuple[list[Attachment], Sequence[Registered]]:
    """Return the result's files and who has its number already.

    Raises for no file, for one that is not the clerk's and for a broken signature.
    """
    if not attachment_ids:
        raise Invalid(
            fields=[("attachment_ids", "Kết quả phải có văn bản: tệp đã ký số hoặc bản chụp bản giấy")]
        )
    free, same = await work.results.at_issue(numbering, attachment_ids, by.subjects, limit=MOST_TOLD)
    missing = [index for index, one in enumerate(attachment_ids) if one not in free]
    if missing:
        raise Invalid(fields=[(f"attachment_ids.{index}", "Không có tệp này") for index in missing])
    for index, one in enumerate(attachment_ids):
        if is_broken(free[one].signatures):
            raise SignatureBroken(fields=[(f"attachment_ids.{index}", SignatureBroken.title)])
    return [free[one] for one in attachment_ids], same


def _warn(dossier: Dossier, found: Sequence[Sequence[Mapping[str, Any]]], work: Work) -> None:
    """Say by name that a signed file counts as a scan, or is not dated, and whose signatures they are."""
    policy = work.policy
    doubt = doubt_of(found, has_roots=policy.has_trust_roots, has_time_stamps=policy.has_time_stamps)
    if doubt:
        signers = sorted({str(one.get("signer", "")) for file in found for one in file})
        dossier.warnings.append({"code": doubt, "details": {"signers": signers}})


def require_as_signed(last: DoneStep | None, outcome: str) -> None:
    """Raise `Invalid` where the clerk names another outcome than the signer decided."""
    if last is not None and last.decision not in {"", outcome}:
        raise Invalid(fields=[("outcome", "Khác với quyết định của người ký")])


def _delay_cause(dossier: Dossier, code: str, work: Work, now: datetime) -> Cause:
    """Return why a result comes late: what the clerk says, else what the apology said."""
    if not code and dossier.apologies:
        return dossier.apologies[-1].cause
    return cause_of(work, code, "UNEXPLAINED", "DELAY", now)


def left_cause(dossier: Dossier) -> dict[str, str]:
    """Return the cause of the step that was just left, as events tell it."""
    last = dossier.done[-1]
    return {"code": last.cause, "belongs_to": last.belongs_to}


def delay_data(delay: Delay | None) -> dict[str, Any] | None:
    """Return a delay as events tell it; None for a promise that was kept."""
    return None if delay is None else {"minutes": delay.minutes, "cause": cause_data(delay.cause)}


def signer_of(last: DoneStep | None, told: str) -> str:
    """Return who signed: the last signer here, else whom the clerk names; raise `Invalid` if they differ."""
    if last is None:
        return told
    if told and told != last.by_name:
        raise Invalid(fields=[("signed_by", "Không phải người đã ký trong quy trình")])
    return last.by_name


def result_data(result: Result) -> dict[str, Any]:
    """Return a result as events tell it."""
    return {
        "name": result.name,
        "number": result.number,
        "electronic": result.is_electronic,
        "outcome": result.outcome,
    }
