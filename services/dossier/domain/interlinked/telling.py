"""What a dossier that is a child says to its parent, made in the commit that changes it."""

from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.child import Told
from services.dossier.domain.states import STANDING, State
from services.dossier.domain.work.elsewhere import Outcome
from services.dossier.domain.work.mirrors import STATES, Mirror

_WITH_RESULT = frozenset({9, 10})
"""Statuses of the national portal: processed, returned."""


def told_by(dossier: Dossier, left: State | None) -> Told:
    """Return what the dossier says now; `left`: the state it came from."""
    return Told(
        version=dossier.version,
        state=dossier.state.value,
        dossier_code=dossier.dossier_code,
        accepted_at=dossier.accepted_at,
        due_at=dossier.due_at,
        original_due_at=dossier.original_due_at,
        reappointed_due_at=dossier.reappointed_due_at,
        stopped_at=dossier.stopped_at,
        ended_at=dossier.ended_at,
        outcome=_outcome(dossier, left) if dossier.ended_at else "",
    )


def _outcome(dossier: Dossier, left: State | None) -> str:
    end = dossier.elsewhere.end if dossier.elsewhere else None
    if end is not None:
        return {Outcome.RESULT: "GRANTED", Outcome.WITHDRAWN: "WITHDRAWN"}.get(end.outcome, "REFUSED")
    if dossier.state is State.CANCELLED or left is State.WITHDRAWAL_REQUESTED:
        return "WITHDRAWN"
    if dossier.result is not None:
        return "REFUSED" if dossier.result.outcome == "REFUSED" else "GRANTED"
    return "REFUSED"


def told_by_mirror(mirror: Mirror) -> Told:
    """Return what another system's dossier says to the submission it is part of."""
    present = mirror.present
    is_standing = STATES[present.status] in STANDING
    ended = mirror.ended_at
    return Told(
        state=STATES[present.status].value,
        dossier_code=mirror.outside_code,
        accepted_at=mirror.accepted_at,
        due_at=mirror.due_at,
        original_due_at=mirror.due_at,
        stopped_at=present.at if is_standing else None,
        ended_at=ended,
        outcome="" if ended is None else "GRANTED" if present.status in _WITH_RESULT else "REFUSED",
    )


def link_of(dossier: Dossier) -> dict[str, Any] | None:
    """Return which submission a dossier is a child of; None for a dossier of its own."""
    found = dossier.brought.get("interlinked")
    return dict(found) if found else None
