"""Evidence in PostgreSQL: rows are added and never change (a trigger refuses it)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.evidence import Evidence, EvidenceKind
from services.dossier.store.row_heads import RowHeads
from services.dossier.use_cases.sealed_rows import RowSeals

_ADD = Statement(
    """
    INSERT INTO evidence (id, dossier_id, kind, source, component_code, by, at, details, seals)
    SELECT id, dossier_id, kind, source, component_code, by, at, details, seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, dossier_id uuid, kind text, source text,
        component_code text, by text, at timestamptz, details json, seals jsonb)
    """,
    rows=None,
)
_OF = Statement(
    "SELECT id, dossier_id, kind, source, component_code, by, at, details FROM evidence"
    " WHERE dossier_id = :dossier_id ORDER BY id"
)


class PostgresEvidence:
    """Evidence of all dossiers."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals, heads: RowHeads) -> None:
        self._unit = unit
        self._seals = seals
        self._heads = heads

    def add(self, evidence: Sequence[Evidence]) -> None:
        """Keep what was seen, in the commit of what it was seen with."""
        if not evidence:
            return
        rows = [_row(item) for item in evidence]
        self._unit.write(_ADD, rows=[{**row, "seals": self._seals.made("evidence", row)} for row in rows])
        for item in evidence:
            self._heads.more(item.dossier_id, "evidence", 1)

    async def hold(self, dossier_id: UUID) -> None:
        """Let nobody else add evidence to a dossier that stays as it is until the unit ends."""
        await self._heads.hold(dossier_id)

    async def count_from_before(self, dossier_id: UUID) -> None:
        """Count what was kept in an earlier commit for a dossier that begins now."""
        if not self._heads.counts(dossier_id):
            self._heads.more(dossier_id, "evidence", len(await self.of(dossier_id)))

    async def of(self, dossier_id: UUID) -> list[Evidence]:
        """Return a dossier's evidence, oldest first."""
        return [evidence_of(row) for row in await self._unit.fetch(_OF, dossier_id=dossier_id)]


def _row(item: Evidence) -> dict[str, Any]:
    return {
        "id": item.id,
        "dossier_id": item.dossier_id,
        "kind": item.kind.value,
        "source": item.source,
        "component_code": item.component_code,
        "by": item.by,
        "at": item.at,
        "details": dict(item.details),
    }


def evidence_of(row: Any) -> Evidence:
    """Return the evidence of a row, its moment perhaps as text."""
    at = row["at"]
    return Evidence(
        id=UUID(str(row["id"])),
        dossier_id=UUID(str(row["dossier_id"])),
        kind=EvidenceKind(row["kind"]),
        source=row["source"],
        component_code=row["component_code"],
        by=row["by"],
        at=datetime.fromisoformat(at) if isinstance(at, str) else at,
        details=row["details"],
    )
