"""One suite, two stores: memory and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from kernel.service import JobTick
from kernel.testing.running import RunningService
from services.survey.use_cases.ports import Work
from tests.integration.conftest import database_of, start  # noqa: F401 - fixtures of real databases.
from tests.unit.survey.memory import MemoryDatabase


@dataclass
class Store:
    """A store under test: units of work that commit when they end well, and what was published."""

    open_work: Callable[[], AbstractAsyncContextManager[Work]]
    published: Callable[[], Awaitable[list[tuple[str, str]]]]


@pytest.fixture(params=["in_memory", "in_postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Give the store under test."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def in_memory() -> Store:
    """Give the fake of the unit tests."""
    database = MemoryDatabase()

    async def published() -> list[tuple[str, str]]:
        return [(event.type, event.key) for event in database.events]

    return Store(database.open_work, published)


@pytest.fixture
async def in_postgres(start: Callable[..., Awaitable[RunningService]]) -> Store:  # noqa: F811 - the fixture.
    """Give the real one, on a migrated database of its own."""
    survey = await start("survey")

    @asynccontextmanager
    async def open_work() -> AsyncIterator[Any]:
        async with JobTick(survey.runtime, survey.clock.now()).open_work() as work:
            yield work

    async def published() -> list[tuple[str, str]]:
        return [(row["type"], row["key"]) for row in await survey.published()]

    return Store(open_work, published)
