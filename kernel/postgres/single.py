"""One at a time over all replicas, for good: a connection of its own that holds an advisory lock."""

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from kernel.postgres.engine import prepare

SPACE = 1_297_303_617
"""First half of the keys of all advisory locks by name."""
NOTICED = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""Session settings by which the server notices within a minute that a holder's machine is gone."""


@asynccontextmanager
async def alone(dsn: str, name: str) -> AsyncIterator[Any | None]:
    """Yield a connection that holds the lock of this name, or None while another process holds it.

    The lock lives as long as the connection: a killed holder frees it at once, and a holder whose
    connection breaks cannot go on, because it works through that same connection.
    """
    connection = await asyncpg.connect(
        dsn, timeout=10, command_timeout=30, server_settings={"application_name": name, **NOTICED}
    )
    try:
        await prepare(connection)
        held = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", SPACE, number_of(name))
        yield connection if held else None
    finally:
        await connection.close(timeout=5)


def number_of(name: str) -> int:
    """Return the lock's number within `SPACE`."""
    return zlib.crc32(name.encode()) - 2**31
