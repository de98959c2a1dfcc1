"""What waits for somebody's decision while no step's clock presses them, and until when it is decided."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.states import State


class Decision(StrEnum):
    """What has to be said: its hours are dated limits, its warnings `<kind>_NEAR` and `<kind>_LATE`."""

    CONFIRM = "CONFIRM"
    WITHDRAWAL = "WITHDRAWAL"
    PROPOSAL = "PROPOSAL"
    CORRECTION = "CORRECTION"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits: since when, and until when it is to be made; None in rows from before."""

    kind: Decision
    since: datetime
    until: datetime | None


def waiting_decision(dossier: Dossier) -> Waiting | None:
    """Return the decision a dossier waits for now; a drafted one at a step has the step's time."""
    last = dossier.supplements[-1] if dossier.supplements else None
    match dossier.state:
        case State.WITHDRAWAL_REQUESTED if dossier.withdrawal_asked_at is not None:
            return Waiting(Decision.WITHDRAWAL, dossier.withdrawal_asked_at, dossier.withdrawal_decide_by)
        case State.INTAKE_SUPPLEMENT | State.SUPPLEMENT_REQUESTED if dossier.proposal is not None:
            return Waiting(Decision.PROPOSAL, dossier.proposal.at, dossier.proposal.decide_by)
        case State.SUPPLEMENT_REQUESTED if dossier.stops.is_over:
            return None
        case State.SUPPLEMENT_REQUESTED if last is not None and last.answered_at is not None:
            return Waiting(Decision.CONFIRM, last.answered_at, last.confirm_by)
    if dossier.correction_draft is not None:
        return Waiting(Decision.CORRECTION, dossier.correction_draft.at, dossier.correction_draft.decide_by)
    return None
