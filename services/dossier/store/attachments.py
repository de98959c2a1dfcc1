"""Files' records: who brought them, to which dossier they went."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.ports import Attachment

_ADD = """
    INSERT INTO attachments
        (id, uploader, component_code, file_name, media_type, size, sha256, created_at, dossier_id, purpose)
    SELECT id, uploader, component_code, file_name, media_type, size, decode(sha256, 'hex'), created_at,
           dossier_id, purpose
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, uploader text, component_code text,
        file_name text, media_type text, size bigint, sha256 text, created_at timestamptz, dossier_id uuid,
        purpose text)
"""
_BIND = """
    UPDATE attachments SET dossier_id = :dossier_id, purpose = :purpose
    WHERE id = ANY(:ids::uuid[]) AND dossier_id IS NULL AND uploader = :uploader
"""
_UNBOUND = Statement(
    "SELECT id, uploader, component_code, file_name, media_type, size, encode(sha256, 'hex') AS sha256,"
    " created_at, dossier_id, purpose FROM attachments"
    " WHERE id = ANY(:ids::uuid[]) AND dossier_id IS NULL AND uploader = :uploader"
)
_ONE = Statement(
    "SELECT id, uploader, component_code, file_name, media_type, size, encode(sha256, 'hex') AS sha256,"
    " created_at, dossier_id, purpose FROM attachments WHERE id = :id"
)


@lru_cache(maxsize=512)
def _touching(sql: str, rows: int) -> Statement:
    """Return a statement that must touch so many rows."""
    return Statement(sql, rows=rows)


def attachment_of(row: Any) -> Attachment:
    """Return the record of a row, its digest in hex and its moments perhaps as text."""
    created_at = row["created_at"]
    return Attachment(
        id=UUID(str(row["id"])),
        uploader=row["uploader"],
        component_code=row["component_code"],
        file_name=row["file_name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=bytes.fromhex(row["sha256"]),
        created_at=datetime.fromisoformat(created_at) if isinstance(created_at, str) else created_at,
        dossier_id=UUID(str(row["dossier_id"])) if row["dossier_id"] else None,
        purpose=row["purpose"],
    )


class PostgresAttachments:
    """Records in PostgreSQL; the contents lie in the file store."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, attachments: Sequence[Attachment]) -> None:
        """Keep files' records."""
        if attachments:
            rows = [{**asdict(item), "sha256": item.sha256.hex()} for item in attachments]
            self._unit.write(_touching(_ADD, len(rows)), rows=rows)

    def bind(self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploader: str, purpose: str) -> None:
        """Give free files of this uploader to a dossier; the commit fails as stale when one is taken."""
        wanted = list(dict.fromkeys(attachment_ids))
        self._unit.write(
            _touching(_BIND, len(wanted)),
            ids=wanted,
            dossier_id=dossier_id,
            uploader=uploader,
            purpose=purpose,
        )

    async def unbound(self, attachment_ids: Sequence[UUID], uploader: str) -> dict[UUID, Attachment]:
        """Return those of the files that are free and of this uploader."""
        rows = await self._unit.fetch(_UNBOUND, ids=list(attachment_ids), uploader=uploader)
        return {row["id"]: attachment_of(row) for row in rows}

    async def find(self, attachment_id: UUID) -> Attachment | None:
        """Return one file's record."""
        row = await self._unit.fetch_one(_ONE, id=attachment_id)
        return attachment_of(row) if row else None
