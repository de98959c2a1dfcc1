"""A member that is told to leave leaves, whatever the database does meanwhile."""

import asyncio
from collections.abc import Iterable
from typing import cast

from kernel.bus.embedded_bell import Bell
from kernel.bus.embedded_group import EmbeddedSubscription
from kernel.bus.embedded_session import Session


class NoBell:
    """Never rings."""

    def hear(self, event: asyncio.Event, whats: Iterable[str]) -> None:
        """Take note of nothing."""

    def forget(self, event: asyncio.Event) -> None:
        """Forget nothing."""


async def test_a_cancellation_met_by_a_broken_connection_still_ends_the_membership() -> None:
    trying = asyncio.Event()

    async def open_session() -> Session:
        trying.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionResetError from None
        raise AssertionError

    subscription = EmbeddedSubscription("readers", ["t"], open_session, cast("Bell", NoBell()))
    await trying.wait()
    async with asyncio.timeout(5):
        await subscription.close()
