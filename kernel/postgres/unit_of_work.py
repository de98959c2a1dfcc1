"""One request or message: what it read, what it will write, and the one statement that commits it all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson
import structlog

from kernel.core.errors import Stale
from kernel.core.event import MOST_DATA_BYTES, Event, EventTooHeavy
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.statement import Statement, merge

_log = structlog.get_logger()
_OUTBOX = """
ev AS (
    INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
    SELECT e.event_id, e.topic, e.key, e.type, e.sequence, e.occurred_at, e.data::json,
           :correlation_id::text, :causation_id::text
    FROM checked, unnest(:ids::uuid[], :topics::text[], :keys::text[], :types::text[], :sequences::bigint[],
                         :moments::timestamptz[], :data::text[])
         WITH ORDINALITY AS e(event_id, topic, key, type, sequence, occurred_at, data, ord)
    WHERE checked.n = 0 ORDER BY e.ord
    RETURNING 1
)
SELECT n FROM checked, (SELECT count(*) FROM ev) AS counted
"""
_WITH_EVENTS = Statement(_OUTBOX, rows=None)
_WITHOUT_EVENTS = Statement("done AS (SELECT 1) SELECT n FROM checked", rows=None)

_INBOX = Statement("INSERT INTO inbox (consumer, event_id) VALUES (:consumer, :event_id)")
_REMEMBER = Statement(
    "INSERT INTO idempotency_keys (principal, key, request_hash, status, headers, body)"
    " VALUES (:principal, :key, :request_hash, :status, :headers, :body)"
)


class AlreadyDone(Exception):  # noqa: N818 - the fact is the name.
    """This message or this idempotency key has been dealt with before; nothing was changed now."""


class UnitOfWork:
    """Reads through one connection and commits every write, event and key in one statement.

    Use as an async context manager; leaving it without `commit` changes nothing. `on_news` is called after
    each commit that wrote events.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        correlation_id: str = "",
        causation_id: str = "",
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self._pool = pool
        self._on_news = on_news
        self._has_news = False
        self._connection: Any = None
        self._transaction: Any = None
        self._writes: list[tuple[Statement, Mapping[str, Any]]] = []
        self._events: list[Event] = []
        self._statements = 0
        self._has_flushed = False
        self._places: list[asyncio.Lock] = []
        self._flushes = 0
        self.correlation_id = correlation_id
        self.causation_id = causation_id

    @property
    def has_changes(self) -> bool:
        """Tell whether a commit would write anything."""
        return bool(self._writes or self._events or self._has_flushed)

    @property
    def statements(self) -> int:
        """How many statements went to the server so far (BEGIN and COMMIT not counted)."""
        return self._statements

    @property
    def flushes(self) -> int:
        """How often what was queued went to the server: what is queued now goes with the next."""
        return self._flushes

    async def __aenter__(self) -> Self:
        """Open the unit; a connection is taken only when the first statement needs one."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; an open transaction is rolled back.

        What ended the block is raised, not that its connection is gone as well: a failure in the place of
        a cancellation would be tried again by somebody who was told to end.
        """
        try:
            await self.close()
        except BROKEN_WORLD as lost:
            if error is None:
                raise
            _log.info("connection_lost_on_the_way_out", error=repr(lost), after=repr(error))

    async def _connected(self) -> Any:
        if self._connection is None:
            self._connection = await self._pool.acquire()
        return self._connection

    async def fetch(self, statement: Statement, **parameters: Any) -> list[Any]:
        """Return all rows of a query."""
        connection = await self._connected()
        self._statements += 1
        return list(await connection.fetch(statement.sql, *statement.values(parameters)))

    async def fetch_one(self, statement: Statement, **parameters: Any) -> Any | None:
        """Return the first row of a query, or None."""
        connection = await self._connected()
        self._statements += 1
        return await connection.fetchrow(statement.sql, *statement.values(parameters))

    async def fetch_value(self, statement: Statement, **parameters: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = await self.fetch_one(statement, **parameters)
        return None if row is None else row[0]

    async def stream(
        self, statement: Statement, *, batch: int, **parameters: Any
    ) -> AsyncIterator[list[Any]]:
        """Yield a query's rows a batch at a time, all of one snapshot, however many there are."""
        await self.begin()
        connection = await self._connected()
        self._statements += 1
        cursor = await connection.cursor(statement.sql, *statement.values(parameters))
        while rows := await cursor.fetch(batch):
            yield rows

    async def begin(self) -> None:
        """Start a transaction now: row locks taken from here on are held until the commit."""
        if self._transaction is None:
            connection = await self._connected()
            self._transaction = connection.transaction()
            await self._transaction.start()

    async def stand_in(self, line: asyncio.Lock, *, seconds: float) -> None:
        """Wait for a place in this process's line and hold it until the unit ends.

        Who waits holds no connection, so others of the pool go on; who came first is first. A unit in a
        transaction goes past the line to the row's own lock: it may hold what the line's first waits for.
        Raises `TimeoutError` after so many seconds; nothing is changed then.
        """
        if self._transaction is not None or line in self._places:
            return
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._pool.release(connection)
        async with asyncio.timeout(seconds):
            await line.acquire()
        self._places.append(line)

    def _leave_lines(self) -> None:
        places, self._places = self._places, []
        for line in places:
            line.release()

    def write(self, statement: Statement, **parameters: Any) -> None:
        """Queue a data-modifying statement for the commit."""
        self._writes.append((statement, parameters))

    def record(self, event: Event) -> None:
        """Queue an event for the outbox."""
        self._events.append(event)

    def answers(self, *, correlation_id: str, causation_id: str) -> None:
        """Name what the events queued from here on answer; flush those of before first."""
        self.correlation_id, self.causation_id = correlation_id, causation_id

    def receive(self, consumer: str, event_id: UUID) -> None:
        """Mark a message as received by this consumer; a second commit of it raises `AlreadyDone`."""
        self.write(_INBOX, consumer=consumer, event_id=event_id)

    def remember(
        self,
        *,
        principal: str,
        key: str,
        request_hash: bytes,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        """Keep the answer under the caller's idempotency key, in the same commit."""
        self.write(
            _REMEMBER,
            principal=principal,
            key=key,
            request_hash=request_hash,
            status=status,
            headers=dict(headers),
            body=body,
        )

    async def flush(self) -> None:
        """Write what is queued so far, in a transaction that only `commit` lets stand.

        For more than one statement should carry: parameters are written out on the event loop, and a
        statement has its time limit. Raises as `commit` does; nothing is changed then.
        """
        if self._writes or self._events:
            await self.begin()
            await self._flush()
            self._writes, self._events, self._has_flushed = [], [], True

    async def commit(self) -> None:
        """Write everything in one statement; what was flushed before stands or falls with it.

        Raises `Stale` when a write did not touch the rows it promised, or lost a race it names, `AlreadyDone`
        when the inbox row or the idempotency key is there already. Either way nothing is changed.
        """
        if self._writes or self._events:
            await self._flush()
        if self._transaction is not None:
            await self._transaction.commit()
            self._transaction = None
        has_news, self._has_news = self._has_news, False
        self._writes, self._events, self._has_flushed = [], [], False
        self._leave_lines()
        if has_news:
            self._on_news()

    async def _flush(self) -> None:
        tail = _WITH_EVENTS if self._events else _WITHOUT_EVENTS
        sql = merge(tuple(statement for statement, _ in self._writes), tail)
        parameters: list[Any] = []
        for statement, given in self._writes:
            parameters += statement.values(given)
        if self._events:
            parameters += _WITH_EVENTS.values(self._event_columns())
        connection = await self._connected()
        self._statements += 1
        self._flushes += 1
        try:
            await connection.fetchval(sql, *parameters)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name in {"pk_inbox", "pk_idempotency_keys"}:
                raise AlreadyDone from error
            if any(error.constraint_name in statement.races for statement, _ in self._writes):
                raise Stale from error
            raise
        except asyncpg.PostgresError as error:
            if error.sqlstate == "KE001":
                raise Stale from error
            raise
        self._has_news = self._has_news or bool(self._events)

    def _event_columns(self) -> dict[str, Any]:
        events = self._events
        return {
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "ids": [event.id for event in events],
            "topics": [event.topic for event in events],
            "keys": [event.key for event in events],
            "types": [event.type for event in events],
            "sequences": [event.sequence for event in events],
            "moments": [event.occurred_at for event in events],
            "data": [_data_of(event) for event in events],
        }

    async def close(self) -> None:
        """Give the connection back; what was not committed is forgotten."""
        connection, self._connection = self._connection, None
        transaction, self._transaction = self._transaction, None
        self._writes, self._events, self._has_flushed, self._has_news = [], [], False, False
        try:
            if connection is not None:
                await self._give_back(connection, transaction)
        finally:
            self._leave_lines()

    async def _give_back(self, connection: Any, transaction: Any) -> None:
        try:
            if transaction is not None and not connection.is_closed():
                await transaction.rollback()
        finally:
            await self._pool.release(connection)


def _data_of(event: Event) -> str:
    data = orjson.dumps(event.data)
    if len(data) > MOST_DATA_BYTES:
        raise EventTooHeavy(f"{event.type} of {event.key} weighs {len(data)} bytes")
    return data.decode()
