"""Requests to outside systems: waiting, sent, answered or abandoned."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.sealed_rows import RowSeals

_ADD = Statement(
    "INSERT INTO outside_requests (id, dossier_id, step, system, state, payload, attempts, next_attempt_at,"
    " last_failure, due_at, seals) VALUES (:id, :dossier_id, :step, :system, :state, :payload, 0,"
    " clock_timestamp(), '', :due_at, :seals)"
)
_ALL = (
    "o.id, o.dossier_id, o.step, o.system, o.state, o.payload, o.attempts, o.due_at, o.last_failure,"
    " o.outcome, o.evidence, o.answered_at, o.seals"
)
_FIND = Statement(f"SELECT {_ALL} FROM outside_requests o WHERE id = :id")
_OVERDUE = Statement(
    f"SELECT {_ALL} FROM outside_requests o WHERE state IN ('WAITING', 'SENT') AND due_at <= :now"
    " AND id <> ALL(:past::uuid[]) ORDER BY due_at LIMIT :limit"
)
_TIME_OUT = Statement(
    "UPDATE outside_requests SET state = 'TIMED_OUT', outcome = 'TIMED_OUT', evidence = :evidence,"
    f" {SEALED_ON}"
    " WHERE id = :id AND state IN ('WAITING', 'SENT')"
)
_KEEP_LATE = Statement(
    "UPDATE outside_requests SET outcome = :outcome, answered_at = :answered_at, evidence = :evidence,"
    f" {SEALED_ON}"
    " WHERE id = :id AND state IN ('TIMED_OUT', 'ABANDONED') AND answered_at IS NULL",
    rows=None,
)
_WAIT_UNTIL = Statement(
    f"UPDATE outside_requests SET due_at = :due_at, {SEALED_ON}"
    " WHERE id = :id AND state IN ('WAITING', 'SENT')",
    rows=None,
)
_DUE = Statement(
    f"SELECT {_ALL} FROM outside_requests o"
    " WHERE state = 'WAITING' AND next_attempt_at <= clock_timestamp() ORDER BY next_attempt_at LIMIT :limit"
)
_ANSWER = Statement(
    "UPDATE outside_requests SET state = 'ANSWERED', outcome = :outcome, evidence = :evidence,"
    f" answered_at = :answered_at, {SEALED_ON} WHERE id = :id AND state IN ('WAITING', 'SENT', 'KEPT')"
)
_KEEP = Statement(
    "UPDATE outside_requests SET state = 'KEPT', outcome = :outcome, evidence = :evidence,"
    f" answered_at = :answered_at, {SEALED_ON}"
    " WHERE id = :id AND state IN ('WAITING', 'SENT')"
)
_GOING_ON = Statement(
    f"SELECT {_ALL}"
    " FROM outside_requests o JOIN dossiers d ON d.id = o.dossier_id AND d.state = 'PROCESSING'"
    " WHERE o.state = 'KEPT' AND o.id <> ALL(:past::uuid[]) ORDER BY o.answered_at LIMIT :limit"
)
_ABANDON = Statement(
    f"UPDATE outside_requests SET state = 'ABANDONED', {SEALED_ON}"
    " WHERE id = :id AND state IN ('WAITING', 'SENT', 'KEPT')",
    rows=None,
)
_SENT = Statement(
    "UPDATE outside_requests SET state = 'SENT', attempts = attempts + 1, last_failure = '',"
    f" {SEALED_ON}"
    " WHERE id = :id AND state = 'WAITING'",
    rows=None,
)
_FAILED = Statement(
    "UPDATE outside_requests SET attempts = attempts + 1, last_failure = :failure,"
    " next_attempt_at = clock_timestamp() + :wait WHERE id = :id AND state = 'WAITING'",
    rows=None,
)
_LONGEST_WAIT_SECONDS = 600
_TABLE = "outside_requests"


class PostgresOutside:
    """Requests in PostgreSQL; a job sends them."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals) -> None:
        self._unit = unit
        self._rows = rows

    def add(self, request: OutsideRequest) -> None:
        """Keep a request to be sent."""
        names = ("id", "dossier_id", "step", "system", "state", "payload", "due_at")
        row = {name: getattr(request, name) for name in names}
        nothing = {"outcome": None, "answered_at": None, "evidence": None}
        seals = self._rows.made(_TABLE, {**row, **nothing})
        self._unit.write(_ADD, **row, seals=seals)

    async def find(self, request_id: UUID) -> OutsideRequest | None:
        """Return a request."""
        row = await self._unit.fetch_one(_FIND, id=request_id)
        return self._request(row) if row else None

    async def due(self, limit: int) -> list[OutsideRequest]:
        """Return requests to send now, the longest waiting first."""
        return [self._request(row) for row in await self._unit.fetch(_DUE, limit=limit)]

    def answer(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep the answer with its evidence."""
        self._answered(_ANSWER, request_id, "ANSWERED", outcome, evidence, at)

    def keep(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep an answer to a dossier that stands, until it goes on."""
        self._answered(_KEEP, request_id, "KEPT", outcome, evidence, at)

    def _answered(
        self,
        statement: Statement,
        request_id: UUID,
        state: str,
        outcome: str,
        evidence: dict[str, Any],
        at: datetime,
    ) -> None:
        row = {"id": request_id, "outcome": outcome, "evidence": evidence, "answered_at": at}
        seals = self._rows.made(_TABLE, {**row, "state": state}, "state", "answer", "evidence")
        self._unit.write(statement, **row, seals=seals)

    async def going_on(self, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some whose kept answer may be applied now, the oldest answer first."""
        rows = await self._unit.fetch(_GOING_ON, limit=limit, past=list(past))
        return [self._request(row) for row in rows]

    def time_out(self, request_id: UUID, *, evidence: dict[str, Any], at: datetime) -> None:
        """Keep that no answer came in time, and how asking went."""
        row = {"id": request_id, "evidence": {**evidence, "timed_out_at": at.isoformat()}}
        whole = {**row, "state": "TIMED_OUT", "outcome": "TIMED_OUT", "answered_at": None}
        seals = self._rows.made(_TABLE, whole, "state", "answer", "evidence")
        self._unit.write(_TIME_OUT, **row, seals=seals)

    def keep_late(
        self, request: OutsideRequest, *, outcome: str, evidence: dict[str, Any], at: datetime
    ) -> None:
        """Keep an answer that came too late, beside what was known then; the first only."""
        known = {**(request.evidence or {}), "late_answer": evidence}
        row = {"id": request.id, "outcome": outcome, "evidence": known, "answered_at": at}
        seals = self._rows.made(_TABLE, row, "answer", "evidence")
        self._unit.write(_KEEP_LATE, **row, seals=seals)

    def wait_until(self, request_id: UUID, until: datetime) -> None:
        """Look again only then: the step's deadline has moved."""
        row = {"id": request_id, "due_at": until}
        self._unit.write(_WAIT_UNTIL, **row, seals=self._rows.made(_TABLE, row, "due"))

    async def overdue(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some without an answer past their deadline, the longest past first."""
        rows = await self._unit.fetch(_OVERDUE, now=now, limit=limit, past=list(past))
        return [self._request(row) for row in rows]

    def abandon(self, request_id: UUID) -> None:
        """Wait for this request no more."""
        self._unit.write(_ABANDON, id=request_id, seals=self._seals_of_state(request_id, "ABANDONED"))

    def sent(self, request_id: UUID) -> None:
        """Record that the other system took the request."""
        self._unit.write(_SENT, id=request_id, seals=self._seals_of_state(request_id, "SENT"))

    def failed(self, request_id: UUID, *, failure: str, attempts: int) -> None:
        """Record a failure; the next attempt waits twice as long, ten minutes at most, for ever."""
        wait = timedelta(seconds=min(2 ** min(attempts, 10), _LONGEST_WAIT_SECONDS))
        self._unit.write(_FAILED, id=request_id, failure=failure[:500], wait=wait)

    def _seals_of_state(self, request_id: UUID, state: str) -> dict[str, str]:
        return self._rows.made(_TABLE, {"id": request_id, "state": state}, "state")

    def _request(self, row: Any) -> OutsideRequest:
        self._rows.see(_TABLE, row)
        told = {name: value for name, value in dict(row).items() if name != "seals"}
        told |= {"outcome": row["outcome"] or "", "is_sound": shown(_TABLE, row, self._rows)}
        return OutsideRequest(**told)
