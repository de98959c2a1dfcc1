"""Commands that count due moments again, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Reach
from services.dossier.store.reaches import reach_rows
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.ports.due_commands import DueCommand, DueMove
from services.dossier.use_cases.sealed_rows import RowSeals

_NAMES = tuple(DueCommand.__dataclass_fields__)
_ADD = Statement(
    f"INSERT INTO due_commands ({', '.join(_NAMES)}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)}, :seals)"
)
_SAVE = Statement(
    "UPDATE due_commands SET version = :version, state = :state, reached = :reached,"
    " approved_by = :approved_by, approved_by_name = :approved_by_name, approved_at = :approved_at,"
    f" done_at = :done_at, {SEALED_ON} WHERE id = :id AND version = :version - 1"
)
_FIND = Statement(f"SELECT {', '.join(_NAMES)}, seals FROM due_commands WHERE id = :id")
_OPEN = Statement(f"SELECT {', '.join(_NAMES)}, seals FROM due_commands WHERE state = :state ORDER BY id")
_RUNNING = Statement(
    """
    SELECT d.id FROM dossiers d LEFT JOIN agencies a ON a.code = d.competent_agency
    WHERE (d.state IN ('SUBMITTED', 'INTAKE_SUPPLEMENT', 'ACCEPTED', 'PROCESSING', 'SUPPLEMENT_REQUESTED',
            'AWAITING_FINANCIAL', 'SUSPENDED', 'WITHDRAWAL_REQUESTED')
        OR d.state IN ('RETURNED', 'ARCHIVED') AND d.task_role IS NOT NULL) AND d.id > :after::uuid
      AND coalesce(nullif(d.work #>> '{pins,calendar}', ''), a.calendar) = :calendar
      AND (:reaches::jsonb IS NULL OR EXISTS (
        SELECT 1 FROM jsonb_to_recordset(:reaches) AS kept(agency text, chosen text[], others text[])
        WHERE kept.agency IN (d.competent_agency, d.receiving_agency)
          AND (kept.chosen IS NULL OR d.procedure_code = ANY(kept.chosen))
          AND NOT d.procedure_code = ANY(kept.others)))
    ORDER BY d.id LIMIT :limit
    """
)
_ADD_MOVES = Statement(
    """
    INSERT INTO due_moves (command_id, dossier_id, dossier_code, previous_due_at, due_at, outcome,
        seals)
    SELECT :command_id::uuid, dossier_id, dossier_code, previous_due_at, due_at, outcome, seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, dossier_code text,
        previous_due_at timestamptz, due_at timestamptz, outcome text, seals jsonb)
    """,
    rows=None,
)
_MOVES = Statement(
    "SELECT command_id, dossier_id, dossier_code, previous_due_at, due_at, outcome, applied_at, seals"
    " FROM due_moves"
    " WHERE command_id = :command_id AND (:outcome::text = '' OR outcome = :outcome)"
    " AND dossier_id > :after::uuid ORDER BY dossier_id LIMIT :limit"
)
_COUNTS = Statement(
    "SELECT outcome, count(*) AS number FROM due_moves WHERE command_id = :command_id GROUP BY outcome"
)
_SETTLE = Statement(
    f"UPDATE due_moves SET outcome = :outcome, applied_at = :at, {SEALED_ON}"
    " WHERE command_id = :command_id AND dossier_id = :dossier_id AND outcome = 'WAITING'"
)


class PostgresDueCommands:
    """All commands."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals) -> None:
        self._unit = unit
        self._rows = rows

    def add(self, command: DueCommand) -> None:
        """Keep a new command."""
        kept = asdict(command)
        self._unit.write(_ADD, **kept, seals=self._rows.made("due_commands", kept))

    def save(self, command: DueCommand) -> None:
        """Keep a changed one; the commit is stale when somebody was faster."""
        kept = asdict(command)
        fixed = ("calendar", "agency", "reason", "legal_basis", "asked_by", "asked_by_name", "asked_at")
        changed = {name: value for name, value in kept.items() if name not in fixed}
        self._unit.write(_SAVE, **changed, seals=self._rows.made("due_commands", changed, "course"))

    async def find(self, command_id: UUID) -> DueCommand | None:
        """Return a command; one written by hand is none."""
        row = await self._unit.fetch_one(_FIND, id=command_id)
        return _command(row) if row is not None and self._is_sound("due_commands", row) else None

    async def in_state(self, state: str) -> list[DueCommand]:
        """Return the commands of a state, oldest first; what nobody asked for here or approved is left."""
        rows = await self._unit.fetch(_OPEN, state=state)
        return [_command(row) for row in rows if self._is_sound("due_commands", row)]

    def _is_sound(self, table: str, row: Any) -> bool:
        self._rows.see(table, row)
        return shown(table, row, self._rows)

    async def running(
        self, calendar: str, reaches: Sequence[Reach] | None, after: UUID, limit: int
    ) -> list[UUID]:
        """Return dossiers in which something waits that a calendar counts for, by their ids; None: all."""
        kept = None if reaches is None else reach_rows(reaches)
        rows = await self._unit.fetch(_RUNNING, calendar=calendar, reaches=kept, after=after, limit=limit)
        return [UUID(int=row["id"].int) for row in rows]

    def add_moves(self, command_id: UUID, moves: Sequence[DueMove]) -> None:
        """Keep what would move."""
        rows = [
            {
                "dossier_id": str(move.dossier_id),
                "dossier_code": move.dossier_code,
                "previous_due_at": move.previous_due_at.isoformat(),
                "due_at": move.due_at.isoformat(),
                "outcome": move.outcome,
                "seals": self._rows.made(
                    "due_moves", {**asdict(move), "applied_at": None, "command_id": command_id}
                ),
            }
            for move in moves
        ]
        self._unit.write(_ADD_MOVES, command_id=command_id, rows=rows)

    async def moves(self, command_id: UUID, outcome: str, after: UUID, limit: int) -> list[DueMove]:
        """Return moves (all, or of an outcome), in order of the dossiers' ids."""
        rows = await self._unit.fetch(
            _MOVES, command_id=command_id, outcome=outcome, after=after, limit=limit
        )
        names = DueMove.__dataclass_fields__
        return [
            DueMove(**{name: row[name] for name in names} | {"dossier_id": UUID(int=row["dossier_id"].int)})
            for row in rows
            if self._is_sound("due_moves", row)
        ]

    async def counts(self, command_id: UUID) -> dict[str, int]:
        """Return how many moves there are of each outcome."""
        rows = await self._unit.fetch(_COUNTS, command_id=command_id)
        return {row["outcome"]: row["number"] for row in rows}

    def settle(self, command_id: UUID, dossier_id: UUID, outcome: str, at: datetime) -> None:
        """Keep what became of a move; the commit is stale when it was settled before."""
        key = {"command_id": command_id, "dossier_id": dossier_id}
        told = {**key, "outcome": outcome, "applied_at": at}
        seals = self._rows.made("due_moves", told, "outcome")
        self._unit.write(_SETTLE, **key, outcome=outcome, at=at, seals=seals)


def _command(row: Any) -> DueCommand:
    known = {name: row[name] for name in _NAMES}
    return DueCommand(**{**known, "id": UUID(int=known["id"].int), "reached": UUID(int=known["reached"].int)})
