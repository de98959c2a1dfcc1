"""The one file that knows all of the ministry: builds the application and its worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx
from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.journal import Journal
from sandbox.ministry import api, databases, dossiers
from sandbox.ministry.dossiers import Dossiers
from sandbox.ministry.faults import MinistryFaults
from sandbox.ministry.settings import MinistrySettings
from sandbox.ministry.worker import Worker


def create_app(
    settings: MinistrySettings | None = None,
    *,
    clock: Clock | None = None,
    pushes: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the ministry, its journal open; the worker runs while the lifespan lasts.

    Call it after forking. `pushes` replaces the network on the way out.
    """
    settings = settings or MinistrySettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    journal = Journal(settings.database, dossiers.SCHEMA + databases.SCHEMA)
    kept = Dossiers(journal)
    worker = Worker(kept, settings, clock, pushes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            await worker.close()
            journal.close()

    app = FastAPI(title="Hệ thống của bộ (mô phỏng)", lifespan=lifespan)
    app.state.settings, app.state.clock, app.state.journal = settings, clock, journal
    app.state.dossiers, app.state.worker, app.state.faults = kept, worker, MinistryFaults()
    app.state.papers_sessions = {}
    app.include_router(api.router)
    app.include_router(databases.router)
    return app
