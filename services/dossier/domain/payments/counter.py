"""Money over a counter: receipts numbered without gaps, the cashier's day, refunds by two people."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Invalid
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, Entry, EntryKind, Method
from services.dossier.domain.payments.errors import (
    AlreadyDecided,
    DayNotOver,
    DifferenceUnexplained,
    MoneyReliedOn,
    MoneySpokenFor,
    ReceiptEnded,
    SecondPerson,
    TooMuchRefunded,
)

COUNTER_METHODS = frozenset({Method.CASH, Method.TRANSFER, Method.CARD})


class ReceiptState(StrEnum):
    """What a receipt is worth."""

    VALID = "VALID"
    CANCELLED = "CANCELLED"
    REPLACED = "REPLACED"


class ElectronicState(StrEnum):
    """What the provider of e-receipts knows of it."""

    WAITING = "WAITING"
    ISSUED = "ISSUED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReceipt:
    """A receipt of money; `number` runs without gaps in its agency, serial and year."""

    id: UUID
    agency: str
    serial: str
    year: int
    number: int
    dossier_id: UUID | None
    """Whose it is; None where it is of an asking for certified copies."""
    amount: int
    method: Method
    cashier: str
    cashier_name: str
    payer_sealed: str
    lines: tuple[dict[str, Any], ...]
    issued_at: datetime
    day: date
    state: ReceiptState = ReceiptState.VALID
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    ended_reason: str = ""
    electronic: ElectronicState = ElectronicState.WAITING
    e_serial: str = ""
    e_number: str = ""
    attempts: int = 0
    failure: str = ""
    version: int = 1
    visit_id: UUID | None = None
    dossier_ids: tuple[UUID, ...] = ()
    """Every dossier it has lines of, where it is of a visit; `dossier_id` is the first of them then."""
    asking_id: UUID | None = None
    """The asking for certified copies it is of, where it is of no dossier."""

    @property
    def of_dossiers(self) -> tuple[UUID, ...]:
        """Every dossier it is of, in the order their accounts are held; none of an asking for copies."""
        return self.dossier_ids or ((self.dossier_id,) if self.dossier_id else ())

    def lines_of(self, dossier_ids: Container[UUID]) -> list[dict[str, Any]]:
        """Return the lines that are of these dossiers."""
        return [one for one in self.lines if UUID(one.get("dossier_id", str(self.dossier_id))) in dossier_ids]

    @property
    def written_number(self) -> str:
        """The number as people read it: seven digits, as on printed receipts."""
        return f"{self.number:07d}"

    def ended(self, state: ReceiptState, *, reason: str, by: UUID | None = None) -> "MoneyReceipt":
        """Return it cancelled or replaced; once only."""
        if self.state is not ReceiptState.VALID:
            raise ReceiptEnded
        return replace(
            self,
            state=state,
            ended_reason=reason,
            replaced_by=by,
            electronic=ElectronicState.CANCELLING,
            attempts=0,
            version=self.version + 1,
        )


class ClosingState(StrEnum):
    """A cashier closes, a manager approves."""

    CLOSED = "CLOSED"
    APPROVED = "APPROVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashClosing:
    """One cashier's day: what the receipts say should be in the drawer, what was counted."""

    id: UUID
    agency: str
    cashier: str
    cashier_name: str
    day: date
    expected: int
    counted: int
    reason: str
    by_method: dict[str, int]
    closed_at: datetime
    state: ClosingState = ClosingState.CLOSED
    approved_by: str = ""
    approved_at: datetime | None = None
    note: str = ""
    version: int = 1
    closed_by: str | None = None
    """Who counted in the place of a cashier who is not there; None where the cashier did."""

    @property
    def difference(self) -> int:
        """What is over (or, negative, missing) in the drawer."""
        return self.counted - self.expected

    def approved(self, by: Caller, *, note: str, now: datetime) -> "CashClosing":
        """Return it approved by somebody else."""
        if self.state is not ClosingState.CLOSED:
            raise AlreadyDecided
        if by.subject in {self.cashier, self.closed_by}:
            raise SecondPerson
        return replace(
            self,
            state=ClosingState.APPROVED,
            approved_by=by.name or by.subject,
            approved_at=now,
            note=note,
            version=self.version + 1,
        )


def require_closable(day: date, *, today: date, expected: int, counted: int, reason: str) -> None:
    """Raise what stands against closing a day: it has not come yet, or a difference without a reason."""
    if day > today:
        raise DayNotOver(fields=[("day", "Chưa đến ngày này")])
    if counted < min(0, expected):
        raise Invalid(fields=[("counted", "Không đếm được ít hơn số đã chi vượt thu")])
    if expected != counted and not reason:
        raise DifferenceUnexplained(fields=[("reason", "Nêu lý do chênh lệch")])


class RefundState(StrEnum):
    """Proposed, then decided by a second person."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money to go back; the account behind a transfer is sealed."""

    id: UUID
    dossier_id: UUID | None
    """Whose it is; None where it is of an asking for certified copies."""
    agency: str
    amount: int
    method: Method
    reason: str
    payee_sealed: str
    asked_by: str
    asked_at: datetime
    state: RefundState = RefundState.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    version: int = 1
    asking_id: UUID | None = None
    drawer: str | None = None
    """Whose drawer cash left, where it is not the proposer's."""
    drawer_agency: str | None = None
    """Where that drawer is, where another agency goes on for the one the refund was proposed at."""

    def decided(self, by: Caller, *, approved: bool, note: str, now: datetime) -> "Refund":
        """Return it decided; whoever proposed it does not decide it, whatever else they are."""
        if self.state is not RefundState.ASKED:
            raise AlreadyDecided
        if by.subject == self.asked_by:
            raise SecondPerson
        return replace(
            self,
            state=RefundState.APPROVED if approved else RefundState.DECLINED,
            decided_by=by.subject,
            decided_at=now,
            note=note,
            drawer_agency=None if by.agency == self.agency else by.agency,
            version=self.version + 1,
        )


def require_cancellable(dossier: Dossier, before: Account, after: Account, *, asked: int) -> None:
    """Raise unless one person may cancel a receipt: its money is still here and nothing was done for it.

    `before` and `after` are the account without and with the cancellation, `asked` the refunds proposed.
    """
    if after.paid < asked:
        raise MoneySpokenFor
    missing = {one.id: one.outstanding for one in before.items}
    again = [one for one in after.items if one.outstanding > missing[one.id]]
    is_accepted = dossier.accepted_at is not None
    settled = {one.id for one in dossier.obligations if not one.owed}
    if dossier.is_closed or any((one.is_before and is_accepted) or one.id in settled for one in again):
        raise MoneyReliedOn


def require_unpromised(account: Account, asked: Entry | None, amount: int) -> None:
    """Raise `TooMuchRefunded` where a refund would open a debt again that it did not when it was proposed.

    What lay free then may cover a notice since, whose paper says that nothing is to be paid: the money is
    that debt's, and what is left is proposed anew. `asked` is the proposal's line.
    """
    of = asked.item if asked else None
    accepted = _opened(account.until(asked.sequence), amount, of) if asked else {}
    again = _opened(account, amount, of)
    if any(missing > accepted.get(item, 0) for item, missing in again.items()):
        left = f"Từ khi đề nghị, tiền đã được tính cho khoản khác; còn dư {account.credit} đồng"
        raise TooMuchRefunded(fields=[("amount", left)])


def _opened(account: Account, amount: int, of: UUID | None) -> dict[UUID, int]:
    """Return how much more would be owed of each item if so much went back."""
    line = replace(account.entries[-1], kind=EntryKind.REFUNDED, amount=amount, item=of)
    missing = {one.id: one.outstanding for one in account.items}
    return {one.id: one.outstanding - missing[one.id] for one in account.with_entries([line]).items}


def collects(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller is a cashier where the dossier is received (or helped with)."""
    return works_counter(dossier, caller, "CASHIER")


def assesses(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller may say what is owed: the one-stop unit, or who works the dossier."""
    roles = ("CASHIER", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
    is_competent = caller.agency in {
        dossier.competent_agency.code,
        dossier.now_at(dossier.competent_agency.code),
    }
    specialist = is_competent and caller.has_role("SPECIALIST", "TEAM_LEAD")
    return caller.kind is CallerKind.STAFF and (
        specialist or any(works_counter(dossier, caller, one) for one in roles)
    )


def approves(agency: str, caller: Caller) -> bool:
    """Tell whether the caller approves refunds and closings of an agency's one-stop unit."""
    return (
        caller.kind is CallerKind.STAFF
        and caller.agency == agency
        and caller.has_role("ONE_STOP_MANAGER", "SIGNER")
    )


def works_counter(dossier: Dossier, caller: Caller, role: str) -> bool:
    """Tell whether the caller has a role where the dossier is received or helped with."""
    places = {dossier.receiving_agency.code, dossier.helping_agency.code}
    places |= {dossier.now_at(code) for code in places}
    return caller.kind is CallerKind.STAFF and caller.has_role(role) and caller.agency in places
