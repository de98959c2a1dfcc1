"""What public verification reads: a paper or a file, its dossier's code, and what came after it."""

from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.papers import SEALED_PAPER, is_paper_shown
from services.dossier.use_cases.files.ports import PaperProof
from services.dossier.use_cases.sealed_rows import RowSeals

_PAPER = Statement(
    f"""
    SELECT {SEALED_PAPER}, coalesce(d.dossier_code, s.reference, '') AS dossier_code,
        coalesce(d.agencies, json_build_object('receiving', s.lead_agency)) AS agencies,
        p.superseded_by IS NOT NULL AS has_later,
        false AS is_recalled
    FROM papers p LEFT JOIN dossiers d ON d.id = p.dossier_id
    LEFT JOIN interlinked_parents s ON s.id = p.dossier_id WHERE p.id = :id
    """
)
_FILE = Statement(
    """
    SELECT CASE WHEN c.id IS NULL THEN f.purpose ELSE 'CERTIFIED_COPY' END AS kind,
        coalesce(lpad(c.number::text, greatest(4, length(c.number::text)), '0') || '/' || c.year, '')
            AS number, coalesce(d.dossier_code, '') AS dossier_code,
        f.created_at AS issued_at, '' AS issued_by, f.sha256,
        coalesce(d.agencies, json_build_object('competent', json_build_object('name', e.agency_name)))
            AS agencies,
        f.replaced_by IS NOT NULL OR EXISTS (
            SELECT FROM result_register r WHERE r.dossier_id = f.dossier_id AND r.state = 'SUPERSEDED'
                AND f.id = ANY(r.attachment_ids)) AS has_later,
        -- A result's file that the dossier's present result does not name was taken back.
        f.purpose = 'RESULT'
            AND NOT coalesce((d.work::jsonb #> '{result,attachment_ids}') ? f.id::text, false) AS is_recalled,
        f.signatures
    FROM attachments f LEFT JOIN dossiers d ON d.id = f.dossier_id
    LEFT JOIN electronic_copies e ON e.file_id = f.id LEFT JOIN certified_copies c ON c.id = e.copy_id
    WHERE f.id = :id AND (f.purpose = 'RESULT' OR f.signatures::text <> '[]')
    """
)


class PostgresProofs:
    """Reads of this service's database."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals) -> None:
        self._unit = unit
        self._rows = rows

    async def paper(self, paper_id: UUID) -> PaperProof | None:
        """Return an issued paper; nothing is vouched for that was changed by hand."""
        row = await self._unit.fetch_one(_PAPER, id=paper_id)
        return _proof(row) if row is not None and is_paper_shown(row, self._rows) else None

    async def file(self, attachment_id: UUID) -> PaperProof | None:
        """Return a file of a result, or one that carries signatures."""
        return _proof(await self._unit.fetch_one(_FILE, id=attachment_id))


def _proof(row: Any) -> PaperProof | None:
    if row is None:
        return None
    agencies, is_paper = row["agencies"] or {}, "signatures" not in row
    agency = agencies.get("receiving" if is_paper else "competent") or {}
    signers = [] if is_paper else [str(one.get("signer", "")) for one in row["signatures"]]
    return PaperProof(
        kind=row["kind"],
        number=row["number"],
        dossier_code=row["dossier_code"],
        issued_at=row["issued_at"],
        issued_by=row["issued_by"] or ", ".join(filter(None, signers)),
        agency=str(agency.get("name") or ""),
        sha256=bytes(row["sha256"]) if row["sha256"] else None,
        has_later=row["has_later"],
        is_recalled=row["is_recalled"],
        legal_set=row["legal_set"] if is_paper else "",
        signatures=() if is_paper else row["signatures"],
    )
