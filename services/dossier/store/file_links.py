"""Short-lived links to files, and whether they were used or taken back."""

from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.file_links import FileLink

_COLUMNS = "id, attachment_id, subject, kind, agency, created_at, expires_at, is_once, used_at, revoked_at"
_ADD = Statement(
    f"INSERT INTO file_links ({_COLUMNS}) VALUES (:id, :attachment_id, :subject, :kind, :agency,"
    " :created_at, :expires_at, :is_once, :used_at, :revoked_at)"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM file_links WHERE id = :id")
# At once and on its own: of two that open a link for one time together, one row lock decides.
_USE = Statement(
    "UPDATE file_links SET used_at = coalesce(used_at, :now) WHERE id = :id AND revoked_at IS NULL"
    " AND expires_at > :now AND (NOT is_once OR used_at IS NULL) RETURNING id"
)
_REVOKE = Statement(
    "UPDATE file_links SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", rows=None
)
_FORGET = Statement(
    "DELETE FROM file_links WHERE id IN (SELECT id FROM file_links WHERE expires_at < :ended_before"
    " LIMIT 5000)",
    rows=None,
)


class PostgresLinks:
    """Links of this service's database."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, link: FileLink) -> None:
        """Keep a link."""
        self._unit.write(_ADD, **{name: getattr(link, name) for name in FileLink.__dataclass_fields__})

    async def find(self, link_id: UUID) -> FileLink | None:
        """Return a link."""
        row = await self._unit.fetch_one(_FIND, id=link_id)
        return None if row is None else FileLink(**dict(row))

    async def use_up(self, link_id: UUID, now: datetime) -> bool:
        """Mark a link as used at once; False when it may not be opened (again)."""
        return await self._unit.fetch_one(_USE, id=link_id, now=now) is not None

    def revoke(self, link_id: UUID, now: datetime) -> None:
        """Make it open nothing any more."""
        self._unit.write(_REVOKE, id=link_id, now=now)

    def forget(self, ended_before: datetime) -> None:
        """Forget links that ended long ago."""
        self._unit.write(_FORGET, ended_before=ended_before)
