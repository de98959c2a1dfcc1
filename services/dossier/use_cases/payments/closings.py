"""The cashier's day: counted, explained, approved by the manager, and closed for good."""

from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.counter import CashClosing, approves, require_closable
from services.dossier.domain.payments.errors import BeforeTheDesk, DayClosed
from services.dossier.use_cases.keeping import books_of, standing
from services.dossier.use_cases.payments.drawers import whose_drawer
from services.dossier.use_cases.payments.ports import Drawer, Portion
from services.dossier.use_cases.ports import Work


async def read_drawer(day: date, *, cashier: str = "", by: Caller, work: Work, now: datetime) -> Drawer:
    """Return what the caller took on a day, or to a manager what a cashier who is not there did."""
    whose, _ = await whose_drawer(cashier, by=by, work=work, now=now)
    return await work.till.drawer(by.agency, whose, day)


async def close_day(
    day: date, *, counted: int, reason: str, cashier: str = "", by: Caller, work: Work, now: datetime
) -> CashClosing:
    """Close a day: what the receipts say, what was counted, why they differ; no receipt follows.

    `cashier`: one who is not there, for whom the manager counts and says why; a third person approves it.
    """
    whose, name = await whose_drawer(cashier, by=by, work=work, now=now)
    today = now.astimezone(VIETNAM).date()
    if whose != by.subject and not reason:
        raise Invalid(fields=[("reason", "Nêu lý do khóa sổ thay người thu phí")])
    if whose != by.subject and day >= today:
        # Who is not in the directory yet may be at the counter: their running day is theirs.
        raise Invalid(fields=[("day", "Sổ của người khác chỉ khóa được từ ngày hôm sau")])
    drawer = await work.till.hold_drawer(by.agency, whose, day)
    if drawer.closing is not None:
        raise DayClosed
    if whose != by.subject and not drawer.by_method:
        raise Invalid(fields=[("cashier", "Ngày này người đó không thu, chi khoản nào")])
    expected = drawer.by_method.get(Method.CASH.value, 0)
    if not drawer.by_method and day < today and not await work.till.has_taken(by.agency, day):
        raise BeforeTheDesk(fields=[("day", BeforeTheDesk.title)])
    require_closable(day, today=today, expected=expected, counted=counted, reason=reason)
    closing = CashClosing(
        id=new_id(),
        agency=by.agency,
        cashier=whose,
        cashier_name=name,
        closed_by=None if whose == by.subject else by.subject,
        day=day,
        expected=expected,
        counted=counted,
        reason=reason,
        by_method=dict(drawer.by_method),
        closed_at=now,
    )
    work.till.add_closing(closing)
    return closing


async def approve_closing(
    closing_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> CashClosing:
    """Approve a closing; somebody else's than the cashier's own doing."""
    closing = await work.till.closing(closing_id)
    if closing is None:
        raise NotFound
    by = await standing(by, closing.agency, work, now)
    if closing.agency != by.agency:
        raise NotFound
    if closing.version != seen:
        raise Stale
    approved = closing.approved(by, note=note, now=now)
    if not approves(closing.agency, by):
        raise Forbidden
    work.till.save_closing(approved)
    return approved


async def list_closings(
    *, before: UUID, limit: int, by: Caller, work: Work, now: datetime
) -> Portion[CashClosing]:
    """Return the closings of the caller's agency and of those it goes on for, newest first."""
    if not by.agency or not by.has_role("CASHIER", "ONE_STOP_MANAGER", "SIGNER"):
        raise Forbidden
    return await work.till.closings(await books_of(by, work, now), before, limit)
