"""How a job goes over what waits, most pressing first: what cannot be done holds up nothing behind it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import JobTick
from services.dossier.domain.errors import CopyChanged

One = TypeVar("One")
MOST_SECONDS = 60.0
"""How long one kind of work has a tick for itself: then the job's other work has its turn."""
_LATER = (Stale, CopyChanged)
"""Somebody is changing it, or what it rests on was changed by hand (told where that is read)."""


async def go_over(
    tick: JobTick,
    found: Callable[[Collection[UUID]], Awaitable[Sequence[One]]],
    name: Callable[[One], UUID],
    deed: Callable[[One], Awaitable[bool]],
    *,
    at_once: int,
    seconds: float = MOST_SECONDS,
) -> tuple[dict[UUID, One], bool]:
    """Do portion after portion until nothing waits, its time is over or the process stops.

    `found` returns the first `at_once` that wait, but for those named; a deed that answers False left its own
    waiting. Returns what stays waiting, to be met again at the next tick, and whether that is all there is.
    What was done and waits again is for the next tick too: no row keeps a job from everything else.
    """
    now, stopping = asyncio.get_running_loop().time, tick.runtime.stopping
    stays: dict[UUID, One] = {}
    done: set[UUID] = set()
    ends = now() + seconds
    while True:
        portion = await found(stays.keys())
        for one in portion:
            if stopping.is_set() or now() >= ends:
                return stays, False
            key = name(one)
            if key in done or not await deed(one):
                stays[key] = one
            done.add(key)
        if len(portion) < at_once:
            return stays, True


async def go_past(
    tick: JobTick,
    found: Callable[[Collection[UUID]], Awaitable[Sequence[One]]],
    name: Callable[[One], UUID],
    deed: Callable[[One], Awaitable[object]],
    *,
    apart: Apart,
    at_once: int,
) -> None:
    """Go over what waits; what fails is told when all was tried, and met again at the next tick."""

    async def tried(one: One) -> bool:
        with apart.each(name(one)), suppress(*_LATER):
            return await deed(one) is not False
        return False

    await go_over(tick, found, name, tried, at_once=at_once)
