"""Agencies and their working calendars, as the catalogue's events told them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kernel.core.clock import VIETNAM
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.petitions.indices import Ended
from services.survey.domain.petitions.petition import Office
from worktime.calendar import DayException, DayKind, WorkCalendar
from worktime.office_hours import OfficeHours
from worktime.seasons import Stretch, season_starts

_PUT_OFFICE = Statement(
    """
INSERT INTO offices AS o (code, version, name, calendar, valid_from, valid_to, continuing, heirs)
VALUES (:code, :version, :name, :calendar, :valid_from, :valid_to, :continuing, :heirs)
ON CONFLICT (code) DO UPDATE SET (version, name, calendar, valid_from, valid_to, continuing, heirs) =
    (EXCLUDED.version, EXCLUDED.name, EXCLUDED.calendar, EXCLUDED.valid_from, EXCLUDED.valid_to,
    EXCLUDED.continuing, EXCLUDED.heirs)
WHERE o.version <= EXCLUDED.version
""",
    rows=None,
)
_PUT_YEAR = Statement(
    """
INSERT INTO work_years AS y (code, year, version, record) VALUES (:code, :year, :version, :record)
ON CONFLICT (code, year) DO UPDATE SET version = EXCLUDED.version, record = EXCLUDED.record
WHERE y.version < EXCLUDED.version
""",
    rows=None,
)
_OFFICE = Statement(
    "SELECT code, name FROM offices WHERE code = :code AND valid_from <= :day"
    " AND (valid_to IS NULL OR valid_to >= :day)"
)
# UNION, not UNION ALL: agencies told to go on for each other end these walks.
_RECEIVES = Statement(
    """
    WITH RECURSIVE way (code) AS (SELECT :code::text
        UNION SELECT o.continuing FROM way JOIN offices o USING (code) WHERE o.valid_to < :day)
    SELECT o.code, o.name FROM way JOIN offices o USING (code)
    WHERE o.valid_from <= :day AND (o.valid_to IS NULL OR o.valid_to >= :day)
    """
)
_ENDED = Statement(
    "SELECT code, valid_to, continuing FROM offices WHERE valid_to < :day AND continuing <> ''"
)
_KEPT = Statement(
    """
    WITH RECURSIVE kept (code) AS (SELECT :agency::text
        UNION SELECT o.code FROM offices o JOIN kept k ON k.code = ANY (o.heirs) WHERE o.valid_to < :day)
    SELECT code FROM kept
    """
)
_YEARS = Statement(
    "SELECT record FROM work_years WHERE code = (SELECT calendar FROM offices WHERE code = :code)"
    " ORDER BY year"
)


class PostgresOffices:
    """Agencies of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def find(self, code: str, now: datetime) -> Office | None:
        """Return an agency there is now."""
        row = await self._unit.fetch_one(_OFFICE, code=code, day=now.astimezone(VIETNAM).date())
        return Office(row["code"], row["name"]) if row else None

    async def receiving(self, code: str, now: datetime) -> Office | None:
        """Return the agency that receives what is sent to this one: itself, or who goes on for it."""
        row = await self._unit.fetch_one(_RECEIVES, code=code, day=now.astimezone(VIETNAM).date())
        return Office(row["code"], row["name"]) if row else None

    async def ended(self, now: datetime) -> dict[str, Ended]:
        """Return the agencies that ended, by code: their last day and who goes on."""
        rows = await self._unit.fetch(_ENDED, day=now.astimezone(VIETNAM).date())
        return {row["code"]: Ended(row["valid_to"], row["continuing"]) for row in rows}

    async def kept_by(self, agency: str, now: datetime) -> list[str]:
        """Return an agency and those that ended whose petitions it goes on with, through every merger."""
        rows = await self._unit.fetch(_KEPT, agency=agency, day=now.astimezone(VIETNAM).date())
        return [row["code"] for row in rows]

    async def calendar(self, code: str) -> WorkCalendar | None:
        """Return the calendar of an agency, of the years in a row that are known."""
        rows = await self._unit.fetch(_YEARS, code=code)
        return _calendar([row["record"] for row in rows])

    def put_office(self, record: Mapping[str, Any], version: int) -> None:
        """Keep the newest state of an agency."""
        self._unit.write(_PUT_OFFICE, version=version, **record)

    def put_year(self, code: str, year: int, record: Mapping[str, Any], version: int) -> None:
        """Keep the newest state of a calendar's year."""
        self._unit.write(_PUT_YEAR, code=code, year=year, version=version, record=dict(record))


def _calendar(years: list[dict[str, Any]]) -> WorkCalendar | None:
    if not years:
        return None
    seasons = [start for year in years for start in _starts(year)]
    days = [
        DayException(
            date.fromisoformat(day["day"]),
            DayKind(day["status"]),
            OfficeHours.parse(day["sessions"]) if day.get("sessions") else None,
        )
        for year in years
        for day in year["exceptions"]
    ]
    return WorkCalendar.of_years([int(year["year"]) for year in years], seasons, days)


def _starts(year: dict[str, Any]) -> list[tuple[date, OfficeHours]]:
    stretches = [
        Stretch(
            date.fromisoformat(one["valid_from"]),
            date.fromisoformat(one["valid_to"]),
            OfficeHours.parse(one["office_hours"]),
        )
        for one in year["seasons"]
    ]
    return season_starts(int(year["year"]), OfficeHours.parse(year["office_hours"]), stretches)
