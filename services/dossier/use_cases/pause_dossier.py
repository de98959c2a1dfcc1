"""The clock stands for money or for a reason of law, and runs again; T12 to T15."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid, Stale
from kernel.core.ids import new_id
from services.dossier.domain import papers
from services.dossier.domain.actions import Action
from services.dossier.domain.deadlines import answer_by, confirming, running_again
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import CalendarMissing, TermUnknown
from services.dossier.domain.events import Change, cause_data, confirming_data, moment
from services.dossier.domain.moves import due_moments, pauses
from services.dossier.domain.obligations import Obligation, Payment
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.payments.account import Account
from services.dossier.domain.payments.obligations import Moved, moved_between, settled_since, untrue
from services.dossier.domain.states import Move, State
from services.dossier.domain.stops import Running
from services.dossier.use_cases.ask_limits import cause_of
from services.dossier.use_cases.open_dossier import open_for, parties_of
from services.dossier.use_cases.payments.ledger import Ledger, hold_ledger
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.receive_dossier import issue
from services.dossier.use_cases.record_change import record_change

_SYSTEM = Caller(subject="", kind=CallerKind.SERVICE)


async def ask_payment(
    dossier_id: UUID,
    *,
    name: str,
    amount: int,
    reason: str,
    legal_basis: str,
    pay_days: int | None,
    cause: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Tell the applicant in writing what is to be paid; the clock stands until it is; T12.

    What the dossier's account has beyond its debts covers the amount at once and is told with it: only what
    is left is asked for, and where nothing is left the work goes on.
    """
    dossier, grounds = await open_for(Action.PAYMENT_NOTICE, dossier_id, by=by, seen=seen, work=work, now=now)
    why = cause_of(work, cause, "APPLICANT_PAYMENT", "STOP", now)
    notice = Obligation(
        id=new_id(),
        name=name,
        amount=amount,
        reason=reason,
        legal_basis=legal_basis,
        asked_at=now,
        asked_by=by.name,
        pay_by=answer_by(grounds.calendar_in_force, now, pay_days) if pay_days else None,
        by=by.subject,
    )
    earlier = len(dossier.obligations)
    number = papers.number_of(dossier, PaperKind.PAYMENT_NOTICE, earlier)
    ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now)
    covered = ledger.owe_by_notice(notice.id, name=name, amount=amount, number=number)
    credit = (Payment(f"credit:{notice.id}", covered, now),) if covered else ()
    obligation = replace(notice, payments=credit)
    left = pauses.ask_payment(dossier, obligation, why)
    content = papers.payment_notice(dossier, obligation, parties=parties_of(dossier, work), officer=by.name)
    paper = issue(work, dossier, PaperKind.PAYMENT_NOTICE, content, by=by, now=now, earlier=earlier)
    details = {
        "obligation": obligation_data(obligation),
        **({"cause": cause_data(why)} if obligation.owed else {}),
    }
    change = Change("payment_requested", left, note=reason, papers=[paper], details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier


def obligation_data(obligation: Obligation) -> dict[str, Any]:
    """Return an obligation as events tell it."""
    return {
        "obligation_id": str(obligation.id),
        "name": obligation.name,
        "amount": obligation.amount,
        "owed": obligation.owed,
        "pay_by": moment(obligation.pay_by),
        "legal_basis": obligation.legal_basis,
    }


async def follow_money(
    dossier_id: UUID,
    moved: Sequence[Moved],
    *,
    amount: int,
    source: str,
    seen: int | None = None,
    by: Caller | None,
    work: Work,
    now: datetime,
) -> Dossier:
    """Let a dossier know what became of its obligations; the clock runs when nothing is owed; T13.

    `amount` is what came in on its account (below 0: went back), for obligations and all else; raises `Stale`
    where the dossier is no longer at the version `seen`.
    Called where money moves or is corrected, in that commit; `source` names the movement, which counts once.
    Where a withdrawal waits the stop ends as well: what the dossier goes back to is then being worked. Money
    of a dossier that goes on, or that stays short, is counted and moves nothing; the result waits for what
    went back. What moved and is no obligation this dossier stands for is passed over. Money is booked without
    a calendar: where the clock cannot run yet, it is noted and `go_on_paid` lets the dossier go on.
    """
    dossier, grounds = await work.dossiers.load(dossier_id)
    if seen is not None and dossier.version != seen:
        raise Stale
    before, was_paid = dossier.obligations, not dossier.owed
    _count(dossier, moved, source, now)
    is_changed = dossier.obligations != before
    is_more_owed = seen is not None
    if is_changed or (is_more_owed and not _standing(dossier, moved)):
        payment = {"receipt": source, "amount": amount}
        # One that was paid before goes on already, or waits for its calendar since.
        is_news = is_changed and not was_paid
        try:
            _follow(dossier, grounds, payment, is_changed=is_news, by=by, work=work, now=now)
        except (CalendarMissing, TermUnknown):
            _note_money(dossier, payment, by=by, work=work, now=now)
    return dossier


async def go_on_paid(dossier_id: UUID, *, work: Work, now: datetime) -> bool:
    """Let a dossier go on whose money came when its clock could not run; False where it does not wait so.

    The applicant's time ended when nothing was owed any more: from then the clock counts. Raises
    `CalendarMissing` or `TermUnknown` where it still cannot run.
    """
    account = await work.payments.hold(dossier_id)
    dossier, grounds = await work.dossiers.load(dossier_id)
    is_held = State.AWAITING_FINANCIAL in {dossier.state, dossier.prior_state}
    if dossier.owed or not is_held or dossier.is_closed:
        return False
    _strike_since_paid(dossier, account, work, now)
    payment = {"receipt": f"ledger:{account.version}", "amount": 0}
    _follow(dossier, grounds, payment, is_changed=True, by=None, work=work, now=now)
    return True


def _strike_since_paid(dossier: Dossier, account: Account, work: Work, now: datetime) -> None:
    since = settled_since(account, dossier.obligations)
    pauses.strike(dossier, cause_of(work, "PAYMENT_SYSTEM", "", "STOP", now), since=since)


async def hold_against_ledger(dossier_id: UUID, *, work: Work, now: datetime) -> list[Moved]:
    """Tell a dossier what its ledger says of its obligations where it knows otherwise; return what was told.

    Before credit was held against notices, who had paid stood for money nobody could take. What it stood
    since the ledger owed nothing was the system's doing and moves no due moment. One that has ended owes
    nothing: before that was held to, money that had gone back was asked for again.
    """
    account = await work.payments.hold(dossier_id)
    dossier, grounds = await work.dossiers.load(dossier_id)
    if dossier.is_closed:
        ledger = Ledger(dossier, grounds, account, work, _SYSTEM, now)
        ledger.drop_unpaid("Hồ sơ đã kết thúc")
        await ledger.end_requests()
        return [Moved(one.id, one.paid, 0) for one in account.items if one.outstanding]
    moved = untrue(account, dossier.obligations)
    if not moved:
        return []
    source = f"ledger:{account.version}"
    _count(dossier, moved, source, now)
    if State.AWAITING_FINANCIAL in {dossier.state, dossier.prior_state} and not dossier.owed:
        _strike_since_paid(dossier, account, work, now)
    payment = {"receipt": source, "amount": 0}
    _follow(dossier, grounds, payment, is_changed=True, by=None, work=work, now=now)
    return moved


def _follow(
    dossier: Dossier,
    grounds: Grounds,
    payment: dict[str, Any],
    *,
    is_changed: bool,
    by: Caller | None,
    work: Work,
    now: datetime,
) -> None:
    """Let the clock run where nothing is owed any more, or note what was counted."""
    if not is_changed or dossier.owed or not dossier.can(Move.SETTLE_PAYMENT):
        if is_changed and dossier.prior_state is State.AWAITING_FINANCIAL and not dossier.owed:
            pauses.run(dossier, _running(dossier, grounds, work, now))
            dossier.prior_state = State.PROCESSING
        _note_money(dossier, payment, by=by, work=work, now=now)
        return
    resume_clock(dossier, grounds, Move.SETTLE_PAYMENT, {"payment": payment}, by=by, work=work, now=now)


def _count(dossier: Dossier, moved: Sequence[Moved], source: str, now: datetime) -> None:
    for one in _standing(dossier, moved):
        told = dossier.obligations.of_amount(one.obligation_id, one.amount)
        if one.paid > 0:
            told = told.paid(one.obligation_id, Payment(source, one.paid, now))
        elif one.paid < 0:
            told = told.gone_back(one.obligation_id, Payment(source, -one.paid, now))
        dossier.obligations = told


def _standing(dossier: Dossier, moved: Sequence[Moved]) -> list[Moved]:
    own = {one.id for one in dossier.obligations if one.cancelled_at is None}
    return [one for one in moved if one.obligation_id in own]


def _note_money(
    dossier: Dossier, payment: dict[str, Any], *, by: Caller | None, work: Work, now: datetime
) -> None:
    dossier.version += 1
    amount = payment["amount"]
    noted = "PAYMENT_CONFIRMED" if amount > 0 else "PAYMENT_REVERSED" if amount < 0 else "PAYMENT_CORRECTED"
    details = {"noted": noted, "payment": payment, "owed": dossier.owed}
    change = Change("work_noted", dossier.state, details=details)
    record_change(work, dossier, change, by=by, now=now)


async def cancel_payment_notice(
    dossier_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take back a notice of amount that was wrong; whoever wrote it does not decide this.

    The clock should not have stood for it: the stop is the agency's and moves no due moment. What an earlier
    notice asked for rightly stays owed, as it was before this one.
    """
    action = Action.PAYMENT_NOTICE_CANCELLATION
    dossier, grounds = await open_for(action, dossier_id, by=by, seen=seen, work=work, now=now)
    mistaken = pauses.cancel_notice(dossier, cause_of(work, "NOTICE_MISTAKEN", "", "STOP", now), at=now)
    ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now)
    before = ledger.account
    ledger.drop(mistaken, reason)
    await ledger.end_requests()
    moved = moved_between(before, ledger.account)
    _count(dossier, moved, f"notice-cancelled:{before.version}", now)
    details = {"cancelled": "PAYMENT_NOTICE"}
    resume_or_keep(dossier, grounds, Move.SETTLE_PAYMENT, details, note=reason, by=by, work=work, now=now)
    return dossier


async def suspend_dossier(
    dossier_id: UUID,
    *,
    reason: str,
    legal_basis: str,
    cause: str,
    until: date | None,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Let the clock stand on a legal ground, decided by a signer who did not prepare the dossier; T14."""
    dossier, _ = await open_for(Action.SUSPENSION, dossier_id, by=by, seen=seen, work=work, now=now)
    why = cause_of(work, cause, cause, "STOP", now)
    if until is not None and until <= now.astimezone(VIETNAM).date():
        raise Invalid(fields=[("until", "Phải là ngày sau hôm nay")])
    expected = datetime.combine(until, datetime.min.time(), VIETNAM) if until else None
    left = pauses.suspend(dossier, why, at=now, legal_basis=legal_basis, until=expected)
    details = {"legal_basis": legal_basis, "cause": cause_data(why), "until": moment(expected)}
    record_change(work, dossier, Change("suspended", left, note=reason, details=details), by=by, now=now)
    return dossier


async def end_suspension(
    dossier_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Go on with a suspended dossier; T15."""
    dossier, grounds = await open_for(Action.SUSPENSION_END, dossier_id, by=by, seen=seen, work=work, now=now)
    resume_or_keep(dossier, grounds, Move.END_SUSPENSION, {}, note=reason, by=by, work=work, now=now)
    return dossier


def resume_or_keep(
    dossier: Dossier,
    grounds: Grounds,
    move: Move,
    more: dict[str, Any],
    *,
    note: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> None:
    """Let the clock run again, or keep that what it stood for is over where it cannot run yet.

    Its next due moment may fall in a year that is not decided: `go_on_over` goes on then, counted from now.
    """
    try:
        resume_clock(dossier, grounds, move, more, note=note, by=by, work=work, now=now)
    except (CalendarMissing, TermUnknown):
        dossier.stops = dossier.stops.over(now)
        left = dossier.note_work()
        details = {"noted": "RESUMPTION_KEPT", **more}
        record_change(work, dossier, Change("work_noted", left, note=note, details=details), by=by, now=now)
        dossier.warnings.append({"code": "goes-on-later", "details": {}})


async def go_on_over(dossier_id: UUID, *, work: Work, now: datetime) -> bool:
    """Let a dossier go on whose stop was ended when its clock could not run; False where it does not wait so.

    What it stood since is nobody's time. Raises `CalendarMissing` or `TermUnknown` where it still cannot run.
    """
    dossier, grounds = await work.dossiers.load(dossier_id)
    move, over_at = _GOES_ON.get(dossier.state), dossier.stops[-1].over_at if dossier.stops else None
    if move is None or over_at is None or not dossier.stops.is_over:
        return False
    pauses.strike(dossier, cause_of(work, "CALENDAR_UNDECIDED", "", "STOP", now), since=over_at)
    waited = confirming(dossier, grounds.calendar, work.limits, at=over_at) if move is Move.RESUME else None
    details = {"confirming": confirming_data(waited)} if waited else {}
    resume_clock(dossier, grounds, move, details, by=None, work=work, now=now)
    return True


_GOES_ON = {
    State.SUPPLEMENT_REQUESTED: Move.RESUME,
    State.SUSPENDED: Move.END_SUSPENSION,
    State.AWAITING_FINANCIAL: Move.SETTLE_PAYMENT,
}
"""How a dossier goes on whose stop people ended; what money ended goes on by `go_on_paid`."""


def resume_clock(
    dossier: Dossier,
    grounds: Grounds,
    move: Move,
    more: dict[str, Any],
    *,
    note: str = "",
    by: Caller | None,
    work: Work,
    now: datetime,
) -> None:
    """Let the clock run again to a new due moment and tell it, with whose time has passed; T10, T13, T15."""
    previous = dossier.due_at
    left = pauses.resume(dossier, move, _running(dossier, grounds, work, now))
    ended = dossier.stops[-1]
    details = {
        "stopped_at": moment(ended.stopped_at),
        "previous_due_at": moment(previous),
        "cause": {"code": ended.cause, "belongs_to": ended.belongs_to},
        **more,
    }
    record_change(work, dossier, Change("resumed", left, note=note, details=details), by=by, now=now)


def _running(dossier: Dossier, grounds: Grounds, work: Work, now: datetime) -> Running:
    """Count under the calendar the dossier is bound to; a year decided since is bound by this counting."""
    running = running_again(dossier, grounds.procedure, grounds.calendar, work.limits, at=now)
    due_moments.bind_calendar(dossier, grounds.calendar_stamp)
    return running
