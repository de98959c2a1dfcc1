"""What the money's use cases need of the world."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from services.dossier.domain.keepers import Reach
from services.dossier.domain.payments.account import Account, Entry
from services.dossier.domain.payments.counter import CashClosing, MoneyReceipt, Refund
from services.dossier.domain.payments.reconciliation import Booked, Difference, Listed
from services.dossier.domain.payments.requests import PaymentRequest

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Portion(Generic[Record]):
    """A page of records: those of rows changed by hand into what is none are named by id alone."""

    records: Sequence[Record]
    unreadable: Sequence[UUID]
    following: UUID | None
    """The last one's id where there are more."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """What a cashier's receipts of a day add up to, by method, and the closing if there is one."""

    by_method: Mapping[str, int]
    closing: CashClosing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDrawer:
    """A cashier's day that nobody has closed: what cash should be there, in đồng."""

    agency: str
    cashier: str
    day: date
    expected: int


@dataclass(frozen=True, slots=True)
class Money:
    """All of a dossier's money on one screen."""

    account: Account
    requests: Sequence[PaymentRequest]
    receipts: Sequence[MoneyReceipt]
    refunds: Sequence[Refund]
    owed_back: int = 0
    """What form 05 promised and nobody has asked to have paid out yet, in đồng."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledDifference:
    """A difference on the work list; `version` is what a settlement names as seen."""

    id: UUID
    day: date
    kind: str
    reference: str
    agency: str
    """Who asked for the money; blank for money nobody here asked for."""
    transaction: str
    ours: int | None
    theirs: int | None
    state: str
    note: str
    settled_by: str
    found_at: datetime
    settled_at: datetime | None
    version: int


class Payments(Protocol):
    """The ledger and what stands around it. Whoever changes money of a dossier holds its account first."""

    async def hold(self, dossier_id: UUID) -> Account:
        """Return the account; nobody else changes it until the unit ends."""

    async def hold_asking(self, asking_id: UUID) -> None:
        """Let nobody else change the money of an asking for certified copies until the unit ends."""

    async def refunded_of_asking(self, asking_id: UUID) -> int:
        """Return what of an asking's money went back or is proposed to, in đồng."""

    async def refunds_of_copies_before(self, day: date, limit: int) -> list[Refund]:
        """Return refunds of copies decided before this day that still name their payee."""

    def forget_payee(self, refund: Refund) -> None:
        """Empty who was paid and why."""

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Add lines; `Stale` at the commit when somebody was faster."""

    async def standing_over(self, after: UUID, limit: int) -> list[UUID]:
        """Return dossiers past one, by id, that stand for nothing any more: paid, or ended by people."""

    async def dossier_of(self, code: str) -> UUID | None:
        """Return whose code, portal code or reference this is."""

    async def money(self, dossier_id: UUID) -> Money:
        """Return everything about a dossier's money, in one statement."""

    def add_request(self, request: PaymentRequest) -> None:
        """Keep a request."""

    def save_request(self, request: PaymentRequest) -> None:
        """Keep a changed request."""

    async def request(self, reference: str) -> PaymentRequest | None:
        """Return a request."""

    async def requests_of(self, dossier_id: UUID) -> list[PaymentRequest]:
        """Return a dossier's requests, oldest first."""

    async def requests_due(self, state: str, now: datetime, limit: int) -> list[PaymentRequest]:
        """Return requests to open (WAITING) or to look up (any other), the longest waiting first."""

    def log_message(
        self, *, at: datetime, reference: str, source: str, outcome: str, data: Mapping[str, Any]
    ) -> None:
        """Keep what the platform said and what was made of it."""

    def add_refund(self, refund: Refund) -> None:
        """Keep a proposed refund."""

    def save_refund(self, refund: Refund) -> None:
        """Keep a decided refund."""

    async def refund(self, refund_id: UUID) -> Refund | None:
        """Return a refund."""

    async def refunds_asked(self, dossier_id: UUID) -> int:
        """Return what is proposed and not decided of a dossier, in đồng."""

    async def refunds_waiting(
        self, reaches: Sequence[Reach], copies: str, after: UUID, limit: int
    ) -> Portion[Refund]:
        """Return an agency's proposed refunds, oldest first; `copies`: the procedure of those of copies."""


class Till(Protocol):
    """What is taken at counters: receipts, cashiers' drawers, closings of days."""

    async def next_receipt_number(self, agency: str, serial: str, year: int) -> int:
        """Return the next number; given back when the unit does not commit."""

    async def has_taken(self, agency: str, day: date) -> bool:
        """Tell whether any cashier of an agency had given a receipt by the end of a day."""

    async def hold_drawer(self, agency: str, cashier: str, day: date) -> Drawer:
        """Return a cashier's day; nobody else writes into it until the unit ends."""

    async def drawer(self, agency: str, cashier: str, day: date) -> Drawer:
        """Return a cashier's day as it stands."""

    async def open_drawers(self, agencies: Sequence[str], today: date) -> list[OpenDrawer]:
        """Return days before today on which money moved and that nobody has closed, the oldest first."""

    def add_receipt(self, receipt: MoneyReceipt) -> None:
        """Keep a receipt; its e-receipt is issued by a job after the commit."""

    def save_receipt(self, receipt: MoneyReceipt, *, look_at: datetime | None) -> None:
        """Keep a changed receipt; `look_at` is when the provider is told of it next."""

    async def receipt(self, receipt_id: UUID) -> MoneyReceipt | None:
        """Return a receipt."""

    async def receipts_due(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return receipts but for some the provider has to be told of."""

    async def receipts_of_askings(self, askings: Sequence[UUID]) -> list[MoneyReceipt]:
        """Return the receipts of these askings that stand, one an asking at most."""

    async def receipts_of_copies_before(self, day: date, limit: int) -> list[MoneyReceipt]:
        """Return receipts of copies of days before this one that still name their payer."""

    def forget_payer(self, receipt: MoneyReceipt) -> None:
        """Empty who paid and why it ended."""

    def add_closing(self, closing: CashClosing) -> None:
        """Close a day."""

    def save_closing(self, closing: CashClosing) -> None:
        """Keep an approved closing."""

    async def closing(self, closing_id: UUID) -> CashClosing | None:
        """Return a closing."""

    async def closings(self, agencies: Sequence[str], before: UUID, limit: int) -> Portion[CashClosing]:
        """Return an agency's closings, newest first."""


class Reconciliations(Protocol):
    """The platform's books against ours, and the work list of what differs."""

    async def booked(self, day: date, references: Sequence[str]) -> list[Booked]:
        """Return each transaction paid through the platform on a day, and all these references name."""

    async def look_again(self, references: Sequence[str], at: datetime) -> None:
        """Have these requests looked up now, if they are ours."""

    def keep_reconciliation(
        self, *, day: date, at: datetime, listed: Sequence[Listed], booked: Sequence[int]
    ) -> None:
        """Keep the figures of both sides of a day, in đồng, and which transactions were listed."""

    async def listed_elsewhere(self, day: date, references: Sequence[str]) -> list[tuple[str, str]]:
        """Return reference and transaction of what lists of other days named, a fortnight round the day."""

    def add_differences(self, day: date, found: Sequence[Difference], at: datetime) -> None:
        """Put differences on the work list; one there stays as people left it, one gone and back is open."""

    def close_differences(self, day: date, still: Sequence[Difference], at: datetime) -> None:
        """Settle the day's open differences that are not among those still found."""

    async def differences(
        self, state: str, after: UUID, limit: int, *, agencies: Sequence[str] | None
    ) -> list[SettledDifference]:
        """Return differences of a state, oldest first, of one agency's requests or all."""

    async def listed_only(self, reference: str) -> list[str]:
        """Return transactions of a request that a day's list has and our books lack, as far as is open."""

    async def difference(self, difference_id: UUID) -> SettledDifference | None:
        """Return a difference."""

    def settle_difference(self, difference_id: UUID, seen: int, *, note: str, by: str, at: datetime) -> None:
        """Mark a difference as settled by a person; `Stale` at the commit when it is not what was seen."""


@dataclass(frozen=True, slots=True)
class Issued:
    """How the provider numbered an e-receipt; `failure` is empty when it did."""

    serial: str = ""
    number: str = ""
    failure: str = ""


class ReceiptProvider(Protocol):
    """Whoever issues electronic receipts (NĐ 254/2026); every call may be repeated: keyed by the receipt."""

    async def issue(self, receipt: MoneyReceipt, payer: Mapping[str, Any]) -> Issued:
        """Issue, or replace when the receipt replaces another; return its serial and number."""

    async def cancel(self, receipt: MoneyReceipt) -> Issued:
        """Cancel what was issued."""
