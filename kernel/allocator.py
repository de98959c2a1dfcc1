"""Gives the system back what a process freed: the C library keeps it for a day that may not come."""

import asyncio
import ctypes

from kernel.core.waiting import wait_at_most

EVERY_SECONDS = 30.0


async def keep_giving_back(stopping: asyncio.Event, every_seconds: float = EVERY_SECONDS) -> None:
    """Return the free pages of all heaps to the system in this rhythm, until the process stops.

    glibc alone returns only what lies at a heap's end: one block that stays holds everything before it.
    Another C library has no such call, and none is made then.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while trim is not None and not await wait_at_most(stopping, every_seconds):
        # In a thread, and without the interpreter's lock: hundreds of megabytes take a while.
        await asyncio.to_thread(trim, 0)
