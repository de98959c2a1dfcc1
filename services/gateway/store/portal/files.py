"""Addresses given to the portal, and the files behind them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.telling.view import FileRef
from services.gateway.store.portal.seals import PortalSeals
from services.gateway.use_cases.portal.telling.addresses import GivenAddress

_PUBLISH = Statement(
    "INSERT INTO portal_files (token, attachment_id, dossier_id, file_name, created_at, is_sealed, is_result)"
    " SELECT x.token, x.attachment_id, x.dossier_id, x.file_name, :now::timestamptz, true, x.is_result"
    " FROM jsonb_to_recordset(:files::jsonb)"
    " AS x(token text, attachment_id uuid, dossier_id uuid, file_name text, is_result boolean)"
    " ORDER BY x.token ON CONFLICT DO NOTHING",
    rows=None,
)
# Only what a recall took back, and only for a version after it: what people revoked by hand stays revoked.
_AGAIN = Statement(
    "UPDATE portal_files f SET revoked_at = NULL, recalled_version = NULL"
    " FROM jsonb_to_recordset(:files::jsonb) AS x(token text, again bigint)"
    " WHERE f.token = x.token AND f.is_result AND f.recalled_version < x.again",
    rows=None,
)
_TAKE_BACK = Statement(
    "UPDATE portal_files SET revoked_at = :now, recalled_version = :version"
    " WHERE attachment_id = ANY(:ids::uuid[]) AND is_result AND revoked_at IS NULL",
    rows=None,
)
_WERE_GIVEN = Statement("SELECT attachment_id FROM portal_files WHERE attachment_id = ANY(:ids::uuid[])")
_FILE = Statement(
    "SELECT attachment_id, file_name FROM portal_files WHERE token = :token AND revoked_at IS NULL"
)
_ATTACHMENT = Statement(
    "SELECT attachment_id, file_name FROM portal_files WHERE attachment_id = :id AND revoked_at IS NULL"
)
_GIVEN = Statement("SELECT EXISTS (SELECT 1 FROM portal_files WHERE dossier_id = :dossier_id)")
_REVOKE = Statement(
    "UPDATE portal_files SET revoked_at = coalesce(revoked_at, :now), recalled_version = NULL"
    " WHERE dossier_id = :dossier_id AND (revoked_at IS NULL OR recalled_version IS NOT NULL)",
    rows=None,
)

_RECALL = Statement(
    "UPDATE portal_files SET revoked_at = :now, recalled_version = :version"
    " WHERE dossier_id = :dossier_id AND is_result AND revoked_at IS NULL",
    rows=None,
)


class PostgresPortalFiles:
    """Addresses given to the portal."""

    def __init__(self, unit: UnitOfWork, seals: PortalSeals) -> None:
        self._unit = unit
        self._seals = seals

    def publish(self, given: Sequence[GivenAddress], now: datetime) -> None:
        """Keep tokens of files; two processes take them in one order, so neither waits for the other.

        One revoked by a recall is good again where a later version tells of its file as a result.
        """
        listed = [
            {
                "token": one.token,
                "attachment_id": one.file.attachment_id,
                "dossier_id": str(one.dossier_id),
                "file_name": self._name(one.file),
                "is_result": one.file.is_result,
            }
            for one in given
        ]
        self._unit.write(_PUBLISH, files=listed, now=now)
        again = [{"token": one.token, "again": one.again} for one in given if one.again is not None]
        if again:
            self._unit.write(_AGAIN, files=again)

    async def find(self, token: str) -> tuple[UUID, str] | None:
        """Return the attachment behind a token."""
        return self._file(await self._unit.fetch_one(_FILE, token=token))

    async def find_attachment(self, attachment_id: UUID) -> tuple[UUID, str] | None:
        """Return a file given out that is asked for by its own id."""
        return self._file(await self._unit.fetch_one(_ATTACHMENT, id=attachment_id))

    async def has_given_out(self, dossier_id: UUID) -> bool:
        """Tell whether the portal ever got an address of a file of this dossier."""
        found: bool = await self._unit.fetch_value(_GIVEN, dossier_id=dossier_id)
        return found

    def revoke(self, dossier_id: UUID, now: datetime) -> None:
        """Make no address of this dossier good any more."""
        self._unit.write(_REVOKE, dossier_id=dossier_id, now=now)

    def revoke_results(self, dossier_id: UUID, now: datetime, *, version: int) -> None:
        """Make no address of a result of this dossier good any more: this version recalled it."""
        self._unit.write(_RECALL, dossier_id=dossier_id, now=now, version=version)

    def take_back(self, attachment_ids: Sequence[str], now: datetime, *, version: int) -> None:
        """Make no address of these results good any more: this version recalled them."""
        self._unit.write(_TAKE_BACK, ids=list(attachment_ids), now=now, version=version)

    async def given(self, attachment_ids: Sequence[str]) -> set[str]:
        """Return those files the portal was ever given an address of."""
        rows = await self._unit.fetch(_WERE_GIVEN, ids=list(attachment_ids))
        return {str(row["attachment_id"]) for row in rows}

    def _name(self, file: FileRef) -> str:
        # People write names of people into names of files.
        return self._seals.seal_text(file.name, UUID(file.attachment_id))

    def _file(self, row: Any) -> tuple[UUID, str] | None:
        if row is None:
            return None
        return row["attachment_id"], self._seals.open_text(row["file_name"], row["attachment_id"])
