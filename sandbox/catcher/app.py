"""The one file that knows all of the catcher: builds the application and its SMTP listener."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.catcher.api import router
from sandbox.catcher.faults import Switchboard
from sandbox.catcher.messages import SCHEMA, Messages
from sandbox.catcher.settings import CatcherSettings
from sandbox.catcher.smtp import Catching, smtp_server
from sandbox.journal import Journal


def create_app(settings: CatcherSettings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """Return the catcher, its journal open; SMTP listens while the application's lifespan lasts.

    Call it after forking. `app.state.smtp_port` is the port in use, also when 0 was asked for.
    """
    settings = settings or CatcherSettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    journal = Journal(settings.database, SCHEMA)
    messages, board = Messages(journal), Switchboard()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            if settings.smtp_port is None:
                yield
                return
            handler = Catching(messages, board, clock)
            async with smtp_server(
                handler, host=settings.host, port=settings.smtp_port, limit_mb=settings.mail_limit_mb
            ) as port:
                app.state.smtp_port = port
                yield
        finally:
            journal.close()

    app = FastAPI(title="Bắt thư và tin nhắn", lifespan=lifespan)
    app.state.settings, app.state.clock = settings, clock
    app.state.messages, app.state.board = messages, board
    app.include_router(router)
    return app
