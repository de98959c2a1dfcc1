"""Company sheets that were tried, in PostgreSQL; what they hold of people is sealed."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.batches import Batch, BatchState, Sheet
from services.dossier.use_cases.ports import Seals

_SHEET = TypeAdapter(Sheet)
_SAME = (
    "id",
    "version",
    "agency",
    "procedure_code",
    "sha256",
    "warnings",
    "created_by",
    "created_at",
    "received_at",
)
_NAMES = (*_SAME, "sheet_sealed", "state")
_COLUMNS = ", ".join(_NAMES)
_ADD = Statement(
    f"INSERT INTO intake_batches ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)})"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM intake_batches WHERE id = :id AND agency = :agency")
_SAVE = Statement(
    "UPDATE intake_batches SET version = :version, state = :state, received_at = :received_at,"
    " sheet_sealed = '' WHERE id = :id AND version = :version - 1"
)


class PostgresBatches:
    """Sheets tried at counters."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, batch: Batch) -> None:
        """Keep a tried sheet, its rows sealed."""
        columns: dict[str, Any] = {name: getattr(batch, name) for name in _SAME}
        told = _SHEET.dump_python(batch.sheet, mode="json")
        sealed = self._seals.seal(told, purpose="sheet")
        self._unit.write(_ADD, **columns, sheet_sealed=sealed, state=batch.state.value)

    async def find(self, batch_id: UUID, agency: str) -> Batch:
        """Return a sheet tried at this agency; raise `NotFound`."""
        row = await self._unit.fetch_one(_FIND, id=batch_id, agency=agency)
        if row is None:
            raise NotFound
        sealed = row["sheet_sealed"]
        told = self._seals.open(sealed, purpose="sheet") if sealed else asdict(Sheet({}, ()))
        columns: dict[str, Any] = {name: row[name] for name in _SAME}
        return Batch(
            **{**columns, "id": UUID(int=row["id"].int)},
            sheet=_SHEET.validate_python(told),
            state=BatchState(row["state"]),
        )

    def save(self, batch: Batch) -> None:
        """Keep a sheet that was handed in; `Stale` at the commit when somebody was faster."""
        self._unit.write(
            _SAVE,
            id=batch.id,
            version=batch.version,
            state=batch.state.value,
            received_at=batch.received_at,
        )
