"""Exports in PostgreSQL: who asked for what, how far it is, where its content lies."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.export import Export, ExportState, Format
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.period import Period
from services.dossier.domain.keepers import Reach
from services.dossier.store.figure_views import PostgresStatistics, dossiers_of, parameters_of
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.read_dossiers import NEWEST
from services.dossier.use_cases.sealed_rows import RowSeals

_COLUMNS = (
    "id, version, asked_by, agency, format, state, asked, as_of, asked_at, rows_done, rows_all, finished_at,"
    " sha256, size, failure"
)
_ASK = Statement(
    f"INSERT INTO exports ({_COLUMNS}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS.split(', '))}, :seals)"
)
_FIND = Statement(f"SELECT {_COLUMNS}, seals FROM exports WHERE id = :id")
_OF = Statement(
    f"SELECT {_COLUMNS}, seals FROM exports WHERE asked_by = :subject AND id < :before::uuid"
    " ORDER BY id DESC LIMIT :limit"
)
_WAITING_OF = Statement(
    "SELECT count(*) FROM exports WHERE asked_by = :subject AND state IN ('WAITING', 'WRITING')"
)
# One job at a time writes, so what is half written was left by a process that died: it is begun again.
_NEXT = Statement(
    f"SELECT {_COLUMNS}, seals FROM exports WHERE state IN ('WAITING', 'WRITING') ORDER BY id LIMIT 100"
)
_MOVE = Statement(
    "UPDATE exports SET version = version + 1, state = :state, rows_done = :rows_done, rows_all = :rows_all,"
    " finished_at = :finished_at, sha256 = :sha256, size = :size, failure = :failure,"
    f" {SEALED_ON} WHERE id = :id"
)
_BATCH = 2_000


class PostgresExports:
    """Files of figures, asked for and written by a job."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals) -> None:
        self._unit = unit
        self._rows = rows

    async def waiting_of(self, subject: str) -> int:
        """Return how many of somebody's exports are not finished."""
        return int(await self._unit.fetch_value(_WAITING_OF, subject=subject))

    def ask(self, export: Export) -> None:
        """Queue a new export."""
        names = _COLUMNS.split(", ")
        values = {name: getattr(export, name) for name in names}
        values |= {"format": export.format.value, "state": export.state.value}
        self._unit.write(_ASK, **values, seals=self._rows.made("exports", values))

    async def find(self, export_id: UUID) -> Export | None:
        """Return an export; one changed by hand is nobody's."""
        row = await self._unit.fetch_one(_FIND, id=export_id)
        return _export_of(row) if row is not None and self._is_sound(row) else None

    async def of(self, subject: str, before: UUID, limit: int) -> list[Export]:
        """Return somebody's exports, the newest first."""
        rows = await self._unit.fetch(_OF, subject=subject, before=before, limit=limit)
        return [_export_of(row) for row in rows if self._is_sound(row)]

    def _is_sound(self, row: Any) -> bool:
        self._rows.see("exports", row)
        return shown("exports", row, self._rows)

    async def next(self) -> Export | None:
        """Return the export to write now, the oldest first."""
        rows = await self._unit.fetch(_NEXT)
        return next((_export_of(row) for row in rows if self._is_sound(row)), None)

    def move(
        self,
        export_id: UUID,
        state: ExportState,
        *,
        rows_done: int,
        rows_all: int | None = None,
        finished_at: datetime | None = None,
        sha256: bytes | None = None,
        size: int | None = None,
        failure: str = "",
    ) -> None:
        """Queue how far an export is."""
        columns = {
            "id": export_id,
            "state": state.value,
            "rows_done": rows_done,
            "rows_all": rows_all,
            "finished_at": finished_at,
            "sha256": sha256,
            "size": size,
            "failure": failure,
        }
        self._unit.write(_MOVE, **columns, seals=self._rows.made("exports", columns, "written"))

    async def rows(self, export: Export) -> AsyncIterator[list[Any]]:
        """Yield the dossiers of an export a batch at a time, all of one moment."""
        period, selection, period_id = _asked(export)
        statement = dossiers_of(Number(export.asked["number"]), is_closed=period_id is not None)
        given = parameters_of([period], selection, period_id)
        async for batch in self._unit.stream(statement, batch=_BATCH, **given, before=NEWEST, limit=None):
            yield batch

    async def count(self, export: Export) -> int:
        """Return how many rows an export has, for its progress."""
        period, selection, period_id = _asked(export)
        statistics = PostgresStatistics(self._unit)
        rows = await statistics.table([period], (), selection, limit=1, period_id=period_id)
        return int(rows[0][export.asked["number"]]) if rows else 0


def _asked(export: Export) -> tuple[Period, Selection, UUID | None]:
    """Return what an export was asked for."""
    asked = export.asked
    first, last = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    only = {Cut(name): values for name, values in asked["only"].items()}
    kept = tuple(_reach(one) for one in asked.get("kept") or ())
    selection = Selection(asked["within"], only, kept, tuple(asked.get("known") or ()))
    return (
        Period(first, last, export.as_of),
        selection,
        UUID(asked["period_id"]) if asked["period_id"] else None,
    )


def _reach(kept: Any) -> Reach:
    """Return what was kept; what was asked for before procedures were told apart names the agency alone."""
    if isinstance(kept, str):
        return Reach(agency=kept)
    only = None if kept["only"] is None else tuple(kept["only"])
    return Reach(agency=kept["agency"], only=only, without=tuple(kept["without"]))


def _export_of(row: Any) -> Export:
    names = [name for name in _COLUMNS.split(", ") if name not in {"id", "format", "state"}]
    return Export(
        id=UUID(int=row["id"].int),
        format=Format(row["format"]),
        state=ExportState(row["state"]),
        **{name: row[name] for name in names},
    )
