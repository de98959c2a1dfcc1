"""What one process of a service holds while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from kernel.core.bus import Bus
from kernel.core.clock import Clock
from kernel.postgres.engine import BROKEN_WORLD, open_pool
from kernel.postgres.locks import Locks
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import Sealer
from kernel.service import Service
from kernel.settings import KernelSettings
from kernel.web.auth import TokenVerifier


class Runtime:
    """Pool, bus, clock and resources of a process; built once by `open_runtime`."""

    def __init__(
        self, service: Service, settings: KernelSettings, clock: Clock, pool: asyncpg.Pool, bus: Bus
    ) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.pool = pool
        self.bus = bus
        self.locks = Locks(settings.database_url.get_secret_value(), f"{service.name} locks")
        self.resources: Any = None
        self.seals = Sealer(settings.pii_key.get_secret_value())
        self.verifier = TokenVerifier(settings.internal_jwks, clock)
        self.stopping = asyncio.Event()
        self.relay_due = asyncio.Event()
        self.sick: dict[str, str] = {}
        """Role to reason: a role that stopped itself makes the process not ready."""

    def unit_of_work(self, *, correlation_id: str = "", causation_id: str = "") -> UnitOfWork:
        """Return a new unit of work."""
        return UnitOfWork(
            self.pool, correlation_id=correlation_id, causation_id=causation_id, on_news=self.wake_relay
        )

    def open_work(self, unit: UnitOfWork) -> Any:
        """Return the service's work around a unit."""
        return self.service.work(unit, self.resources)

    def wake_relay(self) -> None:
        """Tell a relay in this process that the outbox has rows; another process polls."""
        self.relay_due.set()

    async def not_ready_reason(self) -> str:
        """Return why this process should get no traffic, or an empty text."""
        if self.stopping.is_set():
            return "stopping"
        for role, reason in self.sick.items():
            return f"{role}: {reason}"
        try:
            await self.pool.fetchval("SELECT 1", timeout=2)
        except BROKEN_WORLD as error:
            return f"database: {type(error).__name__}"
        return ""


@asynccontextmanager
async def open_runtime(
    service: Service, settings: KernelSettings, bus: Bus, clock: Clock
) -> AsyncIterator[Runtime]:
    """Open the pool, the bus and the service's resources; close them in reverse."""
    pool = await open_pool(
        settings.database_url.get_secret_value(), name=service.name, max_size=settings.pool_size
    )
    try:
        await bus.start()
        runtime = Runtime(service, settings, clock, pool, bus)
        try:
            async with service.resources(runtime) as resources:
                runtime.resources = resources
                yield runtime
        finally:
            await runtime.locks.close()
    finally:
        await bus.close()
        await pool.close()
