"""Which dossiers are at a threshold nobody was told of, and which were told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.work.warnings import Threshold, Warned
from services.dossier.store.copies import Copies
from services.dossier.store.definitions import AGENCY_ROW

# Those whose clock runs walk one index by due moment; the late ones are few among them, and so are those
# that come due within a working day. While a withdrawal waits the clock runs as before (domain.md 3.2). A row
# whose moments were changed by hand into none is left to `verify-history`: all others are still warned of.
_DUE = Statement(
    """
    SELECT d.id AS dossier_id, d.reference, d.dossier_code, d.procedure_code, d.procedure_name,
        d.competent_agency, d.due_at, crossed.about, crossed.threshold, d.step, d.task_role, d.task_agency,
        d.task_unit, d.task_holder, coalesce(d.work -> 'continuing', '{}') AS continuing
    FROM dossiers d
    CROSS JOIN LATERAL (
        SELECT 'OVERDUE' AS threshold, d.due_at AS about WHERE d.due_at < :now::timestamptz
        UNION ALL
        SELECT 'DUE_SOON', d.due_at WHERE d.due_at >= :now AND d.due_at <= (
            SELECT given.until FROM unnest(:agencies::text[], :soon::timestamptz[]) AS given(agency, until)
            WHERE given.agency = d.competent_agency)
        UNION ALL
        SELECT 'STEP_LATE', late.since FROM (
            SELECT CASE WHEN pg_input_is_valid(d.step ->> 'due_at', 'timestamptz')
                THEN (d.step ->> 'due_at')::timestamptz END AS since) AS late
        WHERE d.due_at >= :now AND d.state = 'PROCESSING'
            AND late.since > '1900-01-01' AND late.since < :now
    ) AS crossed
    WHERE (d.state IN ('ACCEPTED', 'PROCESSING')
            OR d.state = 'WITHDRAWAL_REQUESTED' AND d.prior_state IN ('ACCEPTED', 'PROCESSING'))
        AND d.due_at BETWEEN '1900-01-01' AND '9999-01-01' AND d.id <> ALL(:past::uuid[]) AND NOT EXISTS (
        SELECT 1 FROM deadline_warnings w WHERE w.dossier_id = d.id AND w.threshold = crossed.threshold
            AND w.about = crossed.about)
    ORDER BY d.due_at LIMIT :limit
    """
)
_AGENCIES = Statement(f"SELECT {AGENCY_ROW.format('a')} AS told FROM agencies a")
_KEEP = """
    INSERT INTO deadline_warnings (dossier_id, threshold, about, raised_at)
    SELECT dossier_id, threshold, about, :at::timestamptz
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, threshold text, about timestamptz)
"""


@lru_cache(maxsize=512)
def _keeping(rows: int) -> Statement:
    return Statement(_KEEP, rows=rows)


class PostgresWarnings:
    """Warnings raised; the key keeps a second runner from raising one twice."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def due(
        self, now: datetime, soon: Mapping[str, datetime], limit: int, past: Collection[UUID] = ()
    ) -> Sequence[Warned]:
        """Return dossiers but for some at a threshold nobody was told of; `soon`: by calendar until when."""
        told = [row["told"] for row in await self._unit.fetch(_AGENCIES)]
        # By the calendar of an agency changed by hand nothing is called soon; late stays late.
        until = {
            one["code"]: soon[one["calendar"]]
            for one in told
            if one["calendar"] in soon and self._copies.is_sound("agencies", one, "told")
        }
        given = {"agencies": list(until), "soon": list(until.values()), "past": list(past)}
        rows = await self._unit.fetch(_DUE, now=now, limit=limit, **given)
        return [_warned(dict(row)) for row in rows]

    def keep(self, warned: Sequence[Warned], *, at: datetime) -> None:
        """Keep that these were raised."""
        rows = [
            {"dossier_id": str(one.dossier_id), "threshold": one.threshold.value}
            | {"about": one.about.isoformat()}
            for one in warned
        ]
        self._unit.write(_keeping(len(rows)), rows=rows, at=at)


def _warned(row: dict[str, Any]) -> Warned:
    dossier_id = UUID(int=row.pop("dossier_id").int)
    return Warned(dossier_id=dossier_id, threshold=Threshold(row.pop("threshold")), **row)
