"""Requests to outside systems: waiting, sent, answered or abandoned."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.ports import OutsideRequest

_ADD = Statement(
    "INSERT INTO outside_requests (id, dossier_id, step, system, state, payload, attempts, next_attempt_at,"
    " last_failure) VALUES (:id, :dossier_id, :step, :system, 'WAITING', :payload, 0, clock_timestamp(), '')"
)
_FIND = Statement(
    "SELECT id, dossier_id, step, system, state, payload, attempts FROM outside_requests WHERE id = :id"
)
_DUE = Statement(
    "SELECT id, dossier_id, step, system, state, payload, attempts FROM outside_requests"
    " WHERE state = 'WAITING' AND next_attempt_at <= clock_timestamp() ORDER BY next_attempt_at LIMIT :limit"
)
_ANSWER = Statement(
    "UPDATE outside_requests SET state = 'ANSWERED', outcome = :outcome, evidence = :evidence,"
    " answered_at = :at WHERE id = :id AND state IN ('WAITING', 'SENT')"
)
_ABANDON = Statement(
    "UPDATE outside_requests SET state = 'ABANDONED' WHERE id = :id AND state IN ('WAITING', 'SENT')",
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
            payload=request.payload,
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
