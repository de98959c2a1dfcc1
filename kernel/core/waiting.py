"""Waiting for an event, at most so long."""

import asyncio
from contextlib import suppress


async def wait_at_most(event: asyncio.Event, seconds: float) -> bool:
    """Tell whether the event was set in time.

    Unlike `asyncio.wait_for` of Python 3.11 this never swallows a cancellation that comes together with the
    event: a task told to end would go on for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
