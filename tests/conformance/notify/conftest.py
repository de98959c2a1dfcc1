"""The stores of notify under one suite."""

from collections.abc import Awaitable, Callable

import pytest

from kernel.testing.running import RunningService
from tests.conformance.stores import Store, memory_store, postgres_store
from tests.integration.conftest import administrator, database_of, start  # noqa: F401 - fixtures of real databases.
from tests.unit.notify.memory import MemoryDatabase


@pytest.fixture(params=["in_memory", "in_postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Give the store under test."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def in_memory() -> Store:
    """Give the fake of the unit tests."""
    return memory_store(MemoryDatabase())


@pytest.fixture
async def in_postgres(start: Callable[..., Awaitable[RunningService]]) -> Store:  # noqa: F811 - the fixture.
    """Give the real one, on a migrated database of its own."""
    return postgres_store(await start("notify"))
