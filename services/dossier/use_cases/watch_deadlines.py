"""Looks at a dossier whose timer has come: warns once, and proposes what people then decide; T5, T11."""

from datetime import datetime, timedelta
from uuid import UUID

from kernel.core.event import Event
from services.dossier.domain.course import Proposal
from services.dossier.domain.deadlines import decision_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, event_data, moment
from services.dossier.domain.moves import supplements
from services.dossier.domain.states import Move, State
from services.dossier.domain.timers import (
    FOR_APPLICANT,
    LAPSED,
    PAYMENT_LATE,
    RESULT_LEFT,
    Timer,
    timers,
    whose,
)
from services.dossier.domain.waiting import Decision
from services.dossier.domain.work.warnings import Threshold, Warned, warning_data
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.record_change import record_change

_UNTIL_COUNTED = timedelta(hours=1)
"""How often it is tried again to count what the calendar does not reach: a year is decided any day."""

_BROUGHT_BACK = timedelta(days=1)
"""How often it is asked whether a letter came back."""


async def watch_dossier(dossier_id: UUID, *, work: Work, now: datetime) -> None:
    """Tell what is due and was not told, or propose what follows from an answer that never came."""
    dossier, grounds = await work.dossiers.load(dossier_id)
    running = timers(dossier, work.limits, grounds.calendar_in_force)
    due = [timer for timer in running if timer.at <= now]
    if any(timer.kind == LAPSED for timer in due):
        _propose(dossier, grounds, work=work, now=now)
        return
    told, due_again = await work.watches.told(dossier_id), None
    new = [timer for timer in due if (timer.kind, timer.due_at) not in told]
    if any(timer.kind == RESULT_LEFT for timer in new) and await work.desk.post.are_listed([dossier_id]):
        # On its way by post, or about to be: nobody has to come for it, unless the post brings it back.
        new, due_again = [], now + _BROUGHT_BACK
    for timer in new:
        work.record(_warning(dossier, timer, now))
    if new:
        work.watches.tell(dossier_id, [(timer.kind, timer.due_at) for timer in new], now)
    upcoming = [timer.at for timer in running if timer.at > now]
    if due_again is not None:
        upcoming.append(due_again)
    if dossier.state is State.SUBMITTED and not running:
        upcoming.append(now + _UNTIL_COUNTED)
    work.watches.put_off(dossier_id, dossier.version, min(upcoming, default=None))


def _propose(dossier: Dossier, grounds: Grounds, *, work: Work, now: datetime) -> None:
    waiting = dossier.open_supplement
    if waiting is None:
        return
    move, kind = (Move.PROPOSE_REFUSAL, "REFUSE_INTAKE") if waiting.is_intake else (Move.PROPOSE_STOP, "STOP")
    until = decision_due(grounds.calendar_in_force, now, Decision.PROPOSAL, work.limits)
    left = supplements.propose(dossier, move, Proposal(kind, now, waiting.answer_by, until))
    dossier.watch_at = None
    details = {"proposed": kind, "answer_by": moment(waiting.answer_by)}
    record_change(work, dossier, Change("supplement_lapsed", left, details=details), by=None, now=now)


def _warning(dossier: Dossier, timer: Timer, now: datetime) -> Event:
    """Return the event; it is about a deadline, so the dossier's version and history stay as they are."""
    key = str(dossier.id)
    if timer.kind in FOR_APPLICANT:
        name, about = FOR_APPLICANT[timer.kind]
        change = Change(name, dossier.state, details={about: moment(timer.due_at)})
        data = event_data(dossier, change, by=None, at=now)
        return Event(type=f"deadline_warning.{name}.v1", key=key, sequence=1, data=data, occurred_at=now)
    return Event(
        type="deadline_warning.raised.v1",
        key=key,
        sequence=1,
        data={**warning_data(_warned(dossier, timer), at=now), "desks": _desks(dossier, timer)},
        occurred_at=now,
    )


def _warned(dossier: Dossier, timer: Timer) -> Warned:
    task, step = whose(dossier), dossier.step
    held = {"code": step.code, "name": step.name, "due_at": moment(step.due_at)} if step else None
    return Warned(
        dossier_id=dossier.id,
        reference=dossier.reference,
        dossier_code=dossier.dossier_code,
        procedure_code=dossier.procedure_code,
        procedure_name=dossier.procedure_name,
        competent_agency=dossier.competent_agency.code,
        due_at=dossier.due_at or timer.due_at,
        about=timer.due_at,
        threshold=Threshold(timer.kind),
        step=held,
        task_role=task.role,
        task_agency=task.agency,
        task_unit=task.unit,
        task_holder=_holder(dossier),
    )


def _desks(dossier: Dossier, timer: Timer) -> list[dict[str, str]]:
    """Return who is told: whose task it is, and who decides on it or answers for it."""
    task = whose(dossier)
    found = [{"agency": task.agency, "unit": task.unit, "role": task.role}]
    if timer.kind in {"APOLOGY_NEAR", PAYMENT_LATE}:
        found.append({"agency": task.agency, "unit": task.unit, "role": "TEAM_LEAD"})
    elif timer.kind.endswith("_LATE"):
        answers_for_it = dossier.now_at(dossier.receiving_agency.code)
        found.append({"agency": answers_for_it, "unit": "", "role": "ONE_STOP_MANAGER"})
    return found


def _holder(dossier: Dossier) -> str | None:
    """Return who holds the step where it is the step that waits, or what it asked or prepared a stop for."""
    is_its = dossier.state in {State.PROCESSING, State.AWAITING_FINANCIAL, State.SUSPENDED}
    step = dossier.step if is_its else None
    return step.holder.subject if step is not None and step.holder is not None else None
