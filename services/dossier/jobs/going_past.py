"""How a job goes over what waits, most pressing first: what cannot be done holds up nothing behind it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from services.dossier.domain.errors import CopyChanged

One = TypeVar("One")
_LATER = (Stale, CopyChanged)
"""Somebody is changing it, or what it rests on was changed by hand (told where that is read)."""


async def go_past(
    found: Callable[[Collection[UUID]], Awaitable[Sequence[One]]],
    name: Callable[[One], UUID],
    deed: Callable[[One], Awaitable[object]],
    *,
    apart: Apart,
    at_once: int,
) -> None:
    """Do a portion, and the next one past what could not be done: that is met again at the next tick.

    `found` returns the first `at_once` that wait, but for those named; a deed that answers False left its
    own waiting. Without a way past them, so many broken ones would keep a job from everything else for ever.
    """
    stuck: set[UUID] = set()
    while True:
        portion, before = await found(stuck), len(stuck)
        for one in portion:
            key = name(one)
            stuck.add(key)
            with apart.each(key), suppress(*_LATER):
                if await deed(one) is not False:
                    stuck.discard(key)
        if len(portion) < at_once or len(stuck) == before:
            return
