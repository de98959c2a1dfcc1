"""Notify against the real catcher."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from kernel.testing.running import RunningService
from tests.integration.notify.catching import RunningCatcher, a_catcher


@pytest.fixture
async def catcher() -> AsyncIterator[RunningCatcher]:
    async with a_catcher() as running_catcher:
        yield running_catcher


@pytest.fixture
async def notify(start: Callable[..., Awaitable[RunningService]], catcher: RunningCatcher) -> RunningService:
    return await start("notify", **catcher.settings, provider_timeout_seconds=1)
