"""One at a time over all replicas: a dedicated connection that holds an advisory lock."""

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from kernel.postgres.engine import prepare


@asynccontextmanager
async def alone(dsn: str, name: str) -> AsyncIterator[Any | None]:
    """Yield a connection that holds the lock of this name, or None while another process holds it.

    The lock lives as long as the connection: a killed holder frees it at once, and a holder whose
    connection breaks cannot go on, because it works through that same connection.
    """
    connection = await asyncpg.connect(
        dsn, timeout=10, command_timeout=30, server_settings={"application_name": name}
    )
    try:
        await prepare(connection)
        held = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", 1_297_303_617, _number(name))
        yield connection if held else None
    finally:
        await connection.close(timeout=5)


def _number(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31
