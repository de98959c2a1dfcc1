"""An outside system does not answer in time: an officer goes on, with what is known of the asking kept."""

from datetime import datetime, timedelta

from kernel.core.errors import Refusal
from services.dossier.domain.events import Change
from services.dossier.domain.states import Move
from services.dossier.domain.work.slip import Party
from services.dossier.domain.workflow import time_out
from services.dossier.use_cases.open_dossier import due_of
from services.dossier.use_cases.ports import OutsideRequest, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.work.hand_on import hand_on
from services.dossier.use_cases.work_steps import ask_outside, left_cause

_LOOK_AGAIN = timedelta(hours=1)


async def time_out_step(request: OutsideRequest, *, work: Work, now: datetime) -> bool:
    """Take the step back to an officer once its deadline has passed; tell whether that was done.

    A deadline that a stop has moved, a dossier whose clock stands, a process without any way back: looked at
    again later, while the request stays open.
    """
    dossier, grounds = await work.dossiers.load(request.dossier_id)
    step = dossier.step
    if step is None or step.request_id != request.id:
        work.outside.abandon(request.id)
        return False
    if step.due_at > now or grounds.process is None or not dossier.can(Move.COMPLETE_STEP):
        work.outside.wait_until(request.id, max(step.due_at, now + _LOOK_AGAIN))
        return False
    note = f"Hệ thống {step.system} không trả lời đúng hạn"
    try:
        left = time_out(dossier, grounds.process, at=now, due_of=due_of(grounds), note=note)
    except Refusal:
        work.outside.wait_until(request.id, now + _LOOK_AGAIN)
        return False
    evidence = {"was": request.state, "attempts": request.attempts, "last_failure": request.last_failure}
    work.outside.time_out(request.id, evidence=evidence, at=now)
    ask_outside(work, dossier)
    giver = Party("", "", step.system, "", step.system)
    hand_on(work, dossier, "RETURNED", giver=giver, left=step, note=note, now=now)
    details = {"completed_step": step.code, "outcome": "TIMED_OUT", "cause": left_cause(dossier)}
    change = Change("step_completed", left, note=note, details=details)
    record_change(work, dossier, change, by=None, now=now)
    return True
