"""A step's holder has no place at it any more: a mandate ended, or they moved; it goes back to its role."""

from datetime import datetime
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.events import Change
from services.dossier.domain.mandates import is_away
from services.dossier.domain.states import Move
from services.dossier.domain.work import arranging
from services.dossier.domain.work.colleagues import has_place
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change

_NOTE = "Người đang giữ không còn thẩm quyền ở bước này"


async def give_back_step(dossier_id: UUID, *, work: Work, now: datetime) -> bool:
    """Give a step back to everybody of its role where its holder may not work it; tell whether that was done.

    Whoever is on leave keeps what they hold until somebody acts for them.
    """
    dossier, _ = await work.dossiers.load(dossier_id)
    step = dossier.step
    if step is None or step.holder is None or not dossier.can(Move.ARRANGE_STEP):
        return False
    holder = await work.colleagues.find(step.holder.subject)
    day = now.astimezone(VIETNAM).date()
    if holder is None or is_away(holder.entry, day) or has_place(holder, dossier, step, day=day):
        return False
    left = arranging.release(dossier)
    told = {"noted": "STEP_RELEASED"}
    record_change(work, dossier, Change("work_noted", left, note=_NOTE, details=told), by=None, now=now)
    return True
