"""Papers are asked for, come, or do not come in time; T3 to T5, T9 to T11."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.dossier.domain.course import Cause, Proposal
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Draft
from services.dossier.domain.moves.pauses import stand_still
from services.dossier.domain.states import Move, State
from services.dossier.domain.supplements import Supplement


def ask_at_intake(dossier: Dossier, supplement: Supplement, *, limit: int, total: int) -> State:
    """T3: tell the applicant in one go what is missing before acceptance."""
    move = Move.REQUEST_INTAKE_SUPPLEMENT
    left = _ask_once_more(dossier, move, supplement.basis, is_intake=True, limit=limit, total=total)
    dossier.supplements = dossier.supplements.asked(supplement)
    return left


def draft(dossier: Dossier, written: Draft, *, limit: int, total: int) -> State:
    """T9, first half: refused at once when the procedure allows no further request."""
    move = Move.DRAFT_SUPPLEMENT
    left = _ask_once_more(dossier, move, written.basis, is_intake=False, limit=limit, total=total)
    dossier.draft = written
    return left


def drop_draft(dossier: Dossier) -> State:
    """Forget a drafted request the lead declined."""
    left = dossier.move(Move.DRAFT_SUPPLEMENT)
    dossier.draft = None
    return left


def ask(dossier: Dossier, supplement: Supplement, *, limit: int, total: int, cause: Cause) -> State:
    """T9: the request goes out and the clock stands."""
    move = Move.REQUEST_SUPPLEMENT
    left = _ask_once_more(dossier, move, supplement.basis, is_intake=False, limit=limit, total=total)
    dossier.supplements = dossier.supplements.asked(supplement)
    stand_still(dossier, cause, at=supplement.asked_at, legal_basis=supplement.legal_basis)
    return left


def _ask_once_more(
    dossier: Dossier, move: Move, basis: str, *, is_intake: bool, limit: int, total: int
) -> State:
    if dossier.can(move):
        dossier.supplements.require_another(basis, is_intake=is_intake, limit=limit, total=total)
    return dossier.move(move)


def answer(
    dossier: Dossier,
    move: Move,
    *,
    at: datetime,
    office_by: datetime | None = None,
    files: Iterable[UUID] = (),
    given_at: datetime | None = None,
) -> State:
    """T4 and the applicant's half of T10, with the files that came; `given_at` where they came later.

    `office_by`: until when the office replies to what is submitted again, in the same time as the first
    time (domain.md 3.2), or says that the answer is complete.
    """
    left = dossier.move(move)
    is_submitted_again = dossier.state is State.SUBMITTED
    if is_submitted_again:
        dossier.reply_due_at = office_by
    confirm_by = None if is_submitted_again else office_by
    dossier.supplements = dossier.supplements.answered(at, files, confirm_by=confirm_by, given_at=given_at)
    dossier.proposal = None
    return left


def propose(dossier: Dossier, move: Move, proposal: Proposal) -> State:
    """T5, T11, the job's half: the time to answer is over, somebody has to decide."""
    left = dossier.move(move)
    dossier.proposal = proposal
    return left
