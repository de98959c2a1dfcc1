"""Closed periods in PostgreSQL: their rows are copied once and refused any change after (a trigger)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.figures.closing import Amended, ClosedPeriod, Told
from services.dossier.domain.figures.row import COLUMNS, fact_of
from services.dossier.store.figures import NAMES

_PERIOD = (
    "c.id, c.first_on, c.last_on, c.as_of, c.closed_at, c.closed_by, c.closed_by_name, c.note, c.formulas,"
    " c.rows, c.corrections"
)
_OF_DAYS = Statement(f"SELECT {_PERIOD} FROM closed_periods c WHERE first_on = :first AND last_on = :last")
_LIST = Statement(
    f"SELECT {_PERIOD} FROM closed_periods c WHERE id < :before::uuid ORDER BY id DESC LIMIT :limit"
)
_THEN = ", ".join(f"k.{name} AS then_{name}" for name in COLUMNS)
_NOW = ", ".join(f"f.{name} AS now_{name}" for name in COLUMNS)
# A change told just before the closing may have been committed just after it: what was looked at in vain is
# equal on both sides and falls out.
_CORRECTIONS = Statement(
    f"""
    SELECT {_PERIOD}, {_THEN}, {_NOW} FROM figure_rows f
    JOIN closed_periods c ON c.closed_at < f.amended_at + interval '10 minutes'
    LEFT JOIN closed_figure_rows k ON k.period_id = c.id AND k.dossier_id = f.dossier_id
    WHERE f.amended_at >= :since::timestamptz AND f.amended_at < :until::timestamptz
      AND (k.dossier_id IS NOT NULL OR f.received_on <= c.last_on OR f.received_on IS NULL)
    ORDER BY c.first_on, c.id, f.dossier_id
    """
)
_TOLD = Statement(
    """
    SELECT first_on, last_on, (SELECT json_agg(one) FROM json_array_elements(corrections) AS one
        WHERE one ->> 'dossier_id' = ANY(:dossiers::text[])) AS corrections
    FROM closed_periods WHERE last_on < :first
    """
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended('dossier:closing', 0))")
_COPY = (
    f"WITH kept AS (INSERT INTO closed_figure_rows (period_id, {NAMES})"
    f" SELECT :period_id::uuid, {', '.join(f'r.{name}' for name in COLUMNS)}"
    " FROM (SELECT :first::date AS first_on, :last::date AS last_on) AS p"
    " CROSS JOIN LATERAL ({live}) AS r RETURNING 1) SELECT count(*) FROM kept"
)
_CLOSE = Statement(
    "INSERT INTO closed_periods (id, first_on, last_on, as_of, closed_at, closed_by, closed_by_name, note,"
    " formulas, rows, corrections) VALUES (:id, :first_on, :last_on, :as_of, :closed_at, :closed_by,"
    " :closed_by_name, :note, :formulas, :rows, :corrections)"
)


class PostgresPeriods:
    """Periods that were closed."""

    def __init__(self, unit: UnitOfWork, live: str) -> None:
        self._unit = unit
        self._live = live

    async def closed(self, first: date, last: date) -> ClosedPeriod | None:
        """Return the closed period of exactly these days."""
        row = await self._unit.fetch_one(_OF_DAYS, first=first, last=last)
        return _period_of(row) if row else None

    async def closed_periods(self, before: UUID, limit: int) -> list[ClosedPeriod]:
        """Return closed periods, the last closed first."""
        return [_period_of(row) for row in await self._unit.fetch(_LIST, before=before, limit=limit)]

    async def corrections(self, since: datetime, until: datetime) -> list[Amended]:
        """Return what was amended in this time of dossiers that closed periods count: as closed, and now."""
        rows = await self._unit.fetch(_CORRECTIONS, since=since, until=until)
        return [
            Amended(
                _period_of(row),
                fact_of(row, "then_") if row["then_dossier_id"] else None,
                fact_of(row, "now_"),
            )
            for row in rows
        ]

    async def told_before(self, first: date, dossiers: Sequence[UUID]) -> list[Told]:
        """Return what periods closed and over before a day told of these dossiers."""
        rows = await self._unit.fetch(_TOLD, first=first, dossiers=[str(one) for one in dossiers])
        return [Told(row["first_on"], row["last_on"], row["corrections"] or ()) for row in rows]

    async def hold_closing(self) -> None:
        """Let nobody else close a period until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD)

    async def close(self, period: ClosedPeriod) -> int:
        """Keep the rows of a period as they are; return how many. It counts once the unit commits."""
        given = {"period_id": period.id, "first": period.first, "last": period.last}
        rows: int = await self._unit.fetch_value(Statement(_COPY.format(live=self._live)), **given)
        self._unit.write(
            _CLOSE,
            id=period.id,
            first_on=period.first,
            last_on=period.last,
            as_of=period.as_of,
            closed_at=period.closed_at,
            closed_by=period.closed_by,
            closed_by_name=period.closed_by_name,
            note=period.note,
            formulas=period.formulas,
            rows=rows,
            corrections=period.corrections,
        )
        return rows


def _period_of(row: Any) -> ClosedPeriod:
    return ClosedPeriod(
        id=UUID(int=row["id"].int),
        first=row["first_on"],
        last=row["last_on"],
        **{name: row[name] for name in ("as_of", "closed_at", "closed_by", "closed_by_name", "note")},
        **{name: row[name] for name in ("formulas", "rows", "corrections")},
    )
