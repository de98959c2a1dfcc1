"""Answers of outside systems: a step worked elsewhere ends, with the evidence kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import StepMoved
from services.dossier.domain.events import Change
from services.dossier.domain.guards import known_process
from services.dossier.domain.work.slip import Party
from services.dossier.domain.workflow import complete, send_back
from services.dossier.use_cases.open_dossier import due_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.work.hand_on import hand_on
from services.dossier.use_cases.work_steps import ask_outside, left_cause

SUCCESS = frozenset({"completed", "done", "approved"})


async def receive_outside_result(
    request_id: UUID,
    *,
    outcome: str,
    evidence: dict[str, Any],
    note: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[str, Dossier | None]:
    """End the outside step once; a repeated answer changes nothing and says so.

    One that comes after the time was out is kept as evidence and moves nothing: an officer has the step.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role("outside.answer"):
        raise Forbidden
    request = await work.outside.find(request_id)
    if request is None:
        raise NotFound
    if request.state in {"ANSWERED", "ABANDONED"}:
        return "repeated", None
    if request.state == "TIMED_OUT":
        work.outside.keep_late(request_id, outcome=outcome, evidence=evidence, at=now)
        return "late", None
    dossier, grounds = await work.dossiers.load(request.dossier_id)
    step = dossier.step
    if step is None or step.request_id != request_id:
        raise StepMoved
    process, due = known_process(grounds.process), due_of(grounds)
    if outcome.lower() in SUCCESS:
        left = complete(dossier, process, by=by, at=now, due_of=due, note=note, facts={})
        how = "OUTSIDE_ANSWERED"
    else:
        reason = note or f"Hệ thống ngoài trả lời: {outcome}"
        left = send_back(dossier, process, by=by, at=now, due_of=due, note=reason, chosen="")
        how = "RETURNED"
    work.outside.answer(request_id, outcome=outcome, evidence=evidence, at=now)
    ask_outside(work, dossier)
    giver = Party("", "", step.system, by.subject, step.system)
    hand_on(
        work,
        dossier,
        "STEP_DONE" if how == "OUTSIDE_ANSWERED" else "RETURNED",
        giver=giver,
        left=step,
        note=note,
        now=now,
    )
    details = {"completed_step": step.code, "outcome": how, "cause": left_cause(dossier)}
    record_change(work, dossier, Change("step_completed", left, note=note, details=details), by=by, now=now)
    return "accepted", dossier
