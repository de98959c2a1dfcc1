"""Whose drawer: cash goes back out of one that somebody closes; one left behind is closed by another."""

from datetime import date, datetime

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.mandates import is_away
from services.dossier.domain.payments.counter import Refund, approves
from services.dossier.domain.payments.errors import CashierAway, CashierIsHere, DrawerOfNobody, NotACashier
from services.dossier.use_cases.keeping import books_of, keepers_on
from services.dossier.use_cases.payments.ports import OpenDrawer
from services.dossier.use_cases.ports import Work


async def paying_drawer(
    refund: Refund, usual: str, named: str, *, by: Caller, work: Work, now: datetime
) -> str:
    """Return the cashier out of whose drawer cash leaves: who is named, else who proposed or took it.

    Raises `Invalid` for somebody named who is no cashier here, or by whom it is not to say, `DrawerOfNobody`
    where the usual one has left (nobody would close that drawer), `CashierAway` for either on leave.
    """
    if named not in {"", by.subject} and not approves(by.agency, by):
        raise Invalid(fields=[("drawer", "Chỉ người phụ trách chọn người thu phí khác chi tiền")])
    drawer = named or usual
    if drawer == by.subject and by.has_role("CASHIER"):
        return drawer
    found = await work.colleagues.find(drawer)
    if found is not None and found.takes_money_at(by.agency):
        if is_away(found.entry, now.astimezone(VIETNAM).date()):
            raise CashierAway
        return drawer
    if named:
        raise Invalid(fields=[("drawer", "Không phải người thu phí của cơ quan")])
    if found is not None or by.agency != refund.agency:
        raise DrawerOfNobody
    # The directory does not know everybody the day they begin; who proposed it here was a cashier then.
    return drawer


async def whose_drawer(cashier: str, *, by: Caller, work: Work, now: datetime) -> tuple[str, str]:
    """Return whose drawer the caller reads or closes, and their name: one's own, or that of who is not there.

    Raises `NotACashier`, and for another's drawer `Forbidden` or `CashierIsHere`.
    """
    if cashier in {"", by.subject}:
        if not by.has_role("CASHIER") or not by.agency:
            raise NotACashier
        return by.subject, by.name
    if not by.agency or not approves(by.agency, by):
        raise Forbidden
    found = await work.colleagues.find(cashier)
    today = now.astimezone(VIETNAM).date()
    here = (await keepers_on(work, now)).of(by.agency)
    if found is not None and found.takes_money_at(here) and not is_away(found.entry, today):
        raise CashierIsHere
    return cashier, found.name if found is not None else cashier


async def open_drawers(*, by: Caller, work: Work, now: datetime) -> list[OpenDrawer]:
    """Return days before today that money moved and nobody has closed, here and where the caller goes on."""
    if not by.agency or not approves(by.agency, by):
        raise Forbidden
    today: date = now.astimezone(VIETNAM).date()
    return await work.till.open_drawers(await books_of(by, work, now), today)
