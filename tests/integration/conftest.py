"""Real databases from the real migrations: one template a service and worker, one clone a test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from kernel.bus.memory import MemoryBus
from kernel.core.bus import Bus
from kernel.postgres.migrations import migrate
from kernel.service import Service
from kernel.testing.fixed_clock import FixedClock
from kernel.testing.running import RunningService, running
from stack.postgres import PostgresAddress, clone_database, drop_database, provision

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_templates: dict[str, str] = {}


def service_named(name: str) -> Service:
    """Return a service's declaration."""
    service: Service = import_module(f"services.{name}.app").service
    return service


@asynccontextmanager
async def _databases(server: PostgresAddress) -> AsyncIterator[Callable[[Service], Awaitable[str]]]:
    made: list[str] = []

    async def clone(service: Service) -> str:
        template = f"tpl_{service.name}_{WORKER}"
        if template not in _templates:
            url = provision(server, [template])[template]
            await migrate(url, service.name, service.tables)
            _templates[template] = url
        url = _templates[template]
        name = f"t_{service.name}_{uuid4().hex[:12]}"
        clone_database(server, template, name)
        made.append(name)
        return url.rpartition("/")[0] + f"/{name}"

    yield clone
    for name in made:
        drop_database(server, name)


@pytest.fixture
async def database_of(postgres_server: PostgresAddress) -> AsyncIterator[Callable[[Service], Awaitable[str]]]:
    """Give the DSN of a fresh, migrated database of a service; dropped after the test."""
    async with _databases(postgres_server) as clone:
        yield clone


@asynccontextmanager
async def _starting(
    database_of: Callable[[Service], Awaitable[str]],
) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    async with AsyncExitStack() as stack:

        async def begin(
            service: str | Service,
            *,
            bus: Bus | None = None,
            clock: FixedClock | None = None,
            **settings: Any,
        ) -> RunningService:
            declared = service_named(service) if isinstance(service, str) else service
            dsn = await database_of(declared)
            if "files_url" in declared.settings.model_fields:
                folder = stack.enter_context(TemporaryDirectory(prefix="motcua-files-"))
                settings.setdefault("files_url", Path(folder).as_uri())
            return await stack.enter_async_context(
                running(declared, dsn, bus or MemoryBus(), settings, clock)
            )

        yield begin


@pytest.fixture
async def start(
    database_of: Callable[[Service], Awaitable[str]],
) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    """Start services by name, each on a fresh database of its own."""
    async with _starting(database_of) as begin:
        yield begin


@pytest.fixture(scope="module")
async def start_once(
    postgres_server: PostgresAddress,
) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    """Start services that all tests of a module share; whoever shares says what each test leaves behind."""
    async with _databases(postgres_server) as clone, _starting(clone) as begin:
        yield begin
