"""Answers of outside systems: a step worked elsewhere ends, with the evidence kept."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import (
    CalendarMissing,
    CopyChanged,
    NoSuchBranch,
    OutsideAnswerDiffers,
    ProcessMissing,
    RowChanged,
    StepMoved,
)
from services.dossier.domain.events import Change
from services.dossier.domain.guards import known_process
from services.dossier.domain.states import Move
from services.dossier.domain.work.arranging import current_step
from services.dossier.domain.work.errors import OpinionsOpen
from services.dossier.domain.work.slip import Party
from services.dossier.domain.workflow import complete, send_back
from services.dossier.use_cases.open_dossier import due_of
from services.dossier.use_cases.ports import Grounds, OutsideRequest, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.work.hand_on import hand_on
from services.dossier.use_cases.work_steps import ask_outside, left_cause

_CHANGED = "Trả lời đã lưu của hệ thống ngoài bị sửa ngoài phần mềm: không dùng được, cần hỏi lại"
_NOBODY = Caller(subject="", kind=CallerKind.SERVICE)
SUCCESS = frozenset({"completed", "done", "approved"})
_NOT_YET = (CalendarMissing, ProcessMissing, NoSuchBranch, OpinionsOpen)
"""Why an answer waits: what decides the next moment is missing, nobody worked a step to go back to, or an
opinion that must be waited for is not given."""


async def receive_outside_result(
    request_id: UUID,
    *,
    outcome: str,
    evidence: dict[str, Any],
    note: str,
    of: Mapping[str, str] = MappingProxyType({}),
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[str, Dossier | None]:
    """End the outside step once; a repeated answer changes nothing and says so.

    One that comes after the time was out, or after the step was left another way, is kept as evidence and
    moves nothing: an officer has the step. One that comes while the dossier stands, or a withdrawal waits, or
    where the next moment cannot be counted yet, is kept and applied once it can be. One that says otherwise
    than the first (done, not done) is refused (`OutsideAnswerDiffers`), as is one that names another dossier
    or step than its request (`of`). Opinions that must be waited for are waited for here too.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role("outside.answer"):
        raise Forbidden
    request = await work.outside.find(request_id)
    if request is None:
        raise NotFound
    if not request.is_sound:
        raise RowChanged
    _refuse_of_another(request, of)
    if request.state in {"ANSWERED", "KEPT"}:
        if is_success(request.outcome) != is_success(outcome):
            raise OutsideAnswerDiffers
        return "repeated", None
    if request.state in {"TIMED_OUT", "ABANDONED"}:
        work.outside.keep_late(request, outcome=outcome, evidence=evidence, at=now)
        return "late", None
    dossier, grounds = await work.dossiers.load(request.dossier_id)
    if dossier.step is None or dossier.step.request_id != request_id or not dossier.is_under_way:
        raise StepMoved
    version = dossier.version
    if dossier.can(Move.COMPLETE_STEP):
        answer = Answer(outcome, evidence, note, by, at=now, heard_at=now)
        with suppress(*_NOT_YET):
            return "accepted", await _taken(dossier, grounds, answer, work=work, now=now)
    kept: dict[str, Any] = {"evidence": evidence, "note": note, "by": by.subject}
    kept |= {"at": now.isoformat(), "version": version}
    work.outside.keep(request_id, outcome=outcome, evidence=kept, at=now)
    return "kept", None


def is_success(outcome: str) -> bool:
    """Tell whether an answer's word sends the dossier on; any other sends it back."""
    return outcome.strip().casefold() in SUCCESS


def _refuse_of_another(request: OutsideRequest, of: Mapping[str, str]) -> None:
    """Raise `Invalid` where an answer names another dossier or step than was asked about."""
    wrong = [name for name, told in of.items() if told and told != request.payload.get(name)]
    if wrong:
        raise Invalid(fields=[(name, "Không phải của yêu cầu này") for name in wrong])


async def apply_kept(request: OutsideRequest, *, work: Work, now: datetime) -> bool:
    """Take an answer that was kept; tell whether nothing of it waits any more.

    The step's that was left meanwhile is let go. Where nothing happened to the dossier since, the step ended
    when its answer came: only the calendar was late. A row changed or made up by hand decides no step: an
    officer gets it.
    """
    dossier, grounds = await work.dossiers.load(request.dossier_id)
    if dossier.step is None or dossier.step.request_id != request.id:
        work.outside.abandon(request.id)
        return True
    heard_at = request.answered_at or now
    if not request.is_sound:
        answer = Answer("", {"kept": request.evidence}, _CHANGED, _NOBODY, now, heard_at)
        with suppress(*_NOT_YET):
            _take(dossier, grounds, answer, is_done=False, work=work, now=now)
            return True
        return False
    kept = request.evidence
    waited = any(one.waits for one in dossier.consultations) or kept.get("version") != dossier.version
    at = now if waited else datetime.fromisoformat(kept["at"])
    by = Caller(subject=kept["by"], kind=CallerKind.SERVICE)
    answer = Answer(request.outcome, kept["evidence"], kept["note"], by, at, heard_at)
    with suppress(*_NOT_YET):
        await _taken(dossier, grounds, answer, work=work, now=now)
        return True
    return False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outside system answered, as whom it signed in, when the step ends by it and when it came."""

    outcome: str
    evidence: dict[str, Any]
    note: str
    by: Caller
    at: datetime
    heard_at: datetime


async def _taken(dossier: Dossier, grounds: Grounds, answer: Answer, *, work: Work, now: datetime) -> Dossier:
    """End the outside step by its answer; one the process has no way on for goes to an officer.

    Raises one of `_NOT_YET` where nothing can be done by it now; a refusal leaves nothing to be written.
    """
    if is_success(answer.outcome):
        try:
            _take(dossier, grounds, answer, is_done=True, work=work, now=now)
        except (Stale, CopyChanged, CalendarMissing, ProcessMissing, OpinionsOpen):
            raise
        except Refusal as refused:
            # No system can mend our process: an officer reads what it said, and why that was not enough.
            dossier, grounds = await work.dossiers.load(dossier.id)
            why = f"Hệ thống ngoài trả lời: {answer.outcome}, nhưng chưa chuyển tiếp được: {refused.title}"
            answer = replace(answer, note=f"{why}. {answer.note}".rstrip(". "))
        else:
            return dossier
    _take(dossier, grounds, answer, is_done=False, work=work, now=now)
    return dossier


def _take(
    dossier: Dossier, grounds: Grounds, answer: Answer, *, is_done: bool, work: Work, now: datetime
) -> None:
    """End the outside step the dossier is at, forward or back."""
    step, by, note = current_step(dossier), answer.by, answer.note
    process, due = known_process(grounds.process), due_of(grounds)
    if is_done:
        left = complete(dossier, process, by=by, at=answer.at, due_of=due, note=note, facts={})
        how = "OUTSIDE_ANSWERED"
    else:
        reason = note or f"Hệ thống ngoài trả lời: {answer.outcome}"
        left = send_back(dossier, process, by=by, at=answer.at, due_of=due, note=reason, chosen="")
        how = "RETURNED"
    if step.request_id is not None:
        outcome, evidence = answer.outcome, answer.evidence
        work.outside.answer(step.request_id, outcome=outcome, evidence=evidence, at=answer.heard_at)
    ask_outside(work, dossier)
    giver = Party("", "", step.system, by.subject, step.system)
    shown = "STEP_DONE" if how == "OUTSIDE_ANSWERED" else how
    hand_on(work, dossier, shown, giver=giver, left=step, note=note, now=now)
    details = {"completed_step": step.code, "outcome": how, "cause": left_cause(dossier)}
    record_change(work, dossier, Change("step_completed", left, note=note, details=details), by=by, now=now)
