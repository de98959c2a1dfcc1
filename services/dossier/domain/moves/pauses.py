"""The clock stands, for money or on a ground of law, and runs again; T10, T12 to T15."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.dossier.domain.course import Cause
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import StillOwed
from services.dossier.domain.obligations import Obligation
from services.dossier.domain.states import Move, State
from services.dossier.domain.stops import ClockStop, Running


def ask_payment(dossier: Dossier, obligation: Obligation, cause: Cause) -> State:
    """T12: the applicant is told an amount in writing and the clock stands until it is paid.

    Where money of the dossier covers all of it they are told so, and nothing stands.
    """
    left = dossier.move(Move.ASK_PAYMENT)
    dossier.obligations = dossier.obligations.told(obligation)
    if not obligation.owed:
        dossier.state = left
        return left
    stand_still(dossier, cause, at=obligation.asked_at, legal_basis=obligation.legal_basis)
    return left


def cancel_notice(dossier: Dossier, cause: Cause, *, at: datetime) -> UUID:
    """Forget what the last notice asked for by mistake, and the stop it began; return its obligation.

    Both stay on record, as cancelled and as not counted.
    """
    mistaken = dossier.obligations[-1].id
    dossier.obligations = dossier.obligations.let_go({mistaken}, at)
    strike(dossier, cause)
    return mistaken


def suspend(
    dossier: Dossier, cause: Cause, *, at: datetime, legal_basis: str, until: datetime | None
) -> State:
    """T14: stopped for a reason of law; the clock stands."""
    left = dossier.move(Move.SUSPEND)
    stand_still(dossier, cause, at=at, legal_basis=legal_basis, until=until)
    return left


def stand_still(
    dossier: Dossier, cause: Cause, *, at: datetime, legal_basis: str = "", until: datetime | None = None
) -> None:
    """Let the clock stand in the state that was just entered; what waited for a decision falls."""
    stop = ClockStop(at, None, dossier.state.value, cause.code, cause.belongs_to, legal_basis, until)
    dossier.stops = dossier.stops.begun(stop)
    dossier.draft = None


def strike(dossier: Dossier, cause: Cause, *, since: datetime | None = None) -> None:
    """Let the open stop count for nothing, or what of it is after a moment: whose doing it was."""
    dossier.stops = dossier.stops.struck(cause, since=since)


def resume(dossier: Dossier, move: Move, running: Running) -> State:
    """T10, T13, T15: the clock runs again, to a new due moment.

    After T12 it stands for the last notice: `StillOwed` while that is. One of before may be owed again too.
    """
    if move is Move.RESUME and dossier.can(move):
        dossier.supplements.require_answer()
    if move is Move.SETTLE_PAYMENT and dossier.can(move) and dossier.obligations[-1].owed:
        raise StillOwed
    left = dossier.move(move)
    run(dossier, running)
    return left


def run(dossier: Dossier, running: Running) -> None:
    """Take the due moments of a clock that runs again."""
    dossier.stops, dossier.due_at = running.stops, running.due_at
    dossier.reappointed_due_at = running.reappointed_due_at
    dossier.apology_latest_at = running.apology_latest_at
    if dossier.step is not None and running.step_due_at is not None:
        dossier.step = replace(dossier.step, due_at=running.step_due_at)
    put_off(dossier, running.opinions_due)


def put_off(dossier: Dossier, opinions_due: Mapping[str, datetime]) -> None:
    """Let open opinions be due later, by code."""
    dossier.consultations = tuple(
        replace(one, due_at=opinions_due.get(one.code, one.due_at)) if one.state == "OPEN" else one
        for one in dossier.consultations
    )
