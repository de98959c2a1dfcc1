"""Whose turn it is over all replicas: advisory locks that a process holds on one connection of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.single import NOTICED, SPACE, number_of

_PATIENCE_SECONDS = 10


class Locks:
    """Locks by name; they live as long as the connection, so a killed process frees its own at once.

    All are on one connection that stays open: a job every second would else cost the server a process each
    time. Where it breaks, every lock of this process is free, as each was when it had one of its own.
    """

    def __init__(self, dsn: str, name: str) -> None:
        self._dsn = dsn
        self._name = name
        self._connection: Any = None
        self._asking = asyncio.Lock()
        self._held: set[str] = set()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[bool]:
        """Yield whether it is this caller's turn: False while anybody else holds the name, here or elsewhere.

        Raises what is in `BROKEN_WORLD` while there is no database.
        """
        # The server lets one session take a lock twice.
        if name in self._held:
            yield False
            return
        self._held.add(name)
        try:
            connection = await self._taken(name)
            try:
                yield connection is not None
            finally:
                if connection is not None:
                    await self._free(connection, name)
        finally:
            self._held.discard(name)

    async def close(self) -> None:
        """Free everything."""
        async with self._asking:
            self._drop()

    async def _taken(self, name: str) -> Any:
        """Return the connection that holds the name now, None where another process does."""
        async with self._asking:
            if self._connection is not None:
                # It may have broken since it was used last, which is no reason to miss a turn.
                with suppress(*BROKEN_WORLD):
                    return await self._asked(name)
            return await self._asked(name)

    async def _asked(self, name: str) -> Any:
        connection = await self._connected()
        try:
            is_ours = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *_key(name))
        except BaseException:
            # Whether it was given is not known: with the connection it is not.
            self._drop()
            raise
        return connection if is_ours else None

    async def _free(self, connection: Any, name: str) -> None:
        async with self._asking:
            if connection is not self._connection or connection.is_closed():
                return
            try:
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
                timeout=_PATIENCE_SECONDS,
                command_timeout=_PATIENCE_SECONDS,
                server_settings={"application_name": self._name, **NOTICED},
            )
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _key(name: str) -> tuple[int, int]:
    return SPACE, number_of(name)
