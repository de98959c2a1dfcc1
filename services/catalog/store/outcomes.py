"""Ended dossiers in PostgreSQL: one row each, so that a message that comes again counts once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.outcomes import Ended

_YEARS = Statement("""
SELECT c.data FROM calendars c WHERE c.code = ANY (
    SELECT coalesce((SELECT data->>'calendar' FROM agencies WHERE code = :agency), 'default') || ':' || y
    FROM unnest(:years::int[]) AS y)
""")
_KEEP = Statement(
    """
INSERT INTO dossier_outcomes AS held (dossier_id, sequence, procedure, agency, ended_on, worked_minutes)
VALUES (:dossier_id, :sequence, :procedure, :agency, :ended_on, :minutes)
ON CONFLICT (dossier_id) DO UPDATE SET sequence = excluded.sequence, procedure = excluded.procedure,
    agency = excluded.agency, ended_on = excluded.ended_on, worked_minutes = excluded.worked_minutes
WHERE held.sequence < excluded.sequence
""",
    rows=None,
)
_TAKE_BACK = Statement(
    "DELETE FROM dossier_outcomes WHERE dossier_id = :dossier_id AND sequence < :sequence", rows=None
)
_MEASURED = Statement("""
SELECT count(*) AS ended, count(worked_minutes) AS measured,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY worked_minutes) AS median_minutes,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY worked_minutes) AS p90_minutes
FROM dossier_outcomes
WHERE procedure = :procedure AND ended_on BETWEEN :first::date AND :last::date
    AND (:agency::text = '' OR agency = :agency)
""")
_COUNTED = """
    SELECT n.code, sum(n.demand)::bigint AS demand FROM (
        SELECT procedure AS code, count(*) AS demand FROM dossier_outcomes WHERE ended_on >= :since::date
        GROUP BY procedure
        UNION ALL SELECT code, 0 FROM procedure_uses WHERE demand > 0
    ) AS n GROUP BY n.code
"""
_DEMAND = Statement(
    f"""
INSERT INTO procedure_uses AS u (code, uses, demand, set_by) SELECT code, 0, demand, '' FROM ({_COUNTED}) AS c
ON CONFLICT (code) DO UPDATE SET demand = excluded.demand WHERE u.demand <> excluded.demand
""",
    rows=None,
)
# Rows of the search are touched only where the number changed: each is a new row for every index.
_SHOWN = Statement(
    f"""
UPDATE procedure_search s SET uses = greatest(c.demand, u.uses)
FROM ({_COUNTED}) AS c LEFT JOIN procedure_uses u ON u.code = c.code
WHERE s.code = c.code AND s.uses <> greatest(c.demand, u.uses)
""",
    rows=None,
)
_FORGET = Statement("DELETE FROM dossier_outcomes WHERE ended_on < :before::date", rows=None)


class PostgresOutcomes:
    """Kept, taken back, counted."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def years(self, agency: str, years: Sequence[int]) -> Sequence[Mapping[str, Any]]:
        """Return the calendar years an agency works by; those of the province where it names none."""
        return [row["data"] for row in await self._unit.fetch(_YEARS, agency=agency, years=list(years))]

    def keep(self, ended: Ended, minutes: int | None) -> None:
        """Queue a row; one of a later event of the same dossier stands."""
        self._unit.write(
            _KEEP,
            dossier_id=ended.dossier_id,
            sequence=ended.sequence,
            procedure=ended.procedure,
            agency=ended.agency,
            ended_on=ended.ended_on,
            minutes=minutes,
        )

    def take_back(self, dossier_id: UUID, sequence: int) -> None:
        """Queue the removal of what an earlier event of the dossier said."""
        self._unit.write(_TAKE_BACK, dossier_id=dossier_id, sequence=sequence)

    async def measured(self, procedure: str, agency: str, first: date, last: date) -> Mapping[str, Any]:
        """Return the counts and percentiles of the days, minutes as they were worked."""
        row = await self._unit.fetch_one(
            _MEASURED, procedure=procedure, agency=agency, first=first, last=last
        )
        return dict(row or {})

    def count_demand(self, since: date) -> None:
        """Queue the demand since a day; an editor's own number stands while it is the greater."""
        self._unit.write(_DEMAND, since=since)
        self._unit.write(_SHOWN, since=since)

    def forget(self, before: date) -> None:
        """Queue the removal of what ended before a day."""
        self._unit.write(_FORGET, before=before)
