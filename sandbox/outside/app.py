"""The one file that knows all of the outside system: builds the application and its worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx
from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.journal import Journal
from sandbox.outside import receipts
from sandbox.outside.api import router
from sandbox.outside.requests import SCHEMA, Requests
from sandbox.outside.settings import OutsideSettings
from sandbox.outside.worker import Worker


def create_app(
    settings: OutsideSettings | None = None,
    *,
    clock: Clock | None = None,
    callback: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the outside system, its journal open; the worker runs while the lifespan lasts.

    Call it after forking. `callback` replaces the network on the way back.
    """
    settings = settings or OutsideSettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    journal = Journal(settings.database, SCHEMA + receipts.SCHEMA)
    requests = Requests(journal)
    worker = Worker(requests, settings, clock, callback)

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

    app = FastAPI(title="Phần mềm hộ tịch dùng chung (mô phỏng)", lifespan=lifespan)
    app.state.settings, app.state.clock = settings, clock
    app.state.requests, app.state.worker = requests, worker
    app.state.journal, app.state.receipt_faults = journal, receipts.ReceiptFaults()
    app.include_router(router)
    app.include_router(receipts.router)
    return app
