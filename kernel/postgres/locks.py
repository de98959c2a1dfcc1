"""Whose turn it is over all replicas: advisory locks that a process holds on one connection of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg

from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.single import NOTICED, SPACE, number_of

_PATIENCE_SECONDS = 10


class TurnLost(ConnectionError):  # noqa: N818 - errors are called by the fact.
    """The lock went with its connection: it may be another's turn now, so what ran under it was stopped."""


@dataclass(eq=False)
class _Turn:
    """Somebody who asked for a name, and what stops them when it is theirs no more."""

    taking: asyncio.Task[Any]
    running: asyncio.Timeout | None = None
    is_lost: bool = False

    def lose(self) -> None:
        """Stop what runs under the lock at its next wait."""
        if self.running is not None and not self.is_lost:
            self.is_lost = True
            self.running.reschedule(asyncio.get_running_loop().time())


class Locks:
    """Locks by name; they live as long as the connection, so a killed process frees its own at once.

    All are on one connection that stays open: a job every second would else cost the server a process each
    time. Where it breaks, every lock of this process is free, and everything that runs under one is stopped.
    """

    def __init__(self, dsn: str, name: str, patience: float = _PATIENCE_SECONDS) -> None:
        """Take names at this database; a question is given up after `patience` seconds."""
        self._dsn = dsn
        self._name = name
        self._patience = patience
        self._connection: Any = None
        self._asking = asyncio.Lock()
        self._turns: dict[str, _Turn] = {}
        self._endings: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        """Yield whether it is this caller's turn: False while anybody else holds the name, here or elsewhere.

        Raises what is in `BROKEN_WORLD` while there is no database, `TurnLost` (one of it) where the lock was
        lost inside: the block is cancelled at its next wait.
        """
        # The server lets one session take a lock twice.
        if name in self._turns:
            yield False
            return
        # Tasks of their own: a caller cancelled meanwhile leaves no question without its answer.
        turn = self._turns[name] = _Turn(asyncio.create_task(self._taken(name)))
        try:
            connection = await asyncio.shield(turn.taking)
            if connection is None:
                yield False
                return
            try:
                async with asyncio.timeout(None) as turn.running:
                    if connection is not self._connection:
                        turn.lose()
                    yield True
            except TimeoutError as error:
                if turn.is_lost:
                    raise TurnLost(name) from error
                raise
            finally:
                turn.running = None
        finally:
            ending = asyncio.create_task(self._end(name, turn))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
            await asyncio.shield(ending)

    async def close(self) -> None:
        """Free everything; what still runs under a lock is stopped."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=self._patience)
        async with self._asking:
            self._drop()

    async def _end(self, name: str, turn: _Turn) -> None:
        """Free what was taken, if it was; nobody here asks for the name before that is done."""
        try:
            connection = None
            with suppress(*BROKEN_WORLD):
                connection = await turn.taking
            if connection is not None:
                await self._free(connection, name)
        finally:
            del self._turns[name]

    async def _taken(self, name: str) -> Any:
        """Return the connection that holds the name now, None where another process does."""
        async with self._asking:
            if self._connection is not None:
                try:
                    return await self._asked(name)
                except BROKEN_WORLD:
                    # It may have broken since it was used last, which is no reason to miss a turn.
                    if self._connection is not None:
                        raise
            return await self._asked(name)

    async def _asked(self, name: str) -> Any:
        connection = await self._connected()
        try:
            async with asyncio.timeout(self._patience):
                is_ours = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *_key(name))
        except TimeoutError:
            # Whether it was given is not known. While the server answers at all, the turns of others stay.
            await self._let_go(connection, name)
            raise
        except BaseException:
            self._drop()
            raise
        return connection if is_ours else None

    async def _free(self, connection: Any, name: str) -> None:
        async with self._asking:
            if connection is self._connection and not connection.is_closed():
                await self._let_go(connection, name)

    async def _let_go(self, connection: Any, name: str) -> None:
        """Free a name that is held, or may be; where that is not answered either, with the connection."""
        try:
            async with asyncio.timeout(self._patience):
                await connection.execute("SELECT pg_advisory_unlock($1, $2)", *_key(name))
        except BROKEN_WORLD:
            self._drop()
        except BaseException:
            self._drop()
            raise

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=self._patience,
                server_settings={"application_name": self._name, **NOTICED},
            )
            self._connection.add_termination_listener(self._lose)
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
            self._lose(connection)

    def _lose(self, connection: Any) -> None:
        """Stop whoever runs under a lock of a connection that is gone."""
        if connection is self._connection:
            self._connection = None
        for turn in self._turns.values():
            if turn.taking.done() and not turn.taking.exception() and turn.taking.result() is connection:
                turn.lose()


def _key(name: str) -> tuple[int, int]:
    return SPACE, number_of(name)
