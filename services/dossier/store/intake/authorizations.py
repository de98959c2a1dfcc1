"""Authorisations in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.authorizations import Authorization
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.sealed_rows import RowSeals

_COLUMNS = (
    "id, version, owner_index, representative_index, parties_sealed, procedures, valid_from, valid_until,"
    " attachment_id, recorded_by, agency, recorded_at, revoked_at, revoked_by, revoke_reason"
)
_NAMES = [name.strip() for name in _COLUMNS.split(",")]
_ADD = Statement(
    f"INSERT INTO authorizations ({_COLUMNS}, uses, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)}, 0, :seals)"
)
_FIND = Statement(f"SELECT {_COLUMNS}, seals FROM authorizations WHERE id = :id")
_OF = Statement(
    f"""
    SELECT DISTINCT ON (id) * FROM (
        (SELECT {_COLUMNS}, seals FROM authorizations WHERE owner_index = :index
         ORDER BY id DESC LIMIT 100)
        UNION ALL
        (SELECT {_COLUMNS}, seals FROM authorizations WHERE representative_index = :index
         ORDER BY id DESC LIMIT 100)
    ) AS found ORDER BY id DESC LIMIT 100
    """
)
_SAVE = Statement(
    "UPDATE authorizations SET version = :version, revoked_at = :revoked_at, revoked_by = :revoked_by,"
    f" revoke_reason = :revoke_reason, {SEALED_ON}"
    " WHERE id = :id AND version = :version - 1"
)
_USE = Statement(
    "UPDATE authorizations SET uses = uses + 1, last_used_at = :at WHERE id = :id AND revoked_at IS NULL"
)


class PostgresAuthorizations:
    """Recorded authorisations; one changed by hand is nobody's, the log says so."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, authorization: Authorization) -> None:
        """Keep a new one."""
        columns: dict[str, Any] = {name: getattr(authorization, name) for name in _NAMES}
        columns["procedures"] = sorted(authorization.procedures)
        self._unit.write(_ADD, **columns, seals=self._seals.made("authorizations", columns))

    async def find(self, authorization_id: UUID) -> Authorization | None:
        """Return one."""
        row = await self._unit.fetch_one(_FIND, id=authorization_id)
        return _authorization(row) if row is not None and self._is_sound(row) else None

    async def of(self, index: bytes) -> list[Authorization]:
        """Return those a person gave or holds, newest first."""
        rows = await self._unit.fetch(_OF, index=index)
        return [_authorization(row) for row in rows if self._is_sound(row)]

    def _is_sound(self, row: Any) -> bool:
        self._seals.see("authorizations", row)
        return shown("authorizations", row, self._seals)

    def save(self, authorization: Authorization) -> None:
        """Keep a revoked one; `Stale` at the commit when somebody was faster."""
        names = ("id", "version", "revoked_at", "revoked_by", "revoke_reason")
        columns: dict[str, Any] = {name: getattr(authorization, name) for name in names}
        seals = self._seals.made("authorizations", columns, "ended")
        self._unit.write(_SAVE, **columns, seals=seals)

    def use(self, authorization_id: UUID, at: datetime) -> None:
        """Count a use; `Stale` at the commit when it was revoked meanwhile."""
        self._unit.write(_USE, id=authorization_id, at=at)


def _authorization(row: Any) -> Authorization:
    columns: dict[str, Any] = {name: row[name] for name in _NAMES}
    attachment = row["attachment_id"]
    return Authorization(
        **{
            **columns,
            "id": UUID(int=row["id"].int),
            "attachment_id": UUID(int=attachment.int) if attachment else None,
            "procedures": frozenset(row["procedures"]),
        }
    )
