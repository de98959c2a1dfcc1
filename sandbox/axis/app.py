"""The one file that knows all of the axis: builds the application and its worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.axis import api, national
from sandbox.axis.office import SCHEMA, Office
from sandbox.axis.settings import AxisSettings
from sandbox.journal import Journal


def create_app(settings: AxisSettings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """Return the axis, its journal open; it works the folder while the lifespan lasts.

    Call it after forking.
    """
    settings = settings or AxisSettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    journal = Journal(settings.database, SCHEMA + national.SCHEMA)
    office = Office(journal, settings, clock)
    door = national.NationalDoor(journal, settings, office, clock)
    if settings.folder is None and settings.secret is not None:
        office.brings = door.brings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(office.run())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            journal.close()

    app = FastAPI(title="Trục liên thông văn bản (mô phỏng)", lifespan=lifespan)
    app.state.office, app.state.journal, app.state.door = office, journal, door
    app.include_router(api.router)
    app.include_router(national.router)
    return app
