"""The ledger, requests, receipts, closings, refunds and reconciliations in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Reach
from services.dossier.domain.payments.account import Account, Entry
from services.dossier.domain.payments.counter import CashClosing, MoneyReceipt, Refund
from services.dossier.domain.payments.reconciliation import Booked, Difference
from services.dossier.domain.payments.requests import PaymentRequest, RequestState
from services.dossier.store.account import account_of, plain
from services.dossier.store.payment_sql import (
    ADD_DIFFERENCES,
    ADD_ENTRIES,
    BOOKED,
    CLOSE_DIFFERENCES,
    COPY_RECEIPTS_BEFORE,
    COPY_REFUNDS_BEFORE,
    DIFFERENCE,
    DIFFERENCES,
    DOSSIER_OF,
    DRAWER,
    ENTRIES,
    FORGET_PAYEE,
    FORGET_PAYER,
    HAS_TAKEN,
    HELD_ENTRIES,
    HOLD,
    KEEP_RECONCILIATION,
    LISTED_ONLY,
    LOG_MESSAGE,
    LOOK_AGAIN,
    MONEY,
    NAMED,
    NEXT_RECEIPT,
    OPEN_DRAWERS,
    RECEIPTS_OF_ASKINGS,
    REFUNDED_OF_ASKING,
    REFUNDS_ASKED,
    REFUNDS_WAITING,
    REQUESTS_OF,
    REQUESTS_TO_LOOK_UP,
    REQUESTS_TO_OPEN,
    SETTLE_DIFFERENCE,
    STANDING_PAID,
)
from services.dossier.store.reaches import reach_rows
from services.dossier.store.row_heads import RowHeads
from services.dossier.store.shown import SEALED_ON
from services.dossier.use_cases.payments.ports import Drawer, Money, OpenDrawer, SettledDifference
from services.dossier.use_cases.sealed_rows import RowSeals


def _names(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]


def _insert(table: str, names: Sequence[str]) -> Statement:
    columns = ", ".join(f'"{name}"' for name in names)
    given = ", ".join(f":{name}" for name in names)
    return Statement(f"INSERT INTO {table} ({columns}, seals) VALUES ({given}, :seals)")


def _update(table: str, names: Sequence[str], key: str, guard: str = "") -> Statement:
    changed = ", ".join(f'"{name}" = :{name}' for name in names if name != key)
    return Statement(f"UPDATE {table} SET {changed}, {SEALED_ON} WHERE {key} = :{key}{guard}")


_SEEN = " AND version = :version - 1"
_RECEIPT_NAMES = [*_names(MoneyReceipt), "look_at"]
_ADD_REQUEST = _insert("payment_requests", _names(PaymentRequest))
_SAVE_REQUEST = _update("payment_requests", _names(PaymentRequest), "reference")
_REQUEST = Statement("SELECT * FROM payment_requests WHERE reference = :reference")
_ADD_RECEIPT = _insert("receipts", _RECEIPT_NAMES)
_SAVE_RECEIPT = _update("receipts", _RECEIPT_NAMES, "id")
_RECEIPT = Statement("SELECT * FROM receipts WHERE id = :id")
_RECEIPTS_DUE = Statement(
    "SELECT * FROM receipts WHERE look_at <= :now AND id <> ALL(:past::uuid[])"
    " ORDER BY look_at, id LIMIT :limit"
)
_ADD_CLOSING = _insert("cash_closings", _names(CashClosing))
_SAVE_CLOSING = _update("cash_closings", _names(CashClosing), "id", _SEEN)
_CLOSING = Statement("SELECT * FROM cash_closings WHERE id = :id")
_CLOSINGS = Statement(
    "SELECT * FROM cash_closings WHERE agency = ANY(:agencies::text[]) AND id < :before"
    " ORDER BY id DESC LIMIT :limit"
)
_ADD_REFUND = _insert("refunds", _names(Refund))
_SAVE_REFUND = _update("refunds", _names(Refund), "id", _SEEN)
_REFUND = Statement("SELECT * FROM refunds WHERE id = :id")

_ENTRY = TypeAdapter(Entry)
_REQUESTS = TypeAdapter(PaymentRequest)
_RECEIPTS = TypeAdapter(MoneyReceipt)
_CLOSED = TypeAdapter(CashClosing)
_REFUNDED = TypeAdapter(Refund)
_DIFFERENT = TypeAdapter(SettledDifference)


def _columns(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _names(type(record))}


class PostgresPayments:
    """All money."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals, heads: RowHeads) -> None:
        self._unit = unit
        self._seals = seals
        self._heads = heads

    def _write(self, statement: Statement, table: str, record: Any, *groups: str, **more: Any) -> None:
        """Queue a row with the seals of what is written anew."""
        columns = _columns(record) | more
        self._unit.write(statement, **columns, seals=self._seals.made(table, columns, *groups))

    def _seen(self, table: str, row: Any) -> dict[str, Any]:
        self._seals.see(table, row)
        return plain(row)

    async def hold(self, dossier_id: UUID) -> Account:
        """Return the account; nobody else changes it until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(HOLD, name=f"money:{dossier_id}")
        rows = [dict(row) for row in await self._unit.fetch(HELD_ENTRIES, dossier_id=dossier_id)]
        heads = [row.pop("row_head") for row in rows]
        if heads:
            self._heads.know_anew(dossier_id, heads[0], "entries")
        return account_of(dossier_id, rows)

    async def hold_asking(self, asking_id: UUID) -> None:
        """Let nobody else change the money of an asking for certified copies until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(HOLD, name=f"money:{asking_id}")

    async def receipts_of_askings(self, askings: Sequence[UUID]) -> list[MoneyReceipt]:
        """Return the receipts of these askings that stand, one an asking at most."""
        return self._receipts(await self._unit.fetch(RECEIPTS_OF_ASKINGS, askings=list(askings)))

    async def refunded_of_asking(self, asking_id: UUID) -> int:
        """Return what of an asking's money went back or is proposed to, in đồng."""
        return int(await self._unit.fetch_value(REFUNDED_OF_ASKING, asking=asking_id))

    async def receipts_of_copies_before(self, day: date, limit: int) -> list[MoneyReceipt]:
        """Return receipts of copies of days before this one that still name their payer."""
        return self._receipts(await self._unit.fetch(COPY_RECEIPTS_BEFORE, day=day, limit=limit))

    async def refunds_of_copies_before(self, day: date, limit: int) -> list[Refund]:
        """Return refunds of copies decided before this day that still name their payee."""
        rows = await self._unit.fetch(COPY_REFUNDS_BEFORE, day=day, limit=limit)
        return [_REFUNDED.validate_python(self._seen("refunds", row)) for row in rows]

    def forget_payer(self, receipt: MoneyReceipt) -> None:
        """Empty who paid and why it ended."""
        emptied = _columns(receipt) | {"payer_sealed": "", "ended_reason": ""}
        seals = self._seals.made("receipts", emptied, "payer", "why")
        self._unit.write(FORGET_PAYER, id=receipt.id, seals=seals)

    def forget_payee(self, refund: Refund) -> None:
        """Empty who was paid and why."""
        emptied = _columns(refund) | {"payee_sealed": "", "reason": "", "note": ""}
        seals = self._seals.made("refunds", emptied, "payee", "note")
        self._unit.write(FORGET_PAYEE, id=refund.id, seals=seals)

    def _receipts(self, rows: Sequence[Any]) -> list[MoneyReceipt]:
        return [_RECEIPTS.validate_python(self._seen("receipts", row)) for row in rows]

    async def account(self, dossier_id: UUID) -> Account:
        """Return the account as it stands."""
        return account_of(dossier_id, await self._unit.fetch(ENTRIES, dossier_id=dossier_id))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Add lines; `Stale` at the commit when somebody was faster."""
        if not entries:
            return
        rows = []
        for entry in entries:
            seals = self._seals.made("payment_entries", _columns(entry))
            rows.append({**_ENTRY.dump_python(entry, mode="json"), "seals": seals})
            self._heads.more(entry.dossier_id, "entries", 1)
        self._unit.write(ADD_ENTRIES[len(entries)], rows=rows)

    async def standing_paid(self, after: UUID, limit: int) -> list[UUID]:
        """Return dossiers past one, by id, that stand for notices of which nothing is owed any more."""
        rows = await self._unit.fetch(STANDING_PAID, after=after, limit=limit)
        return [UUID(int=row["id"].int) for row in rows]

    async def dossier_of(self, code: str) -> UUID | None:
        """Return whose code, portal code or reference this is."""
        found = await self._unit.fetch_value(DOSSIER_OF, code=code)
        return UUID(int=found.int) if found else None

    async def money(self, dossier_id: UUID) -> Money:
        """Return everything about a dossier's money, in one statement."""
        row: Any = await self._unit.fetch_one(MONEY, dossier_id=dossier_id)
        return Money(
            account_of(dossier_id, row["entries"]),
            [_REQUESTS.validate_python(one) for one in row["requests"] or ()],
            [_RECEIPTS.validate_python(one) for one in row["receipts"] or ()],
            [_REFUNDED.validate_python(one) for one in row["refunds"] or ()],
        )

    def add_request(self, request: PaymentRequest) -> None:
        """Keep a request."""
        self._write(_ADD_REQUEST, "payment_requests", request)

    def save_request(self, request: PaymentRequest) -> None:
        """Keep a changed request."""
        self._write(_SAVE_REQUEST, "payment_requests", request, "course", "address")

    async def request(self, reference: str) -> PaymentRequest | None:
        """Return a request."""
        row = await self._unit.fetch_one(_REQUEST, reference=reference)
        return _REQUESTS.validate_python(self._seen("payment_requests", row)) if row else None

    async def requests_of(self, dossier_id: UUID) -> list[PaymentRequest]:
        """Return a dossier's requests, oldest first."""
        rows = await self._unit.fetch(REQUESTS_OF, dossier_id=dossier_id)
        return [_REQUESTS.validate_python(self._seen("payment_requests", row)) for row in rows]

    async def requests_due(self, state: str, now: datetime, limit: int) -> list[PaymentRequest]:
        """Return requests to open (WAITING) or to look up (any other), the longest waiting first."""
        statement = REQUESTS_TO_OPEN if state == "WAITING" else REQUESTS_TO_LOOK_UP
        rows = await self._unit.fetch(statement, now=now, limit=limit)
        return [_REQUESTS.validate_python(self._seen("payment_requests", row)) for row in rows]

    def log_message(
        self, *, at: datetime, reference: str, source: str, outcome: str, data: Mapping[str, Any]
    ) -> None:
        """Keep what the platform said and what was made of it."""
        self._unit.write(
            LOG_MESSAGE, at=at, reference=reference, source=source, outcome=outcome, data=dict(data)
        )

    async def next_receipt_number(self, agency: str, serial: str, year: int) -> int:
        """Return the next number; the row stays locked until the unit ends, a rollback gives it back."""
        await self._unit.begin()
        number: int = await self._unit.fetch_value(NEXT_RECEIPT, agency=agency, serial=serial, year=year)
        return number

    async def has_taken(self, agency: str, day: date) -> bool:
        """Tell whether any cashier of an agency had given a receipt by the end of a day."""
        return bool(await self._unit.fetch_value(HAS_TAKEN, agency=agency, day=day))

    async def hold_drawer(self, agency: str, cashier: str, day: date) -> Drawer:
        """Return a cashier's day; nobody else writes into it until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(HOLD, name=f"drawer:{agency}:{cashier}:{day}")
        return await self.drawer(agency, cashier, day)

    async def drawer(self, agency: str, cashier: str, day: date) -> Drawer:
        """Return a cashier's day as it stands."""
        row: Any = await self._unit.fetch_one(DRAWER, agency=agency, cashier=cashier, day=day)
        closing = _CLOSED.validate_python(row["closing"]) if row["closing"] else None
        return Drawer(row["by_method"] or {}, closing)

    def add_receipt(self, receipt: MoneyReceipt) -> None:
        """Keep a receipt; its e-receipt is issued by a job after the commit."""
        self._write(_ADD_RECEIPT, "receipts", receipt, look_at=receipt.issued_at)

    def save_receipt(self, receipt: MoneyReceipt, *, look_at: datetime | None) -> None:
        """Keep a changed receipt."""
        self._write(_SAVE_RECEIPT, "receipts", receipt, "course", "why", look_at=look_at)

    async def receipt(self, receipt_id: UUID) -> MoneyReceipt | None:
        """Return a receipt."""
        row = await self._unit.fetch_one(_RECEIPT, id=receipt_id)
        return _RECEIPTS.validate_python(self._seen("receipts", row)) if row else None

    async def receipts_due(
        self, now: datetime, limit: int, past: Collection[UUID] = ()
    ) -> list[MoneyReceipt]:
        """Return receipts but for some the provider has to be told of."""
        rows = await self._unit.fetch(_RECEIPTS_DUE, now=now, limit=limit, past=list(past))
        return self._receipts(rows)

    def add_closing(self, closing: CashClosing) -> None:
        """Close a day."""
        self._write(_ADD_CLOSING, "cash_closings", closing)

    def save_closing(self, closing: CashClosing) -> None:
        """Keep an approved closing."""
        self._write(_SAVE_CLOSING, "cash_closings", closing, "course")

    async def closing(self, closing_id: UUID) -> CashClosing | None:
        """Return a closing."""
        row = await self._unit.fetch_one(_CLOSING, id=closing_id)
        return _CLOSED.validate_python(self._seen("cash_closings", row)) if row else None

    async def closings(self, agencies: Sequence[str], before: UUID, limit: int) -> list[CashClosing]:
        """Return agencies' closings, newest first."""
        rows = await self._unit.fetch(_CLOSINGS, agencies=list(agencies), before=before, limit=limit)
        return [_CLOSED.validate_python(plain(row)) for row in rows]

    def add_refund(self, refund: Refund) -> None:
        """Keep a proposed refund."""
        self._write(_ADD_REFUND, "refunds", refund)

    def save_refund(self, refund: Refund) -> None:
        """Keep a decided refund."""
        self._write(_SAVE_REFUND, "refunds", refund, "course", "note")

    async def refund(self, refund_id: UUID) -> Refund | None:
        """Return a refund."""
        row = await self._unit.fetch_one(_REFUND, id=refund_id)
        return _REFUNDED.validate_python(self._seen("refunds", row)) if row else None

    async def refunds_asked(self, dossier_id: UUID) -> int:
        """Return what is proposed and not decided of a dossier, in đồng."""
        return int(await self._unit.fetch_value(REFUNDS_ASKED, dossier_id=dossier_id))

    async def open_drawers(self, agencies: Sequence[str], today: date) -> list[OpenDrawer]:
        """Return days before today nobody has closed, the oldest first."""
        rows = await self._unit.fetch(OPEN_DRAWERS, agencies=list(agencies), today=today)
        return [OpenDrawer(**row) for row in rows]

    async def refunds_waiting(self, reaches: Sequence[Reach], after: UUID, limit: int) -> list[Refund]:
        """Return proposed refunds of what an agency keeps, oldest first."""
        kept = reach_rows(reaches)
        rows = await self._unit.fetch(REFUNDS_WAITING, reaches=kept, after=after, limit=limit)
        return [_REFUNDED.validate_python(plain(row)) for row in rows]

    async def booked(self, day: date, references: Sequence[str]) -> list[Booked]:
        """Return each transaction paid through the platform on a day, and all these references name."""
        return [Booked(**row) for row in await self._unit.fetch(BOOKED, day=day, references=list(references))]

    async def look_again(self, references: Sequence[str], at: datetime) -> None:
        """Have these requests looked up now, if they are ours."""
        for row in await self._unit.fetch(NAMED, references=list(references)) if references else ():
            request = _REQUESTS.validate_python(self._seen("payment_requests", row))
            was, is_waiting = request.state, request.state is RequestState.WAITING
            found = replace(request, look_at=at, state=RequestState.OPEN if is_waiting else was)
            seals = self._seals.made("payment_requests", _columns(found), "course")
            told = {"reference": found.reference, "state": found.state, "was": was}
            self._unit.write(LOOK_AGAIN, **told, at=at, seals=seals)

    def keep_reconciliation(
        self, *, day: date, at: datetime, listed: Sequence[int], booked: Sequence[int]
    ) -> None:
        """Keep the figures of both sides of a day."""
        self._unit.write(
            KEEP_RECONCILIATION,
            day=day,
            at=at,
            listed=len(listed),
            listed_amount=sum(listed),
            booked=len(booked),
            booked_amount=sum(booked),
        )

    def add_differences(self, day: date, found: Sequence[Difference], at: datetime) -> None:
        """Put differences on the work list; one there stays as people left it, one gone and back is open."""
        rows = [
            {
                "id": str(new_id()),
                "kind": one.kind.value,
                "reference": one.reference,
                "transaction": one.transaction,
                "ours": one.ours,
                "theirs": one.theirs,
            }
            for one in found
        ]
        if rows:
            self._unit.write(ADD_DIFFERENCES, day=day, rows=rows, at=at)

    def close_differences(self, day: date, still: Sequence[Difference], at: datetime) -> None:
        """Settle the day's open differences that are not among those still found."""
        kinds = [f"{one.reference} {one.kind.value}" for one in still]
        self._unit.write(CLOSE_DIFFERENCES, day=day, still=kinds, at=at)

    async def differences(
        self, state: str, after: UUID, limit: int, *, agencies: Sequence[str] | None
    ) -> list[SettledDifference]:
        """Return differences of a state, oldest first, of some agencies' requests or all."""
        wanted = None if agencies is None else list(agencies)
        rows = await self._unit.fetch(DIFFERENCES, state=state, after=after, limit=limit, agencies=wanted)
        return [_DIFFERENT.validate_python(plain(row)) for row in rows]

    async def listed_only(self, reference: str) -> list[str]:
        """Return transactions of a request that a day's list has and our books lack, as far as is open."""
        return [row["transaction"] for row in await self._unit.fetch(LISTED_ONLY, reference=reference)]

    async def difference(self, difference_id: UUID) -> SettledDifference | None:
        """Return a difference."""
        row = await self._unit.fetch_one(DIFFERENCE, id=difference_id)
        return _DIFFERENT.validate_python(plain(row)) if row else None

    def settle_difference(self, difference_id: UUID, seen: int, *, note: str, by: str, at: datetime) -> None:
        """Mark a difference as settled by a person."""
        self._unit.write(SETTLE_DIFFERENCE, id=difference_id, seen=seen, note=note, by=by, at=at)
