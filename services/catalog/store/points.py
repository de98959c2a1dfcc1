"""One-stop points in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

# Flat enough for one province: a degree of longitude is narrower by the cosine of the latitude.
_DISTANCE = """
round((111.2 * sqrt(power((data->>'latitude')::float8 - :latitude::float8, 2)
    + power(((data->>'longitude')::float8 - :longitude::float8) * cos(radians(:latitude::float8)), 2)))
    ::numeric, 2)::float8
"""
_LISTED = Statement(f"""
SELECT data || jsonb_build_object('version', version, 'distance_km', CASE WHEN :latitude::float8 IS NOT NULL
    THEN {_DISTANCE} END) AS data
FROM one_stop_points
WHERE code > :after AND valid_from <= :on::date AND (valid_to IS NULL OR valid_to >= :on)
  AND (:kind::text = '' OR data->>'kind' = :kind)
  AND (:agency::text = '' OR agency = :agency OR data->'coverage'->'agencies' ? :agency)
ORDER BY CASE WHEN :latitude::float8 IS NOT NULL THEN {_DISTANCE} END NULLS LAST, code LIMIT :limit::int
""")
_OFFICERS = Statement("""
SELECT jsonb_build_object('subject', s.code, 'name', s.data->>'name', 'agency', s.agency,
    'position', s.data->>'position', 'roles', s.data->'roles', 'valid_from', x.valid_from,
    'valid_to', x.valid_to) AS data
FROM secondments x JOIN staff s ON s.code = x.subject
WHERE x.point = :point AND x.valid_from <= :on::date AND (x.valid_to IS NULL OR x.valid_to >= :on)
ORDER BY s.code
""")
_SECONDED = Statement("""
SELECT EXISTS (SELECT 1 FROM secondments WHERE subject = :subject
    AND daterange(valid_from, valid_to, '[]') && daterange(:first::date, :last::date, '[]'))
""")
_KNOWN = Statement("SELECT EXISTS (SELECT 1 FROM procedures WHERE code = :code)")

_WAIT_FOR = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


class PostgresPoints:
    """One-stop points."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def listed(
        self, *, after: str, limit: int, on: date, kind: str, agency: str, near: tuple[float, float] | None
    ) -> Sequence[Mapping[str, Any]]:
        """Return points in the order of their codes, or the nearest first."""
        latitude, longitude = near or (None, None)
        rows = await self._unit.fetch(
            _LISTED,
            after=after,
            limit=limit,
            on=on,
            kind=kind,
            agency=agency,
            latitude=latitude,
            longitude=longitude,
        )
        return [row["data"] for row in rows]

    async def officers(self, point: str, on: date) -> Sequence[Mapping[str, Any]]:
        """Return who sits at a point on a day and the agency each belongs to."""
        return [row["data"] for row in await self._unit.fetch(_OFFICERS, point=point, on=on)]

    async def wait_for(self, what: str) -> None:
        """Take the lock of this matter; what is read from now on is what the one before wrote."""
        await self._unit.begin()
        await self._unit.fetch_value(_WAIT_FOR, what=what)

    async def seconded(self, subject: str, first: date, last: date | None) -> bool:
        """Tell whether somebody sits at some point on any of these days."""
        return bool(await self._unit.fetch_value(_SECONDED, subject=subject, first=first, last=last))

    async def procedure_is_known(self, code: str) -> bool:
        """Tell whether the catalogue has a procedure."""
        return bool(await self._unit.fetch_value(_KNOWN, code=code))
