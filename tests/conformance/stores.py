"""One suite, two stores: what a suite needs of memory and of PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from kernel.service import JobTick
from kernel.testing.running import RunningService


@dataclass
class Store:
    """A store under test: units of work that commit when they end well, and what was published."""

    open_work: Callable[[], AbstractAsyncContextManager[Any]]
    published: Callable[[], Awaitable[list[tuple[str, str]]]]


def memory_store(database: Any) -> Store:
    """Return the fake of the unit tests, around its database."""

    async def published() -> list[tuple[str, str]]:
        return [(event.type, event.key) for event in database.events]

    return Store(database.open_work, published)


def postgres_store(running: RunningService) -> Store:
    """Return the real one, on the migrated database of a running service."""

    @asynccontextmanager
    async def open_work() -> AsyncIterator[Any]:
        async with JobTick(running.runtime, running.clock.now()).open_work() as work:
            yield work

    async def published() -> list[tuple[str, str]]:
        return [(row["type"], row["key"]) for row in await running.published()]

    return Store(open_work, published)
