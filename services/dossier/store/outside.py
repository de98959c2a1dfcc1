"""Requests to outside systems: waiting, sent, answered or abandoned."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.ports import OutsideRequest

_ADD = Statement(
    "INSERT INTO outside_requests (id, dossier_id, step, system, state, payload, attempts, next_attempt_at,"
    " last_failure, due_at) VALUES (:id, :dossier_id, :step, :system, :state, :payload, 0,"
    " clock_timestamp(), '', :due_at)"
)
_FIND = Statement(
    "SELECT id, dossier_id, step, system, state, payload, attempts, due_at, last_failure,"
    " coalesce(outcome, '') AS outcome FROM outside_requests WHERE id = :id"
)
_OVERDUE = Statement(
    "SELECT id, dossier_id, step, system, state, payload, attempts, due_at, last_failure"
    " FROM outside_requests WHERE state IN ('WAITING', 'SENT') AND due_at <= :now"
    " AND id <> ALL(:past::uuid[]) ORDER BY due_at LIMIT :limit"
)
_TIME_OUT = Statement(
    "UPDATE outside_requests SET state = 'TIMED_OUT', outcome = 'TIMED_OUT', evidence = :evidence"
    " WHERE id = :id AND state IN ('WAITING', 'SENT')"
)
_KEEP_LATE = Statement(
    "UPDATE outside_requests SET outcome = :outcome, answered_at = :at,"
    " evidence = (coalesce(evidence::jsonb, '{}')"
    " || jsonb_build_object('late_answer', :evidence::jsonb))::json"
    " WHERE id = :id AND state IN ('TIMED_OUT', 'ABANDONED') AND answered_at IS NULL",
    rows=None,
)
_WAIT_UNTIL = Statement(
    "UPDATE outside_requests SET due_at = :until WHERE id = :id AND state IN ('WAITING', 'SENT')", rows=None
)
_DUE = Statement(
    "SELECT id, dossier_id, step, system, state, payload, attempts FROM outside_requests"
    " WHERE state = 'WAITING' AND next_attempt_at <= clock_timestamp() ORDER BY next_attempt_at LIMIT :limit"
)
_ANSWER = Statement(
    "UPDATE outside_requests SET state = 'ANSWERED', outcome = :outcome, evidence = :evidence,"
    " answered_at = coalesce(answered_at, :at) WHERE id = :id AND state IN ('WAITING', 'SENT', 'KEPT')"
)
_KEEP = Statement(
    "UPDATE outside_requests SET state = 'KEPT', outcome = :outcome, evidence = :evidence, answered_at = :at"
    " WHERE id = :id AND state IN ('WAITING', 'SENT')"
)
_GOING_ON = Statement(
    "SELECT o.id, o.dossier_id, o.step, o.system, o.state, o.payload, o.attempts, o.outcome, o.evidence"
    " FROM outside_requests o JOIN dossiers d ON d.id = o.dossier_id AND d.state = 'PROCESSING'"
    " WHERE o.state = 'KEPT' AND o.id <> ALL(:past::uuid[]) ORDER BY o.answered_at LIMIT :limit"
)
_ABANDON = Statement(
    "UPDATE outside_requests SET state = 'ABANDONED' WHERE id = :id AND state IN ('WAITING', 'SENT', 'KEPT')",
    rows=None,
)
_SENT = Statement(
    "UPDATE outside_requests SET state = 'SENT', attempts = attempts + 1, last_failure = ''"
    " WHERE id = :id AND state = 'WAITING'",
    rows=None,
)
_FAILED = Statement(
    "UPDATE outside_requests SET attempts = attempts + 1, last_failure = :failure,"
    " next_attempt_at = clock_timestamp() + :wait WHERE id = :id AND state = 'WAITING'",
    rows=None,
)
_LONGEST_WAIT_SECONDS = 600


class PostgresOutside:
    """Requests in PostgreSQL; a job sends them."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, request: OutsideRequest) -> None:
        """Keep a request to be sent."""
        self._unit.write(
            _ADD,
            id=request.id,
            dossier_id=request.dossier_id,
            step=request.step,
            system=request.system,
            state=request.state,
            payload=request.payload,
            due_at=request.due_at,
        )

    async def find(self, request_id: UUID) -> OutsideRequest | None:
        """Return a request."""
        row = await self._unit.fetch_one(_FIND, id=request_id)
        return OutsideRequest(**dict(row)) if row else None

    async def due(self, limit: int) -> list[OutsideRequest]:
        """Return requests to send now, the longest waiting first."""
        return [OutsideRequest(**dict(row)) for row in await self._unit.fetch(_DUE, limit=limit)]

    def answer(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep the answer with its evidence."""
        self._unit.write(_ANSWER, id=request_id, outcome=outcome, evidence=evidence, at=at)

    def keep(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep an answer to a dossier that stands, until it goes on."""
        self._unit.write(_KEEP, id=request_id, outcome=outcome, evidence=evidence, at=at)

    async def going_on(self, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some whose kept answer may be applied now, the oldest answer first."""
        rows = await self._unit.fetch(_GOING_ON, limit=limit, past=list(past))
        return [OutsideRequest(**dict(row)) for row in rows]

    def time_out(self, request_id: UUID, *, evidence: dict[str, Any], at: datetime) -> None:
        """Keep that no answer came in time, and how asking went."""
        self._unit.write(_TIME_OUT, id=request_id, evidence={**evidence, "timed_out_at": at.isoformat()})

    def keep_late(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep an answer that came too late, beside what was known then; the first only."""
        self._unit.write(_KEEP_LATE, id=request_id, outcome=outcome, evidence=evidence, at=at)

    def wait_until(self, request_id: UUID, until: datetime) -> None:
        """Look again only then: the step's deadline has moved."""
        self._unit.write(_WAIT_UNTIL, id=request_id, until=until)

    async def overdue(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some without an answer past their deadline, the longest past first."""
        rows = await self._unit.fetch(_OVERDUE, now=now, limit=limit, past=list(past))
        return [OutsideRequest(**dict(row)) for row in rows]

    def abandon(self, request_id: UUID) -> None:
        """Wait for this request no more."""
        self._unit.write(_ABANDON, id=request_id)

    def sent(self, request_id: UUID) -> None:
        """Record that the other system took the request."""
        self._unit.write(_SENT, id=request_id)

    def failed(self, request_id: UUID, *, failure: str, attempts: int) -> None:
        """Record a failure; the next attempt waits twice as long, ten minutes at most, for ever."""
        wait = timedelta(seconds=min(2 ** min(attempts, 10), _LONGEST_WAIT_SECONDS))
        self._unit.write(_FAILED, id=request_id, failure=failure[:500], wait=wait)
