"""One suite, two stores: memory and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.service import JobTick
from kernel.testing.running import RunningService
from services.dossier.domain.history import Entry
from tests.builders.dossier.desk import Desk
from tests.builders.dossier.memory import MemoryDatabase
from tests.integration.conftest import administrator, database_of, start  # noqa: F401 - fixtures of real databases.


@dataclass
class Store:
    """A store under test: people at work on it, what was published and what history says."""

    desk: Desk
    published: Callable[[], Awaitable[list[tuple[str, str, int]]]]
    history: Callable[[UUID], Awaitable[list[Entry]]]


@pytest.fixture(params=["in_memory", "in_postgres"])
def empty_store(request: pytest.FixtureRequest) -> Store:
    """Give the store under test."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def store(empty_store: Store) -> Store:
    """Let it know an office."""
    await empty_store.desk.open()
    return empty_store


@pytest.fixture
def in_memory() -> Store:
    """Give the fake of the unit tests."""
    database = MemoryDatabase()

    async def published() -> list[tuple[str, str, int]]:
        return [(event.type, event.key, event.sequence) for event in database.events]

    async def history(dossier_id: UUID) -> list[Entry]:
        return database.history[dossier_id]

    return Store(Desk(database.open_work), published, history)


@pytest.fixture
async def in_postgres(
    start: Callable[..., Awaitable[RunningService]],  # noqa: F811 - the fixture.
    tmp_path: Path,
) -> Store:
    """Give the real one, on a migrated database of its own."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())

    @asynccontextmanager
    async def open_work() -> AsyncIterator[Any]:
        async with JobTick(dossier.runtime, dossier.clock.now()).open_work() as work:
            yield work

    async def published() -> list[tuple[str, str, int]]:
        return [(row["type"], row["key"], row["sequence"]) for row in await dossier.published()]

    async def history(dossier_id: UUID) -> list[Entry]:
        rows = await dossier.runtime.pool.fetch(
            "SELECT * FROM history WHERE dossier_id = $1 ORDER BY version", dossier_id
        )
        return [Entry(**{name: row[name] for name in Entry.__dataclass_fields__}) for row in rows]

    return Store(Desk(open_work, dossier.clock), published, history)
