"""Dossiers that ended, as far as an index needs them: which, where, on which day, late or not."""

from datetime import date
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.petitions.indices import DossierCounts

_KEEP = Statement(
    "INSERT INTO ended_dossiers AS e (dossier_id, code, agency_code, ended_on, is_overdue, version)"
    " VALUES (:dossier_id, :code, :agency, :ended_on, :is_overdue, :version)"
    " ON CONFLICT (dossier_id) DO UPDATE SET code = excluded.code, agency_code = excluded.agency_code,"
    " ended_on = excluded.ended_on, is_overdue = excluded.is_overdue, version = excluded.version"
    " WHERE e.version < excluded.version",
    rows=None,
)
_TAKE_BACK = Statement(
    "DELETE FROM ended_dossiers WHERE dossier_id = :dossier_id AND version < :version", rows=None
)
_FORGET = Statement("UPDATE ended_dossiers SET code = '' WHERE dossier_id = :dossier_id", rows=None)
# One dossier with several petitions is one; one that was disliked is counted by its answer alone.
_COUNTS = Statement("""
SELECT count(*) AS ended, count(*) FILTER (WHERE e.is_overdue) AS overdue,
    count(*) FILTER (WHERE NOT e.is_overdue AND e.code <> '' AND EXISTS (
        SELECT FROM petitions p WHERE p.dossier_code = e.code)) AS petitioned,
    (SELECT count(*) FROM responses r WHERE r.received_on BETWEEN :first AND :last
        AND (:agency::text IS NULL OR r.agency_code = :agency)
        AND (r.answers ->> 'OVERALL')::int <= 2) AS disliked
FROM ended_dossiers e
WHERE e.ended_on BETWEEN :first AND :last AND (:agency::text IS NULL OR e.agency_code = :agency)
""")
_SPOILT = Statement("""
SELECT e.dossier_id, e.code, e.agency_code, e.ended_on, e.is_overdue FROM ended_dossiers e
WHERE e.ended_on BETWEEN :first AND :last AND (:agency::text IS NULL OR e.agency_code = :agency)
    AND (:after::uuid IS NULL OR e.dossier_id > :after)
    AND CASE WHEN :overdue THEN e.is_overdue ELSE NOT e.is_overdue AND e.code <> '' AND EXISTS (
        SELECT FROM petitions p WHERE p.dossier_code = e.code) END
ORDER BY e.dossier_id LIMIT :limit
""")


class PostgresEndedDossiers:
    """Dossiers that ended, of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def keep(
        self, dossier_id: UUID, *, code: str, agency: str, ended_on: date, is_overdue: bool, version: int
    ) -> None:
        """Keep how a dossier ended; an older event never overwrites a newer one."""
        self._unit.write(
            _KEEP,
            dossier_id=dossier_id,
            code=code,
            agency=agency,
            ended_on=ended_on,
            is_overdue=is_overdue,
            version=version,
        )

    def take_back(self, dossier_id: UUID, *, version: int) -> None:
        """Let a dossier count as running again: its end was taken back at this version."""
        self._unit.write(_TAKE_BACK, dossier_id=dossier_id, version=version)

    def forget(self, dossier_id: UUID) -> None:
        """Forget which dossier it was: its record was destroyed; that one ended stays counted."""
        self._unit.write(_FORGET, dossier_id=dossier_id)

    async def counts(self, *, agency: str | None, first: date, last: date) -> DossierCounts:
        """Return how many ended on these days, and how many of them were late, petitioned about, disliked."""
        row = await self._unit.fetch_one(_COUNTS, agency=agency, first=first, last=last)
        return DossierCounts(**dict(row or {}))

    async def spoilt(
        self, *, agency: str | None, first: date, last: date, overdue: bool, after: UUID | None, limit: int
    ) -> list[dict[str, object]]:
        """Return the dossiers behind a number: those late, or those in time somebody petitioned about."""
        rows = await self._unit.fetch(
            _SPOILT, agency=agency, first=first, last=last, overdue=overdue, after=after, limit=limit
        )
        return [dict(row) for row in rows]
