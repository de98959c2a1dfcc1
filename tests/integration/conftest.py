"""Real databases from the real migrations: one template a service and worker, one clone a test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from kernel.bus.memory import MemoryBus
from kernel.core.bus import Bus
from kernel.postgres.migrations import migrate
from kernel.service import Service
from kernel.testing.fixed_clock import TUESDAY_MORNING, FixedClock
from kernel.testing.running import RunningService, running
from stack.postgres import PostgresAddress, clone_database, drop_database, provision

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
Filling = Callable[[RunningService], Awaitable[object]]


class Template(NamedTuple):
    """A database to copy, and the moment its tests begin at."""

    dsn: str
    moment: datetime = TUESDAY_MORNING


_templates: dict[str, Template] = {}


def service_named(name: str) -> Service:
    """Return a service's declaration."""
    service: Service = import_module(f"services.{name}.app").service
    return service


@pytest.fixture(scope="session")
async def administrator(postgres_server: PostgresAddress) -> AsyncIterator[asyncpg.Pool]:
    """Give the superuser's connections, kept: starting psql for each database takes as long as copying it."""
    async with asyncpg.create_pool(postgres_server.superuser_dsn, min_size=0, max_size=2) as pool:
        yield pool


@asynccontextmanager
async def fresh_databases(server: PostgresAddress, administrator: asyncpg.Pool) -> AsyncIterator["Databases"]:
    """Give databases to copy and fill; dropped at the end."""
    databases = Databases(server, administrator)
    yield databases
    await databases.drop()


class Databases:
    """Clones of templates: a service's tables, or those already filled by what many tests begin with."""

    def __init__(self, server: PostgresAddress, administrator: asyncpg.Pool) -> None:
        self._server = server
        self._administrator = administrator
        self._made: list[str] = []

    async def __call__(self, service: Service) -> str:
        """Return the DSN of a fresh, migrated database."""
        name = f"tpl_{service.name}_{WORKER}"
        if name not in _templates:
            url = provision(self._server, [name])[name]
            await migrate(url, service.name, service.tables)
            _templates[name] = Template(url)
        return await self._clone(service, name)

    async def filled(self, service: Service, by: Filling, settings: Mapping[str, Any]) -> Template:
        """Return a fresh database that `by` has filled, and the moment it left the clock at.

        Filled once a worker by the running service itself, on a bus nobody reads; files are not kept.
        """
        key = f"{service.name} {by.__module__}.{by.__qualname__} {sorted(settings.items())}"
        if key not in _templates:
            dsn = await self(service)
            async with running(service, dsn, MemoryBus(), settings) as filling:
                await by(filling)
                moment = filling.clock.now()
            self._made.remove(dsn.rpartition("/")[2])
            _templates[key] = Template(dsn, moment)
        return Template(await self._clone(service, key), _templates[key].moment)

    async def _clone(self, service: Service, template: str) -> str:
        front, _, of = _templates[template].dsn.rpartition("/")
        name = f"t_{service.name}_{uuid4().hex[:12]}"
        await clone_database(self._administrator, of, name)
        self._made.append(name)
        return f"{front}/{name}"

    async def drop(self) -> None:
        """Drop what was cloned."""
        for name in self._made:
            await drop_database(self._administrator, name)


@pytest.fixture
async def database_of(
    postgres_server: PostgresAddress, administrator: asyncpg.Pool
) -> AsyncIterator[Databases]:
    """Give fresh, migrated databases of services; dropped after the test."""
    async with fresh_databases(postgres_server, administrator) as databases:
        yield databases


@asynccontextmanager
async def _starting(databases: Databases) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    async with AsyncExitStack() as stack:

        async def begin(
            service: str | Service,
            *,
            bus: Bus | None = None,
            clock: FixedClock | None = None,
            filled: Filling | None = None,
            **settings: Any,
        ) -> RunningService:
            declared = service_named(service) if isinstance(service, str) else service
            if filled is None:
                dsn = await databases(declared)
            else:
                template = await databases.filled(declared, filled, settings)
                dsn, clock = template.dsn, clock or FixedClock(template.moment)
            if "files_url" in declared.settings.model_fields:
                folder = stack.enter_context(TemporaryDirectory(prefix="motcua-files-"))
                settings.setdefault("files_url", Path(folder).as_uri())
            return await stack.enter_async_context(
                running(declared, dsn, bus or MemoryBus(), settings, clock)
            )

        yield begin


@pytest.fixture
async def start(
    database_of: Databases,
) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    """Start services by name, each on a fresh database of its own."""
    async with _starting(database_of) as begin:
        yield begin


@pytest.fixture(scope="module")
async def start_once(
    postgres_server: PostgresAddress, administrator: asyncpg.Pool
) -> AsyncIterator[Callable[..., Awaitable[RunningService]]]:
    """Start services that all tests of a module share; whoever shares says what each test leaves behind."""
    async with fresh_databases(postgres_server, administrator) as databases, _starting(databases) as begin:
        yield begin
