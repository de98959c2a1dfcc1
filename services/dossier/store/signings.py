"""Files that wait for a signature made elsewhere."""

import base64
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.signing.session import Signing

_COLUMNS = (
    "id, attachment_id, new_attachment_id, subject, kind, chain, attributes, prepared_sha256, place,"
    " created_at, expires_at"
)
_ADD = Statement(
    f"INSERT INTO signings ({_COLUMNS}) VALUES (:id, :attachment_id, :new_attachment_id, :subject, :kind,"
    " :chain, :attributes, :prepared_sha256, :place, :created_at, :expires_at)"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM signings WHERE id = :id AND NOT is_done")
_DONE = Statement("UPDATE signings SET is_done = true, expires_at = :now WHERE id = :id AND NOT is_done")
_EXPIRED = Statement("SELECT id FROM signings WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit")
_FORGET = Statement("DELETE FROM signings WHERE id = :id", rows=None)


class PostgresSignings:
    """Signings of this service's database."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, signing: Signing) -> None:
        """Keep a prepared file's record."""
        values = {name: getattr(signing, name) for name in Signing.__dataclass_fields__}
        chain = [base64.b64encode(one).decode() for one in signing.chain]
        self._unit.write(_ADD, **{**values, "chain": chain})

    async def find(self, signing_id: UUID) -> Signing | None:
        """Return one that is not finished."""
        row = await self._unit.fetch_one(_FIND, id=signing_id)
        if row is None:
            return None
        chain = tuple(base64.b64decode(one) for one in row["chain"])
        raw = {name: bytes(row[name]) for name in ("attributes", "prepared_sha256")}
        return Signing(**{**dict(row), **raw, "chain": chain})

    def finish(self, signing_id: UUID, now: datetime) -> None:
        """Mark one as finished; `Stale` at the commit when it was finished meanwhile."""
        self._unit.write(_DONE, id=signing_id, now=now)

    async def expired(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Return those that are finished or too old."""
        return [row["id"] for row in await self._unit.fetch(_EXPIRED, now=now, limit=limit)]

    def forget(self, signing_id: UUID) -> None:
        """Forget one whose parts are gone."""
        self._unit.write(_FORGET, id=signing_id)
