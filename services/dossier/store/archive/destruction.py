"""Lists of records to destroy in PostgreSQL, and the destruction of what lies beside the heart."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.destruction import DestructionList, Line, ListState, Outcome, Verdict
from services.dossier.domain.archive.holdings import DELETED, EMPTIED, SHORTENED, Emptied
from services.dossier.store.archive.rows import Rows, inserting, touching
from services.dossier.store.shown import SEALED_ON
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.sealed_rows import RowSeals
from services.dossier.use_cases.sealed_tables import SEALED
from services.dossier.use_cases.told_rows import TOLD

_LIST = ", ".join(DestructionList.__dataclass_fields__)
_LINE = ", ".join(Line.__dataclass_fields__)
_ADD = inserting("destruction_lists", DestructionList)
_ADD_LINES = """
    INSERT INTO destruction_lines (list_id, dossier_id, code, procedure_code, procedure_name, ended_on,
        retention, kept_through, verdict, reviewed_by, reviewed_by_name, reason, outcome, seals)
    SELECT :list_id::uuid, dossier_id, code, procedure_code, procedure_name, ended_on, retention,
        kept_through, 'PENDING', '', '', '', '', seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, code text, procedure_code text,
        procedure_name text, ended_on date, retention text, kept_through date, seals jsonb)
"""
_GIVEN = ("dossier_id", "code", "procedure_code", "procedure_name", "ended_on", "retention", "kept_through")
_SAVE = Statement(
    "UPDATE destruction_lists SET version = :version, state = :state, reviewers = :reviewers,"
    " approved_by = :approved_by, approved_by_name = :approved_by_name, approved_at = :approved_at,"
    " decision_number = :decision_number, decided_on = :decided_on, council = :council,"
    " document_id = :document_id, reason = :reason, protocol = :protocol, done_at = :done_at,"
    f" {SEALED_ON}"
    " WHERE id = :id AND version = :version - 1"
)
_REVIEWED = """
    UPDATE destruction_lines l SET verdict = given.verdict, reviewed_by = given.reviewed_by,
        reviewed_by_name = given.reviewed_by_name, reviewed_at = given.reviewed_at, reason = given.reason,
        seals = CASE WHEN l.seals = '{}' THEN l.seals ELSE l.seals || given.seals END
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, verdict text, reviewed_by text,
        reviewed_by_name text, reviewed_at timestamptz, reason text, seals jsonb)
    WHERE l.list_id = :list_id AND l.dossier_id = given.dossier_id
"""
_SAID = ("dossier_id", "verdict", "reviewed_by", "reviewed_by_name", "reviewed_at", "reason")
_OUTCOME = Statement(
    "UPDATE destruction_lines SET outcome = :outcome, done_at = :done_at, history_head = :history_head,"
    f" {SEALED_ON}"
    " WHERE list_id = :list_id AND dossier_id = :dossier_id AND outcome = ''"
)
_ONE = Statement(f"SELECT {_LIST}, seals FROM destruction_lists WHERE id = :id")
_LINES = Statement(
    f"SELECT {_LINE}, seals FROM destruction_lines WHERE list_id = :id ORDER BY code, dossier_id"
)
_LISTED = Statement(
    f"SELECT {_LIST} FROM destruction_lists WHERE agency = ANY(:agencies::text[]) AND id < :before"
    " ORDER BY id DESC LIMIT :limit::int"
)
_APPROVED = Statement("SELECT id FROM destruction_lists WHERE state = 'APPROVED' ORDER BY id")
_REMOVAL = Statement(
    """
    INSERT INTO archive_removals (sha256, list_id, dossier_id, asked_at)
    SELECT DISTINCT found.sha256, :list_id::uuid, :id::uuid, :now::timestamptz FROM (
        SELECT sha256 FROM attachments WHERE dossier_id = :id OR dossier_id IN (SELECT goes_with_last(:id))
        UNION ALL SELECT sha256 FROM papers WHERE dossier_id = :id
        UNION ALL SELECT sha256 FROM archive_packages WHERE dossier_id = :id) AS found
    WHERE found.sha256 IS NOT NULL ON CONFLICT DO NOTHING
    """,
    rows=None,
)
# The same content may be somebody else's file too: contents are kept once.
_TO_REMOVE = Statement(
    """
    WITH due AS MATERIALIZED (
        SELECT DISTINCT sha256 FROM archive_removals WHERE done_at IS NULL AND asked_at <= :asked_before
        LIMIT :limit::int)
    SELECT d.sha256, d.sha256 IN (
        SELECT sha256 FROM attachments
        UNION ALL SELECT sha256 FROM papers WHERE sha256 IS NOT NULL
        UNION ALL SELECT sha256 FROM exports WHERE sha256 IS NOT NULL
        UNION ALL SELECT p.sha256 FROM archive_packages p JOIN archive_records r
            ON r.dossier_id = p.dossier_id WHERE p.sha256 IS NOT NULL AND r.state <> 'DESTROYED') AS is_needed
    FROM due d
    """
)
_REMOVED = Statement(
    "UPDATE archive_removals SET done_at = :now WHERE sha256 = ANY(:contents::bytea[]) AND done_at IS NULL",
    rows=None,
)
_NOBODY = {"full_name": "", "name": "", "holder": ""}


class PostgresDestruction(Rows[DestructionList | Line]):
    """Lists, their lines and what they do."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals) -> None:
        super().__init__(unit)
        self._seals = seals
        self._rows = rows

    def add(self, found: DestructionList, lines: Sequence[Line]) -> None:
        """Queue a new list."""
        columns = _columns(self.values(found))
        self._unit.write(_ADD, **columns, seals=self._rows.made("destruction_lists", columns))
        rows = [
            {
                **{name: getattr(line, name) for name in _GIVEN},
                "seals": self._rows.made("destruction_lines", self.values(line)),
            }
            for line in lines
        ]
        self._unit.write(touching(_ADD_LINES, len(rows)), list_id=found.id, rows=rows)

    def save(self, found: DestructionList) -> None:
        """Queue a changed list."""
        columns = _columns(self.values(found, _SAVE))
        self._unit.write(_SAVE, **columns, seals=self._rows.made("destruction_lists", columns, "course"))

    def save_reviews(self, lines: Sequence[Line]) -> None:
        """Queue what reviewers said."""
        rows = [
            {
                **{name: getattr(line, name) for name in _SAID},
                "seals": self._rows.made("destruction_lines", self.values(line), "review"),
            }
            for line in lines
        ]
        self._unit.write(touching(_REVIEWED, len(rows)), list_id=lines[0].list_id, rows=rows)

    def save_outcome(self, line: Line) -> None:
        """Queue what became of a line; `Stale` for one that had its turn."""
        columns = self.values(line, _OUTCOME)
        seals = self._rows.made("destruction_lines", columns, "outcome")
        self._unit.write(_OUTCOME, **columns, seals=seals)

    async def load(self, list_id: UUID) -> tuple[DestructionList, Sequence[Line]]:
        """Return a list and its lines by code; raise `NotFound`."""
        row = await self._unit.fetch_one(_ONE, id=list_id)
        if row is None:
            raise NotFound
        lines = await self._unit.fetch(_LINES, id=list_id)
        self._rows.see("destruction_lists", row)
        for one in lines:
            self._rows.see("destruction_lines", one)
        return _list_of(row), [_line_of(one) for one in lines]

    async def listed(self, agencies: Sequence[str], *, before: UUID, limit: int) -> Sequence[DestructionList]:
        """Return agencies' lists, newest first."""
        rows = await self._unit.fetch(_LISTED, agencies=list(agencies), before=before, limit=limit)
        return [_list_of(row) for row in rows]

    async def approved(self) -> Sequence[UUID]:
        """Return lists to carry out, the oldest first."""
        return [UUID(int=row["id"].int) for row in await self._unit.fetch(_APPROVED)]

    async def destroy(self, dossier_id: UUID, list_id: UUID, now: datetime) -> None:
        """Queue the end of all that is of one dossier beside the heart, and the removal of its files."""
        self._unit.write(_REMOVAL, id=dossier_id, list_id=list_id, now=now)
        for table in DELETED.keys() & TOLD.keys():
            for row in await self._unit.fetch(_going(table, DELETED[table]), id=dossier_id):
                self._rows.gone(table, UUID(int=row["id"].int))
        for table, condition in DELETED.items():
            self._unit.write(_deleting(table, condition), id=dossier_id)
        for table in SHORTENED:
            await self._shorten(table, dossier_id)
        for table, emptied in EMPTIED.items():
            sealed = {
                column: self._seals.seal(_NOBODY, purpose=purpose)
                for column, purpose in emptied.sealed.items()
            }
            if table in SEALED:
                row = {**emptied.plain, **sealed, "dossier_id": dossier_id}
                seals = self._rows.made_by_dossier(table, row, *emptied_groups(table, emptied))
                self._unit.write(_emptying(table), id=dossier_id, **sealed, seals=seals)
            else:
                self._unit.write(_emptying(table), id=dossier_id, **sealed)

    async def _shorten(self, table: str, dossier_id: UUID) -> None:
        column, _ = SHORTENED[table]
        for row in await self._unit.fetch(_of_several(table), id=dossier_id):
            self._rows.see(table, row)
            kept = [one for one in row[column] if one.get("dossier_id") != str(dossier_id)]
            seals = self._rows.made(table, {**dict(row), column: kept}, column)
            self._unit.write(_shortening(table), id=row["id"], kept=kept, seals=seals)

    async def to_remove(self, asked_before: datetime, limit: int) -> dict[bytes, bool]:
        """Return contents to remove, and whether something else still needs each."""
        rows = await self._unit.fetch(_TO_REMOVE, asked_before=asked_before, limit=limit)
        return {row["sha256"]: row["is_needed"] for row in rows}

    def removed(self, contents: Sequence[bytes], now: datetime) -> None:
        """Queue that contents were removed, or are needed and stay."""
        self._unit.write(_REMOVED, contents=list(contents), now=now)


@cache
def _going(table: str, condition: str) -> Statement:
    return Statement(f"SELECT id FROM {table} WHERE {condition}")


@cache
def _deleting(table: str, condition: str) -> Statement:
    return Statement(f"DELETE FROM {table} WHERE {condition}", rows=None)


@cache
def _of_several(table: str) -> Statement:
    return Statement(f"SELECT * FROM {table} WHERE {SHORTENED[table][1]} FOR UPDATE")


@cache
def _shortening(table: str) -> Statement:
    return Statement(f"UPDATE {table} SET {SHORTENED[table][0]} = :kept, {SEALED_ON} WHERE id = :id")


@cache
def _emptying(table: str) -> Statement:
    told: Emptied = EMPTIED[table]
    parts = [
        *(f"{name} = :{name}" for name in told.sealed),
        *(f"{name} = NULL" for name in told.nulled),
        *(f"{name} = ''" for name in told.blank),
        *(f"{name} = '{{}}'" for name in told.documents),
        *(f"{name} = '[]'" for name in told.lists),
        *([SEALED_ON] if table in SEALED else []),
    ]
    return Statement(f"UPDATE {table} SET {', '.join(parts)} WHERE {told.condition}", rows=None)


def emptied_groups(table: str, told: Emptied) -> list[str]:
    """Return the groups of a sealed table that a list empties: each wholly, for it is sealed anew."""
    columns = {*told.plain, *told.sealed}
    return [name for name, group in SEALED[table].groups.items() if columns & set(group)]


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _list_of(row: Any) -> DestructionList:
    found = {name: row[name] for name in DestructionList.__dataclass_fields__}
    lists = {name: tuple(found[name]) for name in ("reviewers", "council")}
    return DestructionList(
        **{**found, **lists, "id": UUID(int=found["id"].int), "state": ListState(found["state"])}
    )


def _line_of(row: Any) -> Line:
    found = {name: row[name] for name in Line.__dataclass_fields__}
    ids = {name: UUID(int=found[name].int) for name in ("list_id", "dossier_id")}
    told = {"verdict": Verdict(found["verdict"]), "outcome": Outcome(found["outcome"])}
    return Line(**{**found, **ids, **told})
