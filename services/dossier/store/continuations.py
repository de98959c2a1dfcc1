"""Who goes on for whom: running dossiers of agencies that ended, and officers acting in others' places."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.holdings import Continuing
from services.dossier.domain.mandates import Mandate, mandates_of
from services.dossier.store.copies import Copies

_OF_OTHERS = (
    "state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
    " AND NOT continued_from @> ARRAY[a.code]"
)
# In an order that an index has: where few agencies hold many dossiers, the planner would rather read the
# whole table than an index, hoping to meet enough soon, and at an agency that ended there are none to meet.
_RUNNING = f"{_OF_OTHERS} ORDER BY id LIMIT :limit"
_WAITING = f"{_OF_OTHERS} ORDER BY task_role, task_due_at, id LIMIT :limit"
# Each way a dossier hangs on an agency walks its own index. What waits at an ended agency is always looked
# for, since a process may name it long after; the rest only until an agency is known to have none left.
_TO_CONTINUE = Statement(
    f"""
    SELECT DISTINCT ON (found.id) found.id, a.code AS ended, t.code, t.name, t.units,
        row_to_json(a) AS ended_row, row_to_json(t) AS heir_row
    FROM agencies a
    CROSS JOIN LATERAL (
        (SELECT id, procedure_code FROM dossiers WHERE task_agency = a.code AND task_role IS NOT NULL
         AND {_WAITING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE receiving_agency = a.code AND a.continued_at IS NULL
         AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE competent_agency = a.code
         AND competent_agency <> receiving_agency AND a.continued_at IS NULL AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE helping_agency = a.code
         AND helping_agency <> receiving_agency AND a.continued_at IS NULL AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE consulted_agencies @> ARRAY[a.code]
         AND consulted_agencies <> '{{}}' AND a.continued_at IS NULL AND {_RUNNING})
    ) AS found
    JOIN agencies t ON t.code = coalesce(a.continuing_by->>found.procedure_code, a.continuing)
    WHERE a.valid_to < :today::date
    ORDER BY found.id, a.valid_to LIMIT :limit
    """
)
# Of agencies whose end was told anew: what still goes on as was told before, where it hangs on the agency.
_OTHERWISE = """
    state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')
    AND continued_from @> ARRAY[a.code]
    AND (a.valid_to IS NULL OR a.valid_to >= :today::date OR (
        coalesce(a.continuing_by->>procedure_code, a.continuing) <> work->'continuing'->a.code->>'code'
        AND EXISTS (SELECT 1 FROM agencies k
            WHERE k.code = coalesce(a.continuing_by->>procedure_code, a.continuing))))
    LIMIT :limit
"""
_TO_REALIGN = Statement(
    f"""
    SELECT DISTINCT ON (found.id) found.id, a.code AS ended, t.code, t.name, t.units,
        row_to_json(a) AS ended_row, row_to_json(t) AS heir_row
    FROM agencies a
    CROSS JOIN LATERAL (
        (SELECT id, procedure_code FROM dossiers WHERE receiving_agency = a.code AND {_OTHERWISE})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE competent_agency = a.code
         AND competent_agency <> receiving_agency AND {_OTHERWISE})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE helping_agency = a.code
         AND helping_agency <> receiving_agency AND {_OTHERWISE})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE consulted_agencies @> ARRAY[a.code]
         AND consulted_agencies <> '{{}}' AND {_OTHERWISE})
    ) AS found
    LEFT JOIN agencies t ON a.valid_to < :today::date
        AND t.code = coalesce(a.continuing_by->>found.procedure_code, a.continuing)
    WHERE a.continued_by <> '{{}}'
    ORDER BY found.id, a.code LIMIT :limit
    """
)
_TOLD_ANEW = Statement("SELECT * FROM agencies WHERE continued_by <> '{}'")
_SETTLE = Statement(
    "UPDATE agencies SET continued_by = '{}' WHERE code = :code AND heard_at = :heard_at", rows=None
)
_WITHOUT_HEIR = Statement(
    """
    SELECT a.code, h.heir FROM agencies a CROSS JOIN LATERAL (
        SELECT a.continuing UNION SELECT value FROM json_each_text(a.continuing_by)) AS h(heir)
    WHERE a.valid_to < :today::date AND NOT EXISTS (SELECT 1 FROM agencies t WHERE t.code = h.heir)
    ORDER BY 1, 2
    """
)
_CLOSE = Statement(
    "UPDATE agencies a SET continued_at = :at WHERE a.valid_to < :today AND a.continued_at IS NULL"
    " AND a.heard_at < :long_ago AND EXISTS (SELECT 1 FROM agencies t WHERE t.code = a.continuing)",
    rows=None,
)
_ENTRY = Statement("SELECT * FROM staff WHERE subject = :subject")


class Continuations:
    """The part of the catalogue's copies that says who goes on."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        """Return what an officer holds in others' places on a day."""
        row = await self._unit.fetch_one(_ENTRY, subject=subject)
        if row is None:
            return []
        self._copies.require("staff", [row])
        return mandates_of(row["data"], day)

    async def to_continue(self, today: date, limit: int) -> Sequence[tuple[UUID, str, Continuing]]:
        """Return running dossiers of agencies that ended, the ended one and who goes on."""
        rows = await self._unit.fetch(_TO_CONTINUE, today=today, limit=limit)
        return [
            (UUID(int=row["id"].int), row["ended"], Continuing(row["code"], row["name"], tuple(row["units"])))
            for row in rows
            # By a forged end nobody comes to anything: it waits, and the log says so.
            if self._copies.is_sound("agencies", row["ended_row"])
            and self._copies.is_sound("agencies", row["heir_row"])
        ]

    async def told_anew(self) -> dict[str, datetime]:
        """Return the agencies whose end was told otherwise before, and when the last word of it was heard."""
        rows = await self._unit.fetch(_TOLD_ANEW)
        return {row["code"]: row["heard_at"] for row in rows if self._copies.is_sound("agencies", row)}

    async def to_realign(self, today: date, limit: int) -> Sequence[tuple[UUID, str, Continuing | None]]:
        """Return running dossiers that go on as told before: whose agency, and who goes on (None: itself)."""
        rows = await self._unit.fetch(_TO_REALIGN, today=today, limit=limit)
        return [
            (
                UUID(int=row["id"].int),
                row["ended"],
                Continuing(row["code"], row["name"], tuple(row["units"])) if row["code"] else None,
            )
            for row in rows
            if self._copies.is_sound("agencies", row["ended_row"])
            and (row["code"] is None or self._copies.is_sound("agencies", row["heir_row"]))
        ]

    def settle(self, agency: str, heard_at: datetime) -> None:
        """Queue that nothing goes on as was told before this word; a later one is looked at anew."""
        self._unit.write(_SETTLE, code=agency, heard_at=heard_at)

    async def without_heir(self, today: date) -> Sequence[tuple[str, str]]:
        """Return agencies that ended, each with an heir nobody has told of here (empty: none was named)."""
        return [(row["code"], row["heir"]) for row in await self._unit.fetch(_WITHOUT_HEIR, today=today)]

    def close_continued(self, today: date, at: datetime) -> None:
        """Queue that agencies heard of an hour ago have no running dossier left to continue."""
        self._unit.write(_CLOSE, today=today, at=at, long_ago=at - timedelta(hours=1))
