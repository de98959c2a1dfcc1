"""The staff directory's copy: who sits where, who is away, who acts for whom."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.work.colleagues import Colleague
from services.dossier.store.copies import Copies
from services.dossier.store.directory_sql import during, each, texts

_FIND = Statement(
    "SELECT row_to_json(s) AS entry, (SELECT json_agg(o ORDER BY o.subject) FROM staff o"
    " WHERE o.acts_for @> ARRAY[s.subject]) AS delegates FROM staff s WHERE s.subject = :subject"
)
_UNITS = Statement(
    "SELECT code, units, unit_names,"
    " jsonb_strip_nulls(jsonb_build_object('units', seals -> 'units')) AS seals"
    " FROM agencies WHERE code = :agency"
)
# What no list is, is empty: an entry that was changed by hand gives nobody a place. Whether it was is asked
# when the step is looked at.
_COVERS = f"""
    {during("given")} AND d.task_role IN (SELECT {texts("given -> 'roles'")})
    AND (NOT EXISTS (SELECT {texts("given -> 'procedures'")})
         OR d.procedure_code IN (SELECT {texts("given -> 'procedures'")}))
"""
# Whoever is on leave is few; each of them walks the index of held steps.
_HELD_BY_ABSENT = Statement(
    f"""
    SELECT d.id, row_to_json(s) AS entry FROM staff s
    JOIN dossiers d ON d.task_holder = s.subject
    WHERE s.away_until >= :today AND EXISTS (
            SELECT 1 FROM {each("s.data -> 'leaves'")} AS leave WHERE {during("leave")})
      AND EXISTS (
            SELECT 1 FROM staff o CROSS JOIN LATERAL {each("o.data -> 'delegations'")} AS given
            WHERE o.acts_for @> ARRAY[s.subject] AND given ->> 'giver' = s.subject AND {_COVERS})
      AND d.id > :after
    ORDER BY d.id LIMIT :limit
    """
)

# Walks every held step, of dossiers a part: asked seldom, and never in the order of all dossiers.
_HELD_WITHOUT_PLACE = Statement(
    f"""
    WITH held AS MATERIALIZED (
        SELECT id, task_holder, task_agency, task_unit, task_role, procedure_code FROM dossiers
        WHERE task_holder IS NOT NULL AND id > :after
    )
    SELECT d.id FROM held d JOIN staff s ON s.subject = d.task_holder
    WHERE NOT (s.agency = d.task_agency AND d.task_unit IN ('', coalesce(s.data ->> 'unit', ''))
          AND d.task_role IN (SELECT {texts("s.data -> 'roles'")}))
      AND NOT EXISTS (
            SELECT 1 FROM {each("s.data -> 'delegations'")} AS given
            WHERE given ->> 'agency' = d.task_agency
              AND d.task_unit IN ('', coalesce(given ->> 'unit', '')) AND {_COVERS})
    ORDER BY d.id LIMIT :limit
    """
)


class PostgresColleagues:
    """Entries in this service's own table."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def find(self, subject: str) -> Colleague | None:
        """Return somebody with whoever acts for them."""
        row = await self._unit.fetch_one(_FIND, subject=subject)
        if row is None:
            return None
        delegates = row["delegates"] or ()
        self._copies.require("staff", [row["entry"], *delegates])
        return Colleague(row["entry"]["data"], [one["data"] for one in delegates])

    async def units(self, agency: str) -> Sequence[str] | None:
        """Return an agency's units; None for an agency nobody knows."""
        row = await self._unit.fetch_one(_UNITS, agency=agency)
        if row is None:
            return None
        self._copies.require("agencies", [row], "units")
        found: Sequence[str] = row["units"]
        return found

    async def held_by_absent(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers past one, by id, whose step's holder is on leave while somebody acts for them."""
        while True:
            rows = await self._unit.fetch(_HELD_BY_ABSENT, today=today, after=after, limit=limit)
            # By a forged leave nobody loses a step.
            found = [UUID(int=row["id"].int) for row in rows if self._copies.is_sound("staff", row["entry"])]
            if found or len(rows) < limit:
                return found
            after = UUID(int=rows[-1]["id"].int)

    async def held_without_place(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers past one, by id, whose step's holder neither works there nor acts for who does.

        Some may still be theirs: a dossier knows who goes on for an agency that has ended, and whether the
        directory's copy is sound is asked when the holder is found.
        """
        rows = await self._unit.fetch(_HELD_WITHOUT_PLACE, today=today, after=after, limit=limit)
        return [UUID(int=row["id"].int) for row in rows]
