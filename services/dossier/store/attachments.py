"""Files' records: who brought them, to which dossier they went."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.files import Scan
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.ports import Attachment
from services.dossier.use_cases.row_seals import BOUND, SCAN, seal, seal_file

FILE_JSON = (
    "json_build_object('id', f.id, 'uploader', f.uploader, 'component_code', f.component_code,"
    " 'file_name', f.file_name, 'media_type', f.media_type, 'size', f.size,"
    " 'sha256', encode(f.sha256, 'hex'), 'created_at', f.created_at, 'dossier_id', f.dossier_id,"
    " 'purpose', f.purpose, 'scan', f.scan, 'signatures', f.signatures, 'replaces', f.replaces,"
    " 'replaced_by', f.replaced_by, 'taken', f.taken)"
)
"""A file's record inside another query, the table being `f`; `attachment_of` reads it."""
FREE = (
    "f.dossier_id IS NULL AND f.uploader = ANY(:uploaders::text[]) AND f.scan <> 'INFECTED'"
    " AND f.replaced_by IS NULL"
)
"""That a file `f` may be handed in by one person's accounts: free, the newest, not known to be infected."""

_COLUMNS = (
    "id, uploader, component_code, file_name, media_type, size, encode(sha256, 'hex') AS sha256, created_at,"
    " dossier_id, purpose, scan, signatures, replaces, replaced_by, taken"
)
_ADD = """
    INSERT INTO attachments
        (id, uploader, component_code, file_name, media_type, size, sha256, created_at, dossier_id, purpose,
         scan, scan_next_at, signatures, replaces, taken, seal, bound_seal, scan_seal)
    SELECT id, uploader, component_code, file_name, media_type, size, decode(sha256, 'hex'), created_at,
           dossier_id, purpose, scan, CASE scan WHEN 'WAITING' THEN created_at END, signatures, replaces,
           taken, seal, bound_seal, scan_seal
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, uploader text, component_code text,
        file_name text, media_type text, size bigint, sha256 text, created_at timestamptz, dossier_id uuid,
        purpose text, scan text, signatures json, replaces uuid, taken json, seal text, bound_seal text,
        scan_seal text)
"""
_BIND = """
    UPDATE attachments SET dossier_id = :dossier_id, purpose = :purpose, bound_seal = given.bound_seal
    FROM unnest(:ids::uuid[], :bound_seals::text[]) AS given(file_id, bound_seal)
    WHERE id = given.file_id AND dossier_id IS NULL AND uploader = ANY(:uploaders::text[])
      AND scan <> 'INFECTED' AND replaced_by IS NULL
"""
_UNBOUND = Statement(f"SELECT {_COLUMNS} FROM attachments f WHERE id = ANY(:ids::uuid[]) AND {FREE}")
_OF_DOSSIER = Statement(f"SELECT {_COLUMNS} FROM attachments WHERE dossier_id = :dossier_id ORDER BY id")
_ONE = Statement(f"SELECT {_COLUMNS} FROM attachments WHERE id = :id")
# Back to the first and forward to the last: a chain, because a version is replaced once.
_VERSIONS = Statement(
    f"""
    WITH RECURSIVE older AS (
        SELECT a.* FROM attachments a WHERE a.id = :id
        UNION ALL SELECT a.* FROM attachments a JOIN older o ON a.id = o.replaces
    ), newer AS (
        SELECT a.* FROM attachments a WHERE a.replaces = :id
        UNION ALL SELECT a.* FROM attachments a JOIN newer n ON a.replaces = n.id
    )
    SELECT {_COLUMNS} FROM (SELECT * FROM older UNION ALL SELECT * FROM newer) AS chain ORDER BY id
    """
)
_REPLACED = Statement(
    "UPDATE attachments SET replaced_by = :replaced_by WHERE id = :id AND replaced_by IS NULL"
    " AND dossier_id IS NOT DISTINCT FROM :dossier_id::uuid"
)
_QUARANTINED = Statement(
    f"SELECT {_COLUMNS} FROM attachments WHERE scan = 'WAITING' AND scan_next_at <= :now"
    " ORDER BY scan_next_at LIMIT :limit"
)
_SETTLED = Statement(
    "UPDATE attachments SET scan = :scan, scanned_at = :at, threat = :threat, scan_next_at = NULL,"
    " scan_seal = :seal WHERE id = :id AND scan = 'WAITING'",
    rows=None,
)
_PUT_OFF = Statement(
    "UPDATE attachments SET scan_attempts = scan_attempts + 1,"
    " scan_next_at = :at::timestamptz + interval '15 seconds' * power(2, least(scan_attempts, 6))"
    " WHERE id = :id AND scan = 'WAITING'",
    rows=None,
)
_TWICE = ("pk_attachments",)
"""An id is new, or that of the version a signing was prepared for: somebody finished it a moment before."""


@lru_cache(maxsize=512)
def _touching(sql: str, rows: int, races: tuple[str, ...] = ()) -> Statement:
    """Return a statement that must touch so many rows."""
    return Statement(sql, rows=rows, races=races)


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
        dossier_id=_id(row["dossier_id"]),
        purpose=row["purpose"],
        scan=Scan(row["scan"]),
        signatures=tuple(row["signatures"] or ()),
        replaces=_id(row["replaces"]),
        replaced_by=_id(row["replaced_by"]),
        taken=row["taken"],
    )


def _id(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None


class PostgresAttachments:
    """Records in PostgreSQL; the contents lie in the file store."""

    def __init__(self, unit: UnitOfWork, keys: HistoryKeys) -> None:
        self._unit = unit
        self._keys = keys

    def add(self, attachments: Sequence[Attachment]) -> None:
        """Keep files' records."""
        if attachments:
            rows = [self._row_of(item) for item in attachments]
            self._unit.write(_touching(_ADD, len(rows), _TWICE), rows=rows)

    def _row_of(self, item: Attachment) -> dict[str, Any]:
        row = asdict(item)
        seals = {
            "seal": seal_file(row, self._keys),
            "bound_seal": seal("bound", BOUND, row, self._keys) if item.dossier_id else "",
            "scan_seal": seal("scan", SCAN, {**row, "scanned_at": None, "threat": ""}, self._keys),
        }
        return {**row, **seals, "sha256": item.sha256.hex(), "scan": item.scan.value}

    def bind(
        self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploaders: Collection[str], purpose: str
    ) -> None:
        """Give free files of one person's accounts to a dossier; the commit is stale when one is taken."""
        wanted = list(dict.fromkeys(attachment_ids))
        bound = [{"id": one, "dossier_id": dossier_id, "purpose": purpose} for one in wanted]
        self._unit.write(
            _touching(_BIND, len(wanted)),
            ids=wanted,
            bound_seals=[seal("bound", BOUND, one, self._keys) for one in bound],
            dossier_id=dossier_id,
            uploaders=list(uploaders),
            purpose=purpose,
        )

    async def unbound(
        self, attachment_ids: Sequence[UUID], uploaders: Collection[str]
    ) -> dict[UUID, Attachment]:
        """Return those of the files that are free and of these accounts of one person."""
        rows = await self._unit.fetch(_UNBOUND, ids=list(attachment_ids), uploaders=list(uploaders))
        return {row["id"]: attachment_of(row) for row in rows}

    async def of_dossier(self, dossier_id: UUID) -> list[Attachment]:
        """Return every file of a dossier, in the order they came."""
        return [attachment_of(row) for row in await self._unit.fetch(_OF_DOSSIER, dossier_id=dossier_id)]

    async def find(self, attachment_id: UUID) -> Attachment | None:
        """Return one file's record."""
        row = await self._unit.fetch_one(_ONE, id=attachment_id)
        return attachment_of(row) if row else None

    async def versions(self, attachment_id: UUID) -> list[Attachment]:
        """Return all versions of a file, the oldest first; empty when there is no such file."""
        return [attachment_of(row) for row in await self._unit.fetch(_VERSIONS, id=attachment_id)]

    def replace(self, old: Attachment, new: Attachment) -> None:
        """Keep a file as the next version of another; `Stale` at the commit when one was faster."""
        self.add([new])
        self._unit.write(_REPLACED, id=old.id, replaced_by=new.id, dossier_id=old.dossier_id)

    async def quarantined(self, now: datetime, limit: int) -> list[Attachment]:
        """Return files to look at again now."""
        return [attachment_of(row) for row in await self._unit.fetch(_QUARANTINED, now=now, limit=limit)]

    def settle_scan(self, attachment: Attachment, *, is_clean: bool, threat: str, at: datetime) -> None:
        """Let a quarantined file out, or keep it from everybody for ever."""
        scan = Scan.CLEAN if is_clean else Scan.INFECTED
        said = {"id": attachment.id, "sha256": attachment.sha256, "scan": scan, "scanned_at": at}
        told = seal("scan", SCAN, {**said, "threat": threat}, self._keys)
        self._unit.write(_SETTLED, id=attachment.id, scan=scan.value, threat=threat, at=at, seal=told)

    def put_off_scan(self, attachment_id: UUID, at: datetime) -> None:
        """Try again later: after 15 seconds, doubled up to 16 minutes."""
        self._unit.write(_PUT_OFF, id=attachment_id, at=at)
