"""The one file that knows all of the portal: builds the application from its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.portal.api import control, exchange, pages, payments
from sandbox.portal.api.gateway import gateway_router
from sandbox.portal.citizen_side import CitizenSide
from sandbox.portal.desk import Desk
from sandbox.portal.payments import PaymentPlatform
from sandbox.portal.province import Province
from sandbox.portal.settings import PortalSettings
from sandbox.portal.state import PortalState


def create_app(
    settings: PortalSettings | None = None,
    *,
    clock: Clock | None = None,
    province: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the portal, its journal open; `province` replaces the network on the way down.

    Call it after forking: the journal and the connections belong to the process that made them.
    """
    settings = settings or PortalSettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    state = PortalState.open(settings, clock)
    down = Province(settings, province)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await down.close()
        state.journal.close()

    app = FastAPI(title="Cổng Dịch vụ công quốc gia (mô phỏng)", lifespan=lifespan)
    app.state.desk = Desk(state)
    app.state.citizens = CitizenSide(state, down)
    app.state.payments = PaymentPlatform(state, down)
    app.get("/livez", include_in_schema=False)(live)
    routers = (pages.router, control.router, payments.router, exchange.router)
    for router in (*routers, gateway_router(settings.gateway_root)):
        app.include_router(router)
    return app


async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}
