"""Entries made afterwards, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.late_entries import EntryState, LateEntry
from services.dossier.store.shown import SEALED_ON
from services.dossier.use_cases.sealed_rows import RowSeals

_NAMES = tuple(LateEntry.__dataclass_fields__)
_COLUMNS = ", ".join(_NAMES)
_ADD = Statement(
    f"INSERT INTO late_entries ({_COLUMNS}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)}, :seals)"
)
_FIND = Statement(
    f"SELECT {_COLUMNS}, seals FROM late_entries WHERE id = :id AND agency = ANY(:agencies::text[])"
)
_WAITING = Statement(
    f"SELECT {_COLUMNS} FROM late_entries WHERE agency = ANY(:agencies::text[]) AND state = 'WAITING'"
    " AND id > :after ORDER BY id LIMIT :limit"
)
_SAVE = Statement(
    "UPDATE late_entries SET version = :version, state = :state, decided_by = :decided_by,"
    " decided_at = :decided_at, note = :note, dossier_id = :dossier_id,"
    f" {SEALED_ON}"
    " WHERE id = :id AND version = :version - 1 AND state = 'WAITING'"
)


class PostgresLateEntries:
    """What waits for another person's word, and what came of it."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, entry: LateEntry) -> None:
        """Keep a new entry, waiting."""
        columns = {name: getattr(entry, name) for name in _NAMES} | {"state": entry.state.value}
        self._unit.write(_ADD, **columns, seals=self._seals.made("late_entries", columns))

    async def find(self, entry_id: UUID, agencies: Sequence[str]) -> LateEntry:
        """Return an entry of one of these agencies; raise `NotFound`."""
        row = await self._unit.fetch_one(_FIND, id=entry_id, agencies=list(agencies))
        if row is None:
            raise NotFound
        self._seals.see("late_entries", row)
        return _entry(row)

    async def waiting(self, agencies: Sequence[str], after: UUID, limit: int) -> list[LateEntry]:
        """Return what waits at these agencies past an entry, oldest first."""
        rows = await self._unit.fetch(_WAITING, agencies=list(agencies), after=after, limit=limit)
        return [_entry(row) for row in rows]

    def save(self, entry: LateEntry) -> None:
        """Keep a decided entry; `Stale` at the commit when somebody was faster."""
        names = ("id", "version", "decided_by", "decided_at", "note", "dossier_id")
        columns = {name: getattr(entry, name) for name in names} | {"state": entry.state.value}
        self._unit.write(_SAVE, **columns, seals=self._seals.made("late_entries", columns, "course"))


def _entry(row: Any) -> LateEntry:
    columns: dict[str, Any] = {name: row[name] for name in _NAMES}
    dossier = row["dossier_id"]
    return LateEntry(
        **{
            **columns,
            "id": UUID(int=row["id"].int),
            "dossier_id": UUID(int=dossier.int) if dossier else None,
            "state": EntryState(row["state"]),
        }
    )
