"""The ledger, requests to pay and refunds in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Reach
from services.dossier.domain.payments.account import Account, Entry
from services.dossier.domain.payments.counter import MoneyReceipt, Refund
from services.dossier.domain.payments.requests import PaymentRequest
from services.dossier.store.account import account_of
from services.dossier.store.payment_sql import (
    ADD_ENTRIES,
    COPY_REFUNDS_BEFORE,
    DOSSIER_OF,
    ENTRIES,
    FORGET_PAYEE,
    HELD_ENTRIES,
    HOLD,
    LOG_MESSAGE,
    MONEY,
    REFUNDED_OF_ASKING,
    REFUNDS_ASKED,
    REFUNDS_WAITING,
    REQUESTS_OF,
    REQUESTS_TO_LOOK_UP,
    REQUESTS_TO_OPEN,
    STANDING_OVER,
)
from services.dossier.store.reaches import reach_rows
from services.dossier.store.row_heads import RowHeads
from services.dossier.store.sealed_records import AS_SEEN, SealedRecords, columns_of, insert, names_of, update
from services.dossier.use_cases.payments.ports import Money, Portion
from services.dossier.use_cases.sealed_rows import RowSeals

_ADD_REQUEST = insert("payment_requests", names_of(PaymentRequest))
_SAVE_REQUEST = update("payment_requests", names_of(PaymentRequest), "reference")
_REQUEST = Statement("SELECT * FROM payment_requests WHERE reference = :reference")
_ADD_REFUND = insert("refunds", names_of(Refund))
_SAVE_REFUND = update("refunds", names_of(Refund), "id", AS_SEEN)
_REFUND = Statement("SELECT * FROM refunds WHERE id = :id")

_ENTRY = TypeAdapter(Entry)
_REQUESTS = TypeAdapter(PaymentRequest)
_RECEIPTS = TypeAdapter(MoneyReceipt)
_REFUNDED = TypeAdapter(Refund)


class PostgresPayments:
    """Every dossier's money."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals, heads: RowHeads) -> None:
        self._unit = unit
        self._rows = SealedRecords(unit, seals)
        self._heads = heads

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

    async def refunded_of_asking(self, asking_id: UUID) -> int:
        """Return what of an asking's money went back or is proposed to, in đồng."""
        return int(await self._unit.fetch_value(REFUNDED_OF_ASKING, asking=asking_id))

    async def refunds_of_copies_before(self, day: date, limit: int) -> list[Refund]:
        """Return refunds of copies decided before this day that still name their payee."""
        rows = await self._unit.fetch(COPY_REFUNDS_BEFORE, day=day, limit=limit)
        return self._rows.readable("refunds", rows, _REFUNDED)

    def forget_payee(self, refund: Refund) -> None:
        """Empty who was paid and why."""
        emptied = columns_of(refund) | {"payee_sealed": "", "reason": "", "note": ""}
        seals = self._rows.seals("refunds", emptied, "payee", "note")
        self._unit.write(FORGET_PAYEE, id=refund.id, seals=seals)

    async def account(self, dossier_id: UUID) -> Account:
        """Return the account as it stands."""
        return account_of(dossier_id, await self._unit.fetch(ENTRIES, dossier_id=dossier_id))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Add lines; `Stale` at the commit when somebody was faster."""
        if not entries:
            return
        rows = []
        for entry in entries:
            seals = self._rows.seals("payment_entries", columns_of(entry))
            rows.append({**_ENTRY.dump_python(entry, mode="json"), "seals": seals})
            self._heads.more(entry.dossier_id, "entries", 1)
        self._unit.write(ADD_ENTRIES[len(entries)], rows=rows)

    async def standing_over(self, after: UUID, limit: int) -> list[UUID]:
        """Return dossiers past one, by id, that stand for nothing any more: paid, or ended by people."""
        rows = await self._unit.fetch(STANDING_OVER, after=after, limit=limit)
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
        self._rows.write(_ADD_REQUEST, "payment_requests", request)

    def save_request(self, request: PaymentRequest) -> None:
        """Keep a changed request."""
        self._rows.write(_SAVE_REQUEST, "payment_requests", request, "course", "address")

    async def request(self, reference: str) -> PaymentRequest | None:
        """Return a request."""
        row = await self._unit.fetch_one(_REQUEST, reference=reference)
        return _REQUESTS.validate_python(self._rows.seen("payment_requests", row)) if row else None

    async def requests_of(self, dossier_id: UUID) -> list[PaymentRequest]:
        """Return a dossier's requests, oldest first."""
        rows = await self._unit.fetch(REQUESTS_OF, dossier_id=dossier_id)
        return [_REQUESTS.validate_python(self._rows.seen("payment_requests", row)) for row in rows]

    async def requests_due(self, state: str, now: datetime, limit: int) -> list[PaymentRequest]:
        """Return requests to open (WAITING) or to look up (any other), the longest waiting first."""
        statement = REQUESTS_TO_OPEN if state == "WAITING" else REQUESTS_TO_LOOK_UP
        rows = await self._unit.fetch(statement, now=now, limit=limit)
        return self._rows.readable("payment_requests", rows, _REQUESTS)

    def log_message(
        self, *, at: datetime, reference: str, source: str, outcome: str, data: Mapping[str, Any]
    ) -> None:
        """Keep what the platform said and what was made of it."""
        self._unit.write(
            LOG_MESSAGE, at=at, reference=reference, source=source, outcome=outcome, data=dict(data)
        )

    def add_refund(self, refund: Refund) -> None:
        """Keep a proposed refund."""
        self._rows.write(_ADD_REFUND, "refunds", refund)

    def save_refund(self, refund: Refund) -> None:
        """Keep a decided refund."""
        self._rows.write(_SAVE_REFUND, "refunds", refund, "course", "note")

    async def refund(self, refund_id: UUID) -> Refund | None:
        """Return a refund."""
        row = await self._unit.fetch_one(_REFUND, id=refund_id)
        return _REFUNDED.validate_python(self._rows.seen("refunds", row)) if row else None

    async def refunds_asked(self, dossier_id: UUID) -> int:
        """Return what is proposed and not decided of a dossier, in đồng."""
        return int(await self._unit.fetch_value(REFUNDS_ASKED, dossier_id=dossier_id))

    async def refunds_waiting(
        self, reaches: Sequence[Reach], copies: str, after: UUID, limit: int
    ) -> Portion[Refund]:
        """Return proposed refunds of what an agency keeps, oldest first."""
        rows = await self._unit.fetch(
            REFUNDS_WAITING, reaches=reach_rows(reaches), copies=copies, after=after, limit=limit + 1
        )
        return self._rows.portion("refunds", rows, _REFUNDED, limit)
