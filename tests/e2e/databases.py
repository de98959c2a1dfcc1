"""The databases of a running stack, read as its operator would."""

import asyncio
import json
from typing import Any

import asyncpg

from stack.plan import SERVICES
from stack.postgres import attach_postgres
from tests.e2e.running_stack import RunningStack

_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND relname <> 'alembic_version' ORDER BY relname"
)


class Databases:
    """Reads each service's database with the service's own role."""

    def __init__(self, stack: RunningStack) -> None:
        self._home = stack.data / "postgres"
        self._passwords: dict[str, str] = json.loads((self._home / "roles.json").read_text())

    def dsn(self, service: str) -> str:
        """Return the address of a service's database, wherever PostgreSQL listens now."""
        return attach_postgres(self._home).dsn(service, service, self._passwords[service])

    def rows(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        """Return what a query finds."""
        return asyncio.run(self._rows(service, query, *values))

    def value(self, service: str, query: str, *values: Any) -> Any:
        """Return the only value a query finds."""
        return self.rows(service, query, *values)[0][0]

    def row_counts(self) -> dict[str, int]:
        """Return how many rows every table of every service has: `dossier.history` to its number."""
        return asyncio.run(self._row_counts())

    async def _rows(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.dsn(service))
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def _row_counts(self) -> dict[str, int]:
        counted = await asyncio.gather(*(self._rows_of_tables(service) for service in SERVICES))
        return {name: rows for tables in counted for name, rows in tables.items()}

    async def _rows_of_tables(self, service: str) -> dict[str, int]:
        connection = await asyncpg.connect(self.dsn(service))
        try:
            names = [row["relname"] for row in await connection.fetch(_TABLES)]
            counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
            found = await connection.fetchrow(f"SELECT {counts}")
            return {f"{service}.{name}": rows for name, rows in zip(names, found, strict=True)}
        finally:
            await connection.close()
