"""Scanned batches and who confirmed how they were split."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.scans import ScanBatch, ScannedPage

_PAGES = TypeAdapter(tuple[ScannedPage, ...])
_COLUMNS = (
    "id, version, attachment_id, officer, agency, pages, least_dpi, created_at, confirmed_at, confirmed_by"
)
_ADD = Statement(
    f"INSERT INTO scan_batches ({_COLUMNS}) VALUES (:id, :version, :attachment_id, :officer, :agency, :pages,"
    " :least_dpi, :created_at, :confirmed_at, :confirmed_by)"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM scan_batches WHERE id = :id")
_OF_SCAN = Statement(
    f"SELECT {_COLUMNS} FROM scan_batches WHERE attachment_id = :attachment_id"
    " ORDER BY confirmed_at NULLS LAST, id LIMIT 1"
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CONFIRM = Statement(
    "UPDATE scan_batches SET version = version + 1, confirmed_at = :at, confirmed_by = :name,"
    " decision = :decision WHERE id = :id AND version = :version AND confirmed_at IS NULL"
)


class PostgresScanBatches:
    """Batches of this service's database."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, batch: ScanBatch) -> None:
        """Keep a measured batch."""
        values = {name: getattr(batch, name) for name in ScanBatch.__dataclass_fields__}
        self._unit.write(_ADD, **{**values, "pages": [asdict(one) for one in batch.pages]})

    async def find(self, batch_id: UUID) -> ScanBatch | None:
        """Return a batch."""
        return _batch(await self._unit.fetch_one(_FIND, id=batch_id))

    async def of_scan(self, attachment_id: UUID) -> ScanBatch | None:
        """Return a scan's batch; of several from before the one that was split, else the first."""
        return _batch(await self._unit.fetch_one(_OF_SCAN, attachment_id=attachment_id))

    async def hold_scan(self, attachment_id: UUID) -> ScanBatch | None:
        """Return it likewise; nobody else makes a batch of the scan until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"scan:{attachment_id}")
        return await self.of_scan(attachment_id)

    def confirm(self, batch: ScanBatch, *, name: str, decision: dict[str, Any], at: datetime) -> None:
        """Keep who confirmed what; `Stale` at the commit when somebody was faster."""
        self._unit.write(_CONFIRM, id=batch.id, version=batch.version, name=name, decision=decision, at=at)


def _batch(row: Any) -> ScanBatch | None:
    if row is None:
        return None
    return ScanBatch(**{**dict(row), "pages": _PAGES.validate_python(row["pages"])})
