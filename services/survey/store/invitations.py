"""Invitations in PostgreSQL."""

from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.invitation import Invitation, Named

_EXISTS = Statement("SELECT 1 FROM invitations WHERE dossier_id = :dossier_id AND person = :person")
_BY_TOKEN = Statement("SELECT * FROM invitations WHERE token_hash = :token_hash")
_HOLD = Statement("SELECT * FROM invitations WHERE token_hash = :token_hash FOR UPDATE")
# A race with another replica touches no row: the commit is `Stale` and the message is read again.
_ADD = Statement(
    """
    INSERT INTO invitations (id, dossier_id, person, token_hash, questionnaire, questionnaire_version,
        agency_code, agency_name, procedure_code, procedure_name, issued_at, expires_at, is_answered, version)
    VALUES (:id, :dossier_id, :person, :token_hash, :questionnaire, :questionnaire_version,
        :agency_code, :agency_name, :procedure_code, :procedure_name, :issued_at, :expires_at, false, 1)
    ON CONFLICT ON CONSTRAINT uq_invitations_dossier_id_person DO NOTHING
    """
)
_CLOSE = Statement(
    "UPDATE invitations SET is_answered = true, version = version + 1"
    " WHERE id = :id AND version = :version AND NOT is_answered"
)
_FORGET = Statement("DELETE FROM invitations WHERE dossier_id = :dossier_id", rows=None)


class PostgresInvitations:
    """Invitations of this unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def exists(self, dossier_id: UUID, person: bytes) -> bool:
        """Tell whether this person was invited about this dossier."""
        return await self._unit.fetch_value(_EXISTS, dossier_id=dossier_id, person=person) is not None

    async def by_token(self, token_hash: bytes) -> Invitation | None:
        """Return the invitation of a token's hash."""
        row = await self._unit.fetch_one(_BY_TOKEN, token_hash=token_hash)
        return None if row is None else _invitation(row)

    async def hold(self, token_hash: bytes) -> Invitation | None:
        """Return the invitation of a token's hash, locked until the commit: a second answer waits here."""
        await self._unit.begin()
        row = await self._unit.fetch_one(_HOLD, token_hash=token_hash)
        return None if row is None else _invitation(row)

    def add(self, invitation: Invitation) -> None:
        """Keep a new invitation."""
        self._unit.write(
            _ADD,
            id=invitation.id,
            dossier_id=invitation.dossier_id,
            person=invitation.person,
            token_hash=invitation.token_hash,
            questionnaire=invitation.questionnaire,
            questionnaire_version=invitation.questionnaire_version,
            agency_code=invitation.agency.code,
            agency_name=invitation.agency.name,
            procedure_code=invitation.procedure.code,
            procedure_name=invitation.procedure.name,
            issued_at=invitation.issued_at,
            expires_at=invitation.expires_at,
        )

    def forget(self, dossier_id: UUID) -> None:
        """Forget who was invited about a dossier."""
        self._unit.write(_FORGET, dossier_id=dossier_id)

    def close(self, invitation: Invitation) -> None:
        """Mark it answered, if nobody has meanwhile."""
        self._unit.write(_CLOSE, id=invitation.id, version=invitation.version)


def _invitation(row: Any) -> Invitation:
    return Invitation(
        id=row["id"],
        dossier_id=row["dossier_id"],
        person=bytes(row["person"]),
        token_hash=bytes(row["token_hash"]),
        questionnaire=row["questionnaire"],
        questionnaire_version=row["questionnaire_version"],
        agency=Named(row["agency_code"], row["agency_name"]),
        procedure=Named(row["procedure_code"], row["procedure_name"]),
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        is_answered=row["is_answered"],
        version=row["version"],
    )
