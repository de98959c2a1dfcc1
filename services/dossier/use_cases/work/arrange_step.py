"""What people do about a step without leaving it: claim, give back, assign, hand over, ask, take back."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.actions import Action
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.holdings import Consultation
from services.dossier.domain.standing import is_held_by
from services.dossier.domain.states import State
from services.dossier.domain.work import arranging
from services.dossier.domain.work.colleagues import holder_for
from services.dossier.domain.work.errors import NobodyOfThatName
from services.dossier.domain.work.holding import Holder, Transfer
from services.dossier.domain.work.slip import Party, person_of, slip_row
from services.dossier.use_cases.open_dossier import due_of, open_for
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def claim_step(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take a step nobody holds; the hand-over that brought it is confirmed by that."""
    dossier, _ = await open_for(Action.CLAIM, dossier_id, by=by, seen=seen, work=work, now=now)
    behalf = dossier.acting.on_behalf_of if dossier.acting else ""
    left = arranging.claim(dossier, Holder(by.subject, by.name, now, by.subject, behalf))
    work.slips.confirm(dossier.id, subject=by.subject, name=by.name, at=now)
    _note(work, dossier, "STEP_CLAIMED", left, by=by, now=now, note=note)
    return dossier


async def release_step(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Give a step back to its role; taking it from somebody else needs a reason."""
    dossier, _ = await open_for(Action.RELEASE, dossier_id, by=by, seen=seen, work=work, now=now)
    if not is_held_by(dossier, by) and not note:
        raise Invalid(fields=[("note", "Thu lại việc của người khác phải nêu lý do")])
    left = arranging.release(dossier)
    _note(work, dossier, "STEP_RELEASED", left, by=by, now=now, note=note)
    return dossier


async def assign_step(
    dossier_id: UUID, *, to: str, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Put a step with a person of its unit, or with whoever acts for them while they are on leave."""
    dossier, _ = await open_for(Action.ASSIGNMENT, dossier_id, by=by, seen=seen, work=work, now=now)
    step = arranging.current_step(dossier)
    if step.holder is not None and step.holder.subject != to and not note:
        raise Invalid(fields=[("note", "Giao lại việc của người khác phải nêu lý do")])
    holder = await _holder(to, dossier, by=by, work=work, now=now)
    if step.holder is None:
        # The lead has received the file for the unit.
        work.slips.confirm(dossier.id, subject=by.subject, name=by.name, at=now)
    else:
        work.slips.take_back(dossier.id, at=now)
    left = arranging.assign(dossier, holder)
    _told_on_slip(work, dossier, "ASSIGNED", by=by, now=now, note=note)
    _note(work, dossier, "STEP_ASSIGNED", left, by=by, now=now, note=note, assignee=holder)
    return dossier


async def offer_step(
    dossier_id: UUID, *, to: str, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Offer a held step to a colleague of its unit; both confirm: this one now, the other by taking it."""
    dossier, _ = await open_for(Action.STEP_HANDOVER, dossier_id, by=by, seen=seen, work=work, now=now)
    holder = await _holder(to, dossier, by=by, work=work, now=now)
    if holder.subject == by.subject:
        raise Invalid(fields=[("to", "Không thể bàn giao cho chính mình")])
    left = arranging.offer(dossier, Transfer(holder.subject, holder.name, by.subject, by.name, now, note))
    _note(work, dossier, "STEP_OFFERED", left, by=by, now=now, note=note, assignee=holder)
    return dossier


async def answer_offer(
    dossier_id: UUID, *, accepted: bool, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take an offered step over, or refuse it with a reason; the giver may take the offer back.

    Whom a step was assigned to confirms having it the same way.
    """
    dossier, _ = await open_for(Action.STEP_RECEIPT, dossier_id, by=by, seen=seen, work=work, now=now)
    step = arranging.current_step(dossier)
    transfer = step.transfer
    if transfer is not None and not accepted and transfer.by != by.subject and not note:
        raise Invalid(fields=[("note", "Không nhận bàn giao phải nêu lý do")])
    left = arranging.answer_offer(dossier, by, is_taken=accepted, at=now)
    if accepted and transfer is None:
        work.slips.confirm(dossier.id, subject=by.subject, name=by.name, at=now)
    elif accepted and transfer is not None:
        work.slips.confirm(dossier.id, subject=transfer.by, name=transfer.by_name, at=now)
        giver = Party(by.agency, step.unit, step.role, transfer.by, transfer.by_name)
        row = slip_row(dossier, "PASSED_ON", giver=giver, at=transfer.at, left=step, note=transfer.note)
        if row is not None:
            work.slips.add(row, received_at=now)
    noted = "STEP_TAKEN_OVER" if accepted else "STEP_OFFER_DECLINED"
    _note(work, dossier, noted, left, by=by, now=now, note=note)
    return dossier


async def ask_opinion(
    dossier_id: UUID,
    *,
    agency: str,
    unit: str,
    role: str,
    question: str,
    hours: Decimal,
    waits: bool,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Ask another unit's opinion within so many working hours; the step may be made to wait for it."""
    dossier, grounds = await open_for(
        Action.CONSULTATION_REQUEST, dossier_id, by=by, seen=seen, work=work, now=now
    )
    units = await work.colleagues.units(agency)
    if units is None or (unit and units and unit not in units):
        raise NobodyOfThatName(fields=[("unit" if units is not None else "agency", "Không có đơn vị này")])
    opinion = Consultation(
        code="",
        name="Lấy ý kiến",
        role=role,
        unit=unit,
        agency=agency,
        due_at=due_of(grounds)(now, hours),
        waits=waits,
        question=question,
        asked_by=by.name or by.subject,
        asked_at=now,
    )
    left = arranging.ask_opinion(dossier, opinion, at=now)
    asked = dossier.consultations[-1]
    details = {"step": asked.code, "agency": agency, "unit": unit, "role": role}
    _note(work, dossier, "OPINION_ASKED", left, by=by, now=now, note=question, details=details)
    return dossier


async def undo_step(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take the last step back, with a reason, while nothing has happened since."""
    dossier, _ = await open_for(Action.STEP_UNDO, dossier_id, by=by, seen=seen, work=work, now=now)
    left = arranging.undo_step(dossier, by, at=now)
    work.slips.take_back(dossier.id, at=now)
    details = {"step": arranging.current_step(dossier).code}
    _note(work, dossier, "STEP_UNDONE", left, by=by, now=now, note=note, details=details)
    return dossier


async def _holder(to: str, dossier: Dossier, *, by: Caller, work: Work, now: datetime) -> Holder:
    colleague = await work.colleagues.find(to)
    if colleague is None:
        raise NobodyOfThatName(fields=[("to", "Không có người này trong danh bạ")])
    day = now.astimezone(VIETNAM).date()
    step = arranging.current_step(dossier)
    return holder_for(colleague, dossier, step, day=day, at=now, given_by=by.subject)


def _told_on_slip(work: Work, dossier: Dossier, kind: str, *, by: Caller, now: datetime, note: str) -> None:
    row = slip_row(dossier, kind, giver=person_of(by), at=now, left=None, note=note)
    if row is not None:
        work.slips.add(row)


def _note(
    work: Work,
    dossier: Dossier,
    noted: str,
    left: State,
    *,
    by: Caller,
    now: datetime,
    note: str,
    assignee: Holder | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    told = dict(details or {})
    if assignee is not None:
        told["assignee"] = {"subject": assignee.subject, "name": assignee.name}
    change = Change("work_noted", left, note=note, details={"noted": noted, **told})
    record_change(work, dossier, change, by=by, now=now)
