"""What displays are told, as a stream: one listener a process reads, every display of the process hears.

An event's id grows by one at its point (the migration's trigger), in the order of commits. A display that
comes back names the last id it saw and gets what it missed; one that is new, or was away too long, gets the
board as it stands. Nobody polls: PostgreSQL's notice wakes the one reader, which asks once for all displays
of a point.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import orjson
import structlog

from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.runtime import Runtime
from services.dossier.domain.desk.errors import TooManyWatchers

CHANNEL = "motcua_displays"
MOST_CLIENTS = 200
_MOST_WAITING = 200
_MOST_MISSED = 500
_RETRY_MILLISECONDS = 3000
_LONGEST_WAIT = 5.0
_HEARTBEAT = b": nghe\n\n"
_log = structlog.get_logger()

_EVENT = (
    "SELECT id, what, label, group_code, counter, counter_name, at FROM display_events"
    " WHERE point = $1 AND id > $2 ORDER BY id LIMIT $3"
)
_BOARD = """
SELECT coalesce((SELECT last FROM display_heads WHERE point = $1), 0) AS head,
    (SELECT min(id) FROM display_events WHERE point = $1) AS oldest,
    (SELECT coalesce(json_agg(json_build_object('label', label, 'group', group_code, 'counter', counter,
            'counter_name', counter_name, 'what', state, 'at', last_called_at)
            ORDER BY last_called_at DESC), '[]')
     FROM tickets WHERE point = $1 AND day = $2 AND state IN ('CALLED', 'SERVING')) AS board
"""


class Client:
    """One display's place in the stream; it is let go when it reads too slowly, and comes back by itself."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.last = 0
        self.has_ended = False
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def next(self, seconds: float) -> bytes | None:
        """Return the next piece of the stream, a heartbeat after so many seconds, None at its end."""
        try:
            async with asyncio.timeout(seconds):
                return await self._waiting.get()
        except TimeoutError:
            return _HEARTBEAT

    def start(self, last: int, pieces: Sequence[bytes]) -> None:
        """Begin with the past, up to and with this event."""
        self.last = last
        for piece in pieces:
            self._waiting.put_nowait(piece)

    def give(self, event_id: int, piece: bytes) -> None:
        """Queue the event that follows the last one, nothing else; a full queue ends the stream."""
        if event_id != self.last + 1 or self.has_ended:
            return
        if self._waiting.qsize() >= _MOST_WAITING:
            self.end()
            return
        self.last = event_id
        self._waiting.put_nowait(piece)

    def end(self) -> None:
        """End the stream; what waits is dropped, the display gets it anew by its last id."""
        self.has_ended = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)


class DisplayStreams:
    """All displays of this process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._clients: dict[str, set[Client]] = {}
        self._joining = 0
        self._rung: set[str] = set()
        self._ring = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def count(self) -> int:
        """How many displays hear this process."""
        return sum(len(clients) for clients in self._clients.values())

    async def join(self, point: str, after: int | None, today: date) -> Client:
        """Begin a stream after the event seen last; raise `TooManyWatchers` when there is no room."""
        if self.count + self._joining >= MOST_CLIENTS or self._runtime.stopping.is_set():
            raise TooManyWatchers
        if not self._tasks:
            self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._read, self._stop)]
        client = Client(point)
        self._joining += 1
        try:
            await self._catch_up(client, after, today)
        finally:
            self._joining -= 1
        # What was told between the past and now is read for this display at once.
        self._clients.setdefault(point, set()).add(client)
        self._hear(point)
        return client

    async def _catch_up(self, client: Client, after: int | None, today: date) -> None:
        pool, point = self._runtime.pool, client.point
        row = await pool.fetchrow(_BOARD, point, today)
        head, oldest = row["head"], row["oldest"]
        is_kept = after is not None and (after == head or (oldest is not None and oldest <= after + 1))
        if after is not None and is_kept and 0 <= head - after <= _MOST_MISSED:
            events = await pool.fetch(_EVENT, point, after, _MOST_MISSED)
            client.start(events[-1]["id"] if events else after, [_piece(event) for event in events])
        else:
            client.start(head, [_frame("board", head, {"called": row["board"]})])

    def leave(self, client: Client) -> None:
        """Forget a display."""
        clients = self._clients.get(client.point, set())
        clients.discard(client)
        if not clients:
            self._clients.pop(client.point, None)

    async def close(self) -> None:
        """End every stream and the reader."""
        self._end_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end_all(self) -> None:
        for clients in self._clients.values():
            for client in clients:
                client.end()

    async def _stop(self) -> None:
        """End the streams when the process is told to stop: the server waits for open answers."""
        await self._runtime.stopping.wait()
        self._end_all()

    async def _read(self) -> None:
        """Read what is new of each point that was rung, once for all its displays."""
        while True:
            await self._ring.wait()
            self._ring.clear()
            points, self._rung = self._rung, set()
            for point in points & set(self._clients):
                try:
                    with as_told():
                        await self._read_point(point)
                except BROKEN_WORLD as error:
                    _log.info("displays_wait", error=repr(error))
                    self._rung.add(point)
            if self._rung:
                await asyncio.sleep(1)
                self._ring.set()

    async def _read_point(self, point: str) -> None:
        """Give every display of the point what follows its last event, the one furthest behind first."""
        while clients := [one for one in self._clients.get(point, ()) if not one.has_ended]:
            behind = min(client.last for client in clients)
            events = await self._runtime.pool.fetch(_EVENT, point, behind, _MOST_MISSED)
            for event in events:
                piece = _piece(event)
                for client in tuple(self._clients.get(point, ())):
                    client.give(event["id"], piece)
            if not events:
                return

    async def _listen(self) -> None:
        wait = 0.1
        while True:
            try:
                with as_told():
                    await self._hear_until_lost()
                wait = 0.1
            except BROKEN_WORLD as error:
                _log.warning("displays_bell_waits", error=repr(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _hear_until_lost(self) -> None:
        dsn = self._runtime.settings.database_url.get_secret_value()
        connection = await asyncpg.connect(
            dsn, timeout=10, command_timeout=30, server_settings={"application_name": "dossier displays"}
        )
        try:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(
                CHANNEL, lambda _connection, _pid, _channel, point: self._hear(point)
            )
            # What was told while nobody listened.
            for point in self._clients:
                self._hear(point)
            while not lost.is_set():
                await wait_at_most(lost, 30)
                if not lost.is_set():
                    await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def _hear(self, point: str) -> None:
        if point in self._clients:
            self._rung.add(point)
            self._ring.set()


def _piece(event: Any) -> bytes:
    data = {
        "what": event["what"],
        "label": event["label"],
        "group": event["group_code"],
        "counter": event["counter"],
        "counter_name": event["counter_name"],
        "at": event["at"],
    }
    return _frame("ticket", event["id"], data)


def _frame(name: str, event_id: int, data: dict[str, Any]) -> bytes:
    """Return one event as the stream carries it (HTML Living Standard, 9.2)."""
    text = orjson.dumps(data).decode()
    return f"retry: {_RETRY_MILLISECONDS}\nid: {event_id}\nevent: {name}\ndata: {text}\n\n".encode()


@asynccontextmanager
async def open_displays(runtime: Runtime) -> AsyncIterator[DisplayStreams]:
    """Yield the streams; nothing is listened to before the first display."""
    streams = DisplayStreams(runtime)
    try:
        yield streams
    finally:
        await streams.close()
