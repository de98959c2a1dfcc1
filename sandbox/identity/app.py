"""The one file that knows all of the issuers: builds the application."""

from datetime import timedelta

from fastapi import FastAPI

from kernel.core.clock import Clock, SystemClock
from sandbox.identity.api import NAMES, router
from sandbox.identity.issuer import Issuer
from sandbox.identity.settings import IdentitySettings


def create_app(settings: IdentitySettings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """Return VNConnect and VNeID under one address, each with a key of its own."""
    settings = settings or IdentitySettings()
    clock = clock or SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    app = FastAPI(title="Định danh và đăng nhập: VNConnect, VNeID (mô phỏng)")
    app.state.settings = settings
    app.state.issuers = {name: Issuer(name, settings, clock) for name in NAMES}
    app.include_router(router)
    return app
