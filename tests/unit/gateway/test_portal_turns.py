"""What a process says of the portal once another process has the turns."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from kernel.testing.fixed_clock import FixedClock
from services.gateway.domain.portal.telling.ledger import Claimed
from services.gateway.jobs.portal import sync as portal_sync
from services.gateway.jobs.portal.sync import PortalSender


class Refused:
    """A use case that has seen the portal refuse everything, with nothing due now."""

    lease_seconds = 1.0
    is_refused_everything = True

    async def claim(self, limit: int) -> list[Claimed]:
        del limit
        return []


def said() -> float | None:
    return REGISTRY.get_sample_value("gateway_portal_refuses_everything")


async def test_a_process_without_turns_says_no_more_that_everything_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its alert would fire for as long as another process tells the portal, which is well again."""
    monkeypatch.setattr(portal_sync, "_HEARD_SECONDS", 0.05)
    fence: Any = SimpleNamespace(release=lambda: None, hold_until=lambda until: until)
    tell: Any = Refused()
    sender = PortalSender(tell, fence, FixedClock(), concurrency=1)
    await sender.drain()
    assert said() == 1
    async with asyncio.timeout(5):
        while said():
            await asyncio.sleep(0.01)
    await sender.drain()
    assert said() == 1, "its next turn begins with what it knows"
