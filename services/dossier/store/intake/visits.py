"""Visits in PostgreSQL, and who is known from an earlier one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.listed import ITEM, LAST_STOP

_ADD = Statement(
    "INSERT INTO visit_dossiers (visit_id, dossier_id, agency, officer, at)"
    " VALUES (:visit_id, :dossier_id, :agency, :officer, :at)"
)
_OF = Statement(
    f"SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE id IN (SELECT dossier_id FROM visit_dossiers"
    " WHERE visit_id = :visit_id AND agency = :agency) ORDER BY id LIMIT 100"
)
# Bounded: of who files thousands, the newest two hundred are looked through for this agency's own.
_LAST_KNOWN = Statement(
    """
    SELECT parties_sealed FROM (
        SELECT id, parties_sealed, helping_agency, receiving_agency, competent_agency FROM dossiers
        WHERE owner_index = :owner_index::bytea AND owner_index IS NOT NULL ORDER BY id DESC LIMIT 200) d
    WHERE :agency::text IN (helping_agency, receiving_agency, competent_agency) ORDER BY id DESC LIMIT 1
    """
)


class PostgresVisits:
    """Dossiers brought in one visit."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, visit_id: UUID, dossier_id: UUID, *, agency: str, officer: str, at: datetime) -> None:
        """Count a dossier to a visit."""
        self._unit.write(
            _ADD, visit_id=visit_id, dossier_id=dossier_id, agency=agency, officer=officer, at=at
        )

    async def dossiers(self, visit_id: UUID, agency: str) -> list[Any]:
        """Return the visit's dossiers at this agency in the order they were received."""
        return await self._unit.fetch(_OF, visit_id=visit_id, agency=agency)


class PostgresPersons:
    """People who came before."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def last_known(self, owner_index: bytes, agency: str) -> str | None:
        """Return the sealed parties of the owner's newest dossier this agency took part in."""
        sealed: str | None = await self._unit.fetch_value(_LAST_KNOWN, owner_index=owner_index, agency=agency)
        return sealed
