"""What is taken at counters, in PostgreSQL: receipts, cashiers' drawers, closings of days."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.payments.counter import CashClosing, MoneyReceipt
from services.dossier.store.payment_sql import (
    COPY_RECEIPTS_BEFORE,
    DRAWER,
    FORGET_PAYER,
    HAS_TAKEN,
    HOLD,
    NEXT_RECEIPT,
    OPEN_DRAWERS,
    RECEIPTS_OF_ASKINGS,
)
from services.dossier.store.sealed_records import AS_SEEN, SealedRecords, columns_of, insert, names_of, update
from services.dossier.use_cases.payments.ports import Drawer, OpenDrawer, Portion
from services.dossier.use_cases.sealed_rows import RowSeals

_RECEIPT_NAMES = [*names_of(MoneyReceipt), "look_at"]
_ADD_RECEIPT = insert("receipts", _RECEIPT_NAMES)
_SAVE_RECEIPT = update("receipts", _RECEIPT_NAMES, "id")
_RECEIPT = Statement("SELECT * FROM receipts WHERE id = :id")
_RECEIPTS_DUE = Statement(
    "SELECT id FROM receipts WHERE look_at <= :now AND id <> ALL(:past::uuid[])"
    " ORDER BY look_at, id LIMIT :limit"
)
_ADD_CLOSING = insert("cash_closings", names_of(CashClosing))
_SAVE_CLOSING = update("cash_closings", names_of(CashClosing), "id", AS_SEEN)
_CLOSING = Statement("SELECT * FROM cash_closings WHERE id = :id")
_CLOSINGS = Statement(
    "SELECT * FROM cash_closings WHERE agency = ANY(:agencies::text[]) AND id < :before"
    " ORDER BY id DESC LIMIT :limit"
)

_RECEIPTS = TypeAdapter(MoneyReceipt)
_CLOSED = TypeAdapter(CashClosing)


class PostgresTill:
    """Every counter."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._rows = SealedRecords(unit, seals)

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

    async def open_drawers(self, agencies: Sequence[str], today: date) -> list[OpenDrawer]:
        """Return days before today nobody has closed, the oldest first."""
        rows = await self._unit.fetch(OPEN_DRAWERS, agencies=list(agencies), today=today)
        return [OpenDrawer(**row) for row in rows]

    def add_receipt(self, receipt: MoneyReceipt) -> None:
        """Keep a receipt; its e-receipt is issued by a job after the commit."""
        self._rows.write(_ADD_RECEIPT, "receipts", receipt, look_at=receipt.issued_at)

    def save_receipt(self, receipt: MoneyReceipt, *, look_at: datetime | None) -> None:
        """Keep a changed receipt."""
        self._rows.write(_SAVE_RECEIPT, "receipts", receipt, "course", "why", look_at=look_at)

    async def receipt(self, receipt_id: UUID) -> MoneyReceipt | None:
        """Return a receipt."""
        row = await self._unit.fetch_one(_RECEIPT, id=receipt_id)
        return _RECEIPTS.validate_python(self._rows.seen("receipts", row)) if row else None

    async def receipts_due(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return receipts but for some the provider has to be told of."""
        rows = await self._unit.fetch(_RECEIPTS_DUE, now=now, limit=limit, past=list(past))
        return [UUID(int=row["id"].int) for row in rows]

    async def receipts_of_askings(self, askings: Sequence[UUID]) -> list[MoneyReceipt]:
        """Return the receipts of these askings that stand, one an asking at most."""
        return self._receipts(await self._unit.fetch(RECEIPTS_OF_ASKINGS, askings=list(askings)))

    async def receipts_of_copies_before(self, day: date, limit: int) -> list[MoneyReceipt]:
        """Return receipts of copies of days before this one that still name their payer."""
        rows = await self._unit.fetch(COPY_RECEIPTS_BEFORE, day=day, limit=limit)
        return self._rows.readable("receipts", rows, _RECEIPTS)

    def forget_payer(self, receipt: MoneyReceipt) -> None:
        """Empty who paid and why it ended."""
        emptied = columns_of(receipt) | {"payer_sealed": "", "ended_reason": ""}
        seals = self._rows.seals("receipts", emptied, "payer", "why")
        self._unit.write(FORGET_PAYER, id=receipt.id, seals=seals)

    def _receipts(self, rows: Sequence[Any]) -> list[MoneyReceipt]:
        return [_RECEIPTS.validate_python(self._rows.seen("receipts", row)) for row in rows]

    def add_closing(self, closing: CashClosing) -> None:
        """Close a day."""
        self._rows.write(_ADD_CLOSING, "cash_closings", closing)

    def save_closing(self, closing: CashClosing) -> None:
        """Keep an approved closing."""
        self._rows.write(_SAVE_CLOSING, "cash_closings", closing, "course")

    async def closing(self, closing_id: UUID) -> CashClosing | None:
        """Return a closing."""
        row = await self._unit.fetch_one(_CLOSING, id=closing_id)
        return _CLOSED.validate_python(self._rows.seen("cash_closings", row)) if row else None

    async def closings(self, agencies: Sequence[str], before: UUID, limit: int) -> Portion[CashClosing]:
        """Return agencies' closings, newest first."""
        rows = await self._unit.fetch(_CLOSINGS, agencies=list(agencies), before=before, limit=limit + 1)
        return self._rows.portion("cash_closings", rows, _CLOSED, limit)
