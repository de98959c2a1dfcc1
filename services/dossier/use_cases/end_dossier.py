"""Ways out without a result: taken back, refused, withdrawn, or stopped when nobody answered."""

from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain import papers
from services.dossier.domain.actions import Action
from services.dossier.domain.course import NOTHING_TO_SETTLE, Settlement
from services.dossier.domain.deadlines import decision_due, opinions_after_withdrawal
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.moves import ends
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.payments.settling import settled
from services.dossier.domain.states import VIETNAMESE, Move
from services.dossier.domain.waiting import Decision
from services.dossier.use_cases.correct_result import tell_corrected
from services.dossier.use_cases.open_dossier import open_for, parties_of
from services.dossier.use_cases.payments.ledger import end_dues, hold_ledger
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.receive_dossier import issue
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.supplement_dossier import require_words


async def cancel_dossier(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take the dossier back before it is accepted; T6."""
    dossier, grounds = await open_for(Action.CANCELLATION, dossier_id, by=by, seen=seen, work=work, now=now)
    require_words(by, note)
    await end_dues(dossier, grounds, "Người nộp hủy hồ sơ", by=by, work=work, now=now)
    left = ends.end(dossier, Move.CANCEL, at=now)
    record_change(work, dossier, Change("cancelled", left, note=note), by=by, now=now)
    await tell_corrected(dossier, note, by=by, work=work, now=now)
    return dossier


async def refuse_intake(
    dossier_id: UUID, *, reason: str, legal_basis: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Refuse reception in writing (form 03), with reason and legal basis; T5.

    What was sent back for papers is refused only when the time to bring them is over.
    """
    dossier, grounds = await open_for(Action.REFUSAL, dossier_id, by=by, seen=seen, work=work, now=now)
    await end_dues(dossier, grounds, "Từ chối tiếp nhận", by=by, work=work, now=now)
    left = ends.end(dossier, Move.REFUSE_INTAKE, at=now)
    content = papers.intake_refusal(
        dossier, parties=parties_of(dossier, work), reason=reason, legal_basis=legal_basis, officer=by.name
    )
    paper = issue(work, dossier, PaperKind.INTAKE_REFUSAL, content, by=by, now=now)
    change = Change("intake_refused", left, note=reason, papers=[paper], details={"legal_basis": legal_basis})
    record_change(work, dossier, change, by=by, now=now)
    await tell_corrected(dossier, reason, by=by, work=work, now=now)
    return dossier


async def ask_withdrawal(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Ask to withdraw while no signed result exists; T16."""
    dossier, grounds = await open_for(Action.WITHDRAWAL, dossier_id, by=by, seen=seen, work=work, now=now)
    require_words(by, note)
    until = decision_due(grounds.calendar_in_force, now, Decision.WITHDRAWAL, work.limits)
    left = ends.ask_withdrawal(dossier, now, until)
    record_change(work, dossier, Change("withdrawal_requested", left, note=note), by=by, now=now)
    return dossier


async def decide_withdrawal(
    dossier_id: UUID,
    *,
    approved: bool,
    note: str,
    legal_basis: str,
    settlement: Settlement = NOTHING_TO_SETTLE,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Stop the dossier with form 05, or decline with the reason and let it go on; T17, T18.

    Form 05 says which originals go back and what becomes of the money that was really paid.
    """
    dossier, grounds = await open_for(
        Action.WITHDRAWAL_DECISION, dossier_id, by=by, seen=seen, work=work, now=now
    )
    if approved:
        settlement = await _settled(dossier, grounds, settlement, by=by, work=work, now=now)
        await end_dues(dossier, grounds, "Dừng giải quyết", by=by, work=work, now=now)
        await _stop(
            dossier, Move.APPROVE_WITHDRAWAL, note, legal_basis, settlement, by=by, work=work, now=now
        )
        return dossier
    if not note:
        raise Invalid(fields=[("note", "Không đồng ý phải nêu lý do")])
    left = ends.decline_withdrawal(dossier, opinions_after_withdrawal(dossier, grounds.calendar, at=now))
    record_change(work, dossier, Change("withdrawal_declined", left, note=note), by=by, now=now)
    return dossier


async def stop_lapsed(
    dossier_id: UUID,
    *,
    reason: str,
    legal_basis: str,
    settlement: Settlement = NOTHING_TO_SETTLE,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Stop a dossier whose supplement never came, after its deadline; T11."""
    dossier, grounds = await open_for(Action.STOP, dossier_id, by=by, seen=seen, work=work, now=now)
    settlement = await _settled(dossier, grounds, settlement, by=by, work=work, now=now)
    await end_dues(dossier, grounds, "Dừng giải quyết", by=by, work=work, now=now)
    await _stop(dossier, Move.STOP_LAPSED, reason, legal_basis, settlement, by=by, work=work, now=now)
    return dossier


async def _settled(
    dossier: Dossier, grounds: Grounds, said: Settlement, *, by: Caller, work: Work, now: datetime
) -> Settlement:
    """Return what form 05 says of the money, true of the account as nobody else can change it any more."""
    account = grounds.account
    if account.entries:
        account = (await hold_ledger(dossier, grounds, by=by, work=work, now=now)).account
    settlement = settled(said, account.paid)
    if settlement.refund in {"PARTIAL", "FULL"} and not settlement.refund_basis:
        raise Invalid(fields=[("refund.basis", "Hoàn trả phải nêu căn cứ")])
    return settlement


async def _stop(
    dossier: Dossier,
    move: Move,
    reason: str,
    legal_basis: str,
    settlement: Settlement,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> None:
    if dossier.step is not None and dossier.step.request_id is not None:
        work.outside.abandon(dossier.step.request_id)
    stage = dossier.step.name if dossier.step else VIETNAMESE[dossier.prior_state or dossier.state]
    # A stop that lasts stays open: for the clock the dossier ended when it was stopped.
    dossier.settlement = settlement
    left = ends.end(dossier, move, at=now)
    content = papers.stop_notice(
        dossier,
        parties=parties_of(dossier, work),
        reason=reason,
        legal_basis=legal_basis,
        officer=by.name,
        stage=stage,
        settlement=settlement,
    )
    paper = issue(work, dossier, PaperKind.STOP_NOTICE, content, by=by, now=now)
    details = {
        "legal_basis": legal_basis,
        "settlement": {
            "originals": list(settlement.originals),
            "refund": settlement.refund,
            "refund_amount": settlement.refund_amount,
            "refund_basis": settlement.refund_basis,
        },
    }
    change = Change("stopped", left, note=reason, papers=[paper], details=details)
    record_change(work, dossier, change, by=by, now=now)
    await tell_corrected(dossier, reason, by=by, work=work, now=now)
