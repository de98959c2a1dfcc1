"""The connection pool: asyncpg itself, with JSON read and written by orjson.

SQLAlchemy describes the tables and Alembic moves them; statements run on asyncpg directly (ADR 0007).
"""

import asyncio
from types import SimpleNamespace
from typing import Any

import asyncpg
import orjson

from kernel.core.errors import Unavailable

BROKEN_WORLD = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # The server ended an idle session in the very moment it was used.
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    Unavailable,
)
"""Failures of the world, not of the message: trying again later is right."""


_FIRST_OF_USERS = 16_384
"""Object ids below are of what every server of a version is born with."""
_NOTHING_ASKED = SimpleNamespace(name="nothing was asked: the statement being prepared still stands")


def _encode(value: Any) -> str:
    # The driver's own UUID type is not the standard library's.
    return orjson.dumps(value, default=str).decode()


async def prepare(connection: Any) -> None:
    """Read and write JSON columns as Python values on this connection."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=_encode, decoder=orjson.loads)


def knowing_types() -> type[asyncpg.Connection]:
    """Return a kind of connection for one server: what one has asked about a built-in type, all know.

    The driver asks for the arrays a statement takes on every connection anew, by a recursive query over the
    catalogue that costs the server as much as twenty submits. Built-in types are the same for a server's
    whole life; of all others every connection asks for itself.
    """
    known: dict[int, Any] = {}
    asking = asyncio.Lock()

    class KnowingTypes(asyncpg.Connection):  # type: ignore[misc]  # The driver has no types.
        async def _introspect_types(self, typeoids: Any, *limit: Any) -> Any:
            wanted = set(typeoids)
            if any(oid >= _FIRST_OF_USERS for oid in wanted):
                return await super()._introspect_types(typeoids, *limit)
            async with asking:
                if missing := wanted - known.keys():
                    # Each comes after what it is made of, and so do all of them together.
                    rows, how = await super()._introspect_types(missing, *limit)
                    known.update({row["oid"]: row for row in rows})
                    return list(known.values()), how
            return list(known.values()), _NOTHING_ASKED

    return KnowingTypes


async def _as_it_is(_: Any) -> None:
    """Skip the driver's reset query: no unit of work leaves session state, and it costs a round trip."""


async def open_pool(dsn: str, *, name: str, max_size: int = 16) -> asyncpg.Pool:
    """Open a pool that names its connections, bounds every statement and never compiles just in time."""
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=max_size,
        connection_class=knowing_types(),
        init=prepare,
        reset=_as_it_is,
        command_timeout=30,
        timeout=10,
        max_inactive_connection_lifetime=120,
        server_settings={
            "application_name": name,
            "timezone": "Asia/Ho_Chi_Minh",
            "jit": "off",
            # The server would plan each merged write anew on every call: half of what a submit cost it.
            # So no statement may rely on a plan made for its values: a filter that decides the plan
            # is a statement of its own.
            "plan_cache_mode": "force_generic_plan",
            "idle_in_transaction_session_timeout": "15000",
            "lock_timeout": "10000",
            "statement_timeout": "30000",
        },
    )
