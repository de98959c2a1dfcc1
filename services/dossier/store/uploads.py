"""Uploads in parts: how far each has come, and which parts it is made of."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.uploads import BeingWritten, Upload, UploadState

_COLUMNS = (
    "id, uploader, file_name, component_code, procedure_code, length, received, state, attachment_id,"
    " created_at, expires_at"
)
_ADD = Statement(
    f"INSERT INTO uploads ({_COLUMNS}) VALUES (:id, :uploader, :file_name, :component_code,"
    " :procedure_code, :length, :received, :state, :attachment_id, :created_at, :expires_at)"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM uploads WHERE id = :id")
_HOLD = Statement(f"SELECT {_COLUMNS} FROM uploads WHERE id = :id FOR UPDATE NOWAIT")
_OPEN = Statement(
    "SELECT count(*) FROM uploads"
    " WHERE uploader = ANY(:uploaders::text[]) AND state = 'OPEN' AND expires_at > :now"
)
_PART = Statement(
    "INSERT INTO upload_parts (upload_id, start, size, sha256) VALUES (:upload_id, :start, :size, :sha256)"
)
_MOVED = Statement(
    "UPDATE uploads SET received = received + :size, expires_at = :expires_at"
    " WHERE id = :id AND received = :start AND state = 'OPEN'"
)
_PARTS = Statement("SELECT start, size, sha256 FROM upload_parts WHERE upload_id = :id ORDER BY start")
_FINISH = Statement(
    "UPDATE uploads SET state = 'DONE', attachment_id = :attachment_id, expires_at = :expires_at"
    " WHERE id = :id AND state = 'OPEN' AND received = length"
)
_END = Statement(
    "UPDATE uploads SET state = 'ENDED', expires_at = :forget_at"
    " WHERE id = ANY(:ids::uuid[]) AND state = 'OPEN'",
    rows=None,
)
_EXPIRED = Statement(
    f"SELECT {_COLUMNS} FROM uploads WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit"
)
_FORGET_PARTS = Statement("DELETE FROM upload_parts WHERE upload_id = :id", rows=None)
_FORGET = Statement("DELETE FROM uploads WHERE id = :id AND state <> 'OPEN'", rows=None)


class PostgresUploads:
    """Uploads of this service's database."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, upload: Upload) -> None:
        """Keep a new upload."""
        values = {name: getattr(upload, name) for name in Upload.__dataclass_fields__}
        self._unit.write(_ADD, **{**values, "state": upload.state.value})

    async def find(self, upload_id: UUID) -> Upload | None:
        """Return an upload."""
        return _upload(await self._unit.fetch_one(_FIND, id=upload_id))

    async def hold(self, upload_id: UUID) -> Upload | None:
        """Return it, nobody else's until the unit ends; raise `BeingWritten` when it is somebody's."""
        await self._unit.begin()
        try:
            return _upload(await self._unit.fetch_one(_HOLD, id=upload_id))
        except asyncpg.LockNotAvailableError as error:
            raise BeingWritten from error

    async def open_of(self, uploaders: Sequence[str], now: datetime) -> int:
        """Return how many unfinished uploads a caller has."""
        return int(await self._unit.fetch_value(_OPEN, uploaders=list(uploaders), now=now))

    def take_part(self, upload: Upload, *, size: int, sha256: bytes, expires_at: datetime) -> None:
        """Keep that the next part has come."""
        start = upload.received
        self._unit.write(_PART, upload_id=upload.id, start=start, size=size, sha256=sha256)
        self._unit.write(_MOVED, id=upload.id, start=start, size=size, expires_at=expires_at)

    async def parts(self, upload_id: UUID) -> Sequence[tuple[int, int, bytes]]:
        """Return start, size and digest of each part in order."""
        rows = await self._unit.fetch(_PARTS, id=upload_id)
        return [(row["start"], row["size"], bytes(row["sha256"])) for row in rows]

    def finish(self, upload: Upload, attachment_id: UUID, expires_at: datetime) -> None:
        """Keep what it became; `Stale` at the commit when it was finished or given up meanwhile."""
        self._unit.write(_FINISH, id=upload.id, attachment_id=attachment_id, expires_at=expires_at)

    def end(self, upload_ids: Sequence[UUID], forget_at: datetime) -> None:
        """Give uploads up."""
        self._unit.write(_END, ids=list(upload_ids), forget_at=forget_at)

    async def expired(self, now: datetime, limit: int) -> Sequence[Upload]:
        """Return uploads whose time is over, whatever they are."""
        rows = await self._unit.fetch(_EXPIRED, now=now, limit=limit)
        return [found for found in map(_upload, rows) if found is not None]

    def forget(self, upload_id: UUID) -> None:
        """Forget an upload whose parts are gone."""
        self._unit.write(_FORGET_PARTS, id=upload_id)
        self._unit.write(_FORGET, id=upload_id)


def _upload(row: asyncpg.Record | None) -> Upload | None:
    return None if row is None else Upload(**{**dict(row), "state": UploadState(row["state"])})
