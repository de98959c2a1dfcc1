"""Somebody on leave holds a step: whoever acts for them gets it; with nobody, it waits for the lead."""

from datetime import datetime
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.errors import Refusal
from services.dossier.domain.events import Change
from services.dossier.domain.mandates import is_away
from services.dossier.domain.states import Move
from services.dossier.domain.work import arranging
from services.dossier.domain.work.colleagues import holder_for
from services.dossier.domain.work.slip import desk_of, slip_row
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def reroute_step(dossier_id: UUID, *, work: Work, now: datetime) -> bool:
    """Give an absent holder's step to who acts for them and tell whether that was done.

    Not while the clock stands and nobody works the step; and never to whom four eyes keep from signing.
    """
    dossier, _ = await work.dossiers.load(dossier_id)
    step = dossier.step
    if step is None or step.holder is None or not dossier.can(Move.ARRANGE_STEP):
        return False
    absent = await work.colleagues.find(step.holder.subject)
    day = now.astimezone(VIETNAM).date()
    if absent is None or not is_away(absent.entry, day):
        return False
    try:
        holder = holder_for(absent, dossier, step, day=day, at=now, given_by="")
    except Refusal:
        return False
    left = arranging.assign(dossier, holder)
    work.slips.take_back(dossier.id, at=now)
    row = slip_row(dossier, "REROUTED", giver=desk_of(dossier, step), at=now, left=step, note="Nghỉ phép")
    if row is not None:
        work.slips.add(row)
    told = {"noted": "STEP_REROUTED", "assignee": {"subject": holder.subject, "name": holder.name}}
    record_change(work, dossier, Change("work_noted", left, note="Nghỉ phép", details=told), by=None, now=now)
    return True
