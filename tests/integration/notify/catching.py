"""The real catcher on loopback ports inside the test's process: an SMTP listener and an SMS door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from kernel.tls import authorities
from sandbox.catcher.app import create_app
from sandbox.catcher.settings import CatcherSettings
from services.notify.settings import Settings
from tests.serving import served


@dataclass
class RunningCatcher:
    """What a test asks of the providers."""

    http: httpx.AsyncClient
    sms_url: str
    smtp_port: int

    @property
    def settings(self) -> dict[str, Any]:
        """Return notify's settings that lead here."""
        return {"sms_url": self.sms_url, "smtp_port": self.smtp_port}

    async def caught(self, kind: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await self.http.get("/messages", params={"kind": kind} if kind else {})
        ).json()
        return found

    async def faults(self, **wanted: Any) -> None:
        (await self.http.put("/faults", json=wanted)).raise_for_status()


@asynccontextmanager
async def a_catcher() -> AsyncIterator[RunningCatcher]:
    """Run the catcher until the block ends."""
    key = Settings.model_fields["sms_key"].default.get_secret_value()
    app = create_app(CatcherSettings(port=0, smtp_port=0, sms_key=key))
    async with served(app) as base, httpx.AsyncClient(base_url=base, verify=authorities()) as http:
        yield RunningCatcher(http, f"{base}/sms", app.state.smtp_port)
