"""The months' satisfaction as it is told the portal: a line a question, agency and procedure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.exchange.satisfaction import Json, MonthOfAnswers
from services.gateway.use_cases.portal.ports import KeptSummary, Outcome

# A line that says the same is told once; one that says something else takes its place there.
_PUT = Statement(
    """
INSERT INTO portal_summaries AS s (month, agency, procedure, question, body, state, next_attempt_at)
SELECT x.month, x.agency, x.procedure, x.question, x.body, 'WAITING', :now
FROM jsonb_to_recordset(:lines::jsonb)
    AS x(month date, agency text, procedure text, question text, body jsonb)
ON CONFLICT (month, agency, procedure, question) DO UPDATE
    SET body = EXCLUDED.body, state = 'WAITING', attempts = 0, next_attempt_at = EXCLUDED.next_attempt_at
    WHERE s.body <> EXCLUDED.body
""",
    rows=None,
)
_DUE = Statement("""
SELECT month, agency, procedure, question, body, attempts FROM portal_summaries
WHERE next_attempt_at <= :now ORDER BY next_attempt_at, month, agency, procedure, question LIMIT :limit
""")
_SETTLE = Statement(
    """
UPDATE portal_summaries AS s
SET state = :state, attempts = s.attempts + 1, next_attempt_at = :next_attempt_at, portal_code = :code,
    portal_answer = :message, told_at = CASE WHEN :state::text = 'TOLD' THEN :now::timestamptz END
FROM jsonb_to_recordset(:lines::jsonb)
    AS x(month date, agency text, procedure text, question text, body jsonb)
WHERE (s.month, s.agency, s.procedure, s.question) = (x.month, x.agency, x.procedure, x.question)
  AND s.body = x.body
""",
    rows=None,
)
_COUNTS = Statement("""
SELECT month, count(*) FILTER (WHERE state = 'TOLD') AS told, count(*) FILTER (WHERE state = 'WAITING')
    AS waiting, count(*) FILTER (WHERE state = 'REFUSED') AS refused
FROM portal_summaries GROUP BY month ORDER BY month DESC LIMIT 24
""")
_AGENCIES = Statement("SELECT code, name FROM agencies")


class PostgresPortalSummaries:
    """Lines of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def agency_names(self) -> dict[str, str]:
        """Return the names of our agencies by code."""
        return {row["code"]: row["name"] for row in await self._unit.fetch(_AGENCIES)}

    def put(self, lines: Sequence[tuple[MonthOfAnswers, Json]], now: datetime) -> None:
        """Keep lines, to be told when they say something new."""
        listed = [
            {**_place(one.month, one.agency, one.procedure, one.question), "body": body}
            for one, body in lines
        ]
        self._unit.write(_PUT, lines=listed, now=now)

    async def due(self, *, limit: int, now: datetime) -> list[KeptSummary]:
        """Return lines to be told now."""
        return [KeptSummary(**dict(row)) for row in await self._unit.fetch(_DUE, limit=limit, now=now)]

    def settle(self, lines: Sequence[KeptSummary], outcome: Outcome, now: datetime) -> None:
        """Keep what came of telling these lines; one that changed meanwhile is told again."""
        listed = [
            {**_place(one.month, one.agency, one.procedure, one.question), "body": one.body} for one in lines
        ]
        self._unit.write(
            _SETTLE,
            lines=listed,
            state=outcome.state,
            next_attempt_at=outcome.next_attempt_at,
            code=outcome.code,
            message=outcome.message[:1000],
            now=now,
        )

    async def counts(self) -> list[dict[str, Any]]:
        """Return how many lines of each month are told, wait or were declined."""
        return [dict(row) for row in await self._unit.fetch(_COUNTS)]


def _place(month: date, agency: str, procedure: str, question: str) -> dict[str, str]:
    return {"month": month.isoformat(), "agency": agency, "procedure": procedure, "question": question}
