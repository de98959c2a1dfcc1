"""The register of results in PostgreSQL; the holder's name is sealed, the identity number a blind index."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.results.register import Registered, ResultState
from services.dossier.use_cases.ports import Seals

_COLUMNS = (
    "id, dossier_id, dossier_code, procedure_code, type, name, number, holder_sealed, holder_index,"
    " holder_subject, agency, agency_name, signed_by, issued_at, valid_from, valid_to, attachment_ids, state,"
    " ended_at, reason, legal_basis, version"
)
_ADD = Statement(
    "INSERT INTO result_register (id, dossier_id, dossier_code, procedure_code, type, name, number,"
    " holder_sealed, holder_index, holder_subject, agency, agency_name, signed_by, issued_at, valid_from,"
    " valid_to, attachment_ids, state, reason, legal_basis, ended_by, version)"
    " VALUES (:id, :dossier_id, :dossier_code, :procedure_code, :type, :name, :number, :holder_sealed,"
    " :holder_index, :holder_subject, :agency, :agency_name, :signed_by, :issued_at, :valid_from, :valid_to,"
    " :attachment_ids, 'VALID', '', '', '', 1)"
)
_RECALL = Statement(
    "UPDATE result_register SET state = 'RECALLED', ended_at = :at, reason = :reason, version = version + 1"
    " WHERE dossier_id = :dossier_id AND state = 'VALID'",
    rows=None,
)
_REVOKE = Statement(
    "UPDATE result_register SET state = 'REVOKED', ended_at = :at, reason = :reason,"
    " legal_basis = :legal_basis, ended_by = :by, version = version + 1"
    " WHERE id = :id AND version = :version AND state = 'VALID'"
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM result_register WHERE id = :id")
_OF_HOLDER = Statement(
    f"SELECT {_COLUMNS} FROM result_register"
    " WHERE (holder_subject = nullif(:subject, '') OR holder_index = :index::bytea) AND id < :before"
    " ORDER BY id DESC LIMIT :limit::int"
)
_NUMBERED = Statement(
    f"SELECT {_COLUMNS} FROM result_register WHERE number = :number ORDER BY id DESC LIMIT :limit::int"
)
_NAMED = Statement(f"SELECT {_COLUMNS} FROM result_register WHERE id = ANY(:ids::uuid[])")
_USE = Statement(
    "INSERT INTO result_uses (dossier_id, component_code, result_id, result_version, at)"
    " VALUES (:dossier_id, :component_code, :result_id, :result_version, :at)"
)
_USED = Statement(
    f"SELECT u.component_code AS component_code, u.result_version AS result_version,"
    f" {', '.join('r.' + name.strip() for name in _COLUMNS.split(','))}"
    " FROM result_uses u JOIN result_register r ON r.id = u.result_id WHERE u.dossier_id = :dossier_id"
    " ORDER BY u.component_code"
)
_PURPOSE = "result"


class PostgresResults:
    """Entries are added and ended, never rewritten."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, entry: Registered) -> None:
        """Queue an entry."""
        plain = (
            *("id", "dossier_id", "dossier_code", "procedure_code", "type", "name", "number"),
            *("holder_index", "holder_subject", "agency", "agency_name", "signed_by", "issued_at"),
            *("valid_from", "valid_to"),
        )
        self._unit.write(
            _ADD,
            **{name: getattr(entry, name) for name in plain},
            attachment_ids=list(entry.attachment_ids),
            holder_sealed=self._seals.seal({"holder": entry.holder}, purpose=_PURPOSE),
        )

    def recall(self, dossier_id: UUID, *, reason: str, at: datetime) -> None:
        """Queue that the result of a dossier was taken back."""
        self._unit.write(_RECALL, dossier_id=dossier_id, reason=reason, at=at)

    def revoke(self, entry: Registered, *, reason: str, legal_basis: str, by: str, at: datetime) -> None:
        """Queue the end of an entry."""
        self._unit.write(
            _REVOKE, id=entry.id, version=entry.version, reason=reason, legal_basis=legal_basis, by=by, at=at
        )

    async def named(self, result_ids: Sequence[UUID]) -> Sequence[Registered]:
        """Return those of the entries that are there."""
        return [self._entry(row) for row in await self._unit.fetch(_NAMED, ids=list(result_ids))]

    def use(self, entry: Registered, dossier_id: UUID, component_code: str, at: datetime) -> None:
        """Queue that this version of an entry stands for a component of a dossier."""
        self._unit.write(
            _USE,
            dossier_id=dossier_id,
            component_code=component_code,
            result_id=entry.id,
            result_version=entry.version,
            at=at,
        )

    async def used_by(self, dossier_id: UUID) -> Sequence[tuple[str, int, Registered]]:
        """Return the entries a dossier uses, with component and version, as the entries are now."""
        found = []
        for row in await self._unit.fetch(_USED, dossier_id=dossier_id):
            values = dict(row)
            code, version = values.pop("component_code"), values.pop("result_version")
            found.append((code, version, self._entry(values)))
        return found

    async def find(self, result_id: UUID) -> Registered | None:
        """Return an entry."""
        row = await self._unit.fetch_one(_FIND, id=result_id)
        return None if row is None else self._entry(row)

    async def of_holder(
        self, subject: str, index: bytes | None, *, before: UUID, limit: int
    ) -> Sequence[Registered]:
        """Return somebody's entries, newest first."""
        rows = await self._unit.fetch(_OF_HOLDER, subject=subject, index=index, before=before, limit=limit)
        return [self._entry(row) for row in rows]

    async def numbered(self, number: str, limit: int) -> Sequence[Registered]:
        """Return entries of a number, newest first."""
        return [self._entry(row) for row in await self._unit.fetch(_NUMBERED, number=number, limit=limit)]

    def _entry(self, row: Any) -> Registered:
        found = dict(row)
        opened = self._seals.open(found.pop("holder_sealed"), purpose=_PURPOSE)
        return Registered(
            **{
                **found,
                "holder": opened["holder"] if isinstance(opened, dict) else "",
                "state": ResultState(found["state"]),
                "attachment_ids": tuple(found["attachment_ids"]),
            }
        )
