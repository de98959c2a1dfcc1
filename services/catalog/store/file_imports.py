"""Files that were brought, with their content until they are taken in."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.sources.reading_files import Format
from services.catalog.store.files.opening import rows_kept, rows_of
from services.catalog.use_cases.importing.ports import FileImport, ImportState

_ADD = Statement("""
INSERT INTO imports (id, state, format, is_dry_run, sets_aside, asked_by, asked_at, ended_at, total, done,
    attempts, counts, dirt, report, problem, content, version)
VALUES (:id, :state, :form, :is_dry_run, :sets_aside, :by::jsonb, :asked_at, :ended_at, :total, :done,
    :attempts, :counts::jsonb, :dirt::jsonb, :report::jsonb, :problem::jsonb, :content, 1)
""")
_SAVE = Statement("""
UPDATE imports SET state = :state, ended_at = :ended_at, total = :total, done = :done, attempts = :attempts,
    counts = :counts::jsonb, dirt = :dirt::jsonb, report = :report::jsonb, problem = :problem::jsonb,
    content = CASE WHEN :ended_at::timestamptz IS NULL THEN content END, version = version + 1
WHERE id = :id AND version = :version
""")
_COLUMNS = """id, state, format, is_dry_run, sets_aside, asked_by, asked_at, ended_at, total, done, attempts,
    counts, dirt, problem, version"""
_HELD = Statement("SELECT code FROM procedures WHERE code = ANY(:codes::text[])")
_RECORDS = Statement("""
SELECT DISTINCT ON (code) code, raw FROM procedure_parts
WHERE code = ANY(:codes::text[]) AND agency = 'QG' AND part = 'NATIONAL' AND NOT is_superseded
ORDER BY code, number DESC
""")
_FIND = Statement(f"SELECT {_COLUMNS}, report FROM imports WHERE id = :id")
_UNFINISHED = Statement(f"""
SELECT {_COLUMNS}, '[]'::jsonb AS report, content FROM imports WHERE state IN ('WAITING', 'RUNNING')
ORDER BY asked_at, id LIMIT 1
""")


class PostgresFiles:
    """Opens files of every form known here."""

    rows = staticmethod(rows_of)
    rows_kept = staticmethod(rows_kept)


class PostgresFileImports:
    """A row for every file."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, found: FileImport, content: bytes | None) -> None:
        """Queue a file; with its content while it has still to be taken in."""
        by = {
            "subject": found.by.subject,
            "kind": found.by.kind.value,
            "name": found.by.name,
            "roles": sorted(found.by.roles),
            "agency": found.by.agency,
        }
        self._unit.write(
            _ADD,
            **_state(found),
            form=found.form.value,
            is_dry_run=found.is_dry_run,
            sets_aside=found.sets_aside,
            by=by,
            asked_at=found.asked_at,
            content=content,
        )

    def save(self, found: FileImport) -> None:
        """Queue how far it is; one that has ended gives up its content."""
        self._unit.write(_SAVE, **_state(found), version=found.version)

    async def held(self, codes: Sequence[str]) -> frozenset[str]:
        """Return those of the procedure codes that the catalogue has."""
        return frozenset(row["code"] for row in await self._unit.fetch(_HELD, codes=list(codes)))

    async def records(self, codes: Sequence[str]) -> Mapping[str, Mapping[str, Any] | None]:
        """Return national records as they were found."""
        return {row["code"]: row["raw"] for row in await self._unit.fetch(_RECORDS, codes=list(codes))}

    async def find(self, import_id: UUID) -> FileImport | None:
        """Return an import with its report."""
        row = await self._unit.fetch_one(_FIND, id=import_id)
        return _found(row) if row is not None else None

    async def unfinished(self) -> tuple[FileImport, bytes] | None:
        """Return the oldest file that waits or was left half way."""
        row = await self._unit.fetch_one(_UNFINISHED)
        return (_found(row), bytes(row["content"] or b"")) if row is not None else None


def _state(found: FileImport) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": found.state.value,
        "ended_at": found.ended_at,
        "total": found.total,
        "done": found.done,
        "attempts": found.attempts,
        "counts": dict(found.counts),
        "dirt": list(found.dirt),
        "report": list(found.report),
        "problem": found.problem,
    }


def _found(row: Any) -> FileImport:
    by = row["asked_by"]
    return FileImport(
        id=row["id"],
        form=Format(row["format"]),
        is_dry_run=row["is_dry_run"],
        sets_aside=row["sets_aside"],
        by=Caller(
            subject=by["subject"],
            kind=CallerKind(by["kind"]),
            name=by["name"],
            roles=frozenset(by["roles"]),
            agency=by["agency"],
        ),
        asked_at=row["asked_at"],
        state=ImportState(row["state"]),
        ended_at=row["ended_at"],
        total=row["total"],
        done=row["done"],
        attempts=row["attempts"],
        counts=row["counts"],
        dirt=row["dirt"],
        report=row["report"],
        problem=row["problem"],
        version=row["version"],
    )
