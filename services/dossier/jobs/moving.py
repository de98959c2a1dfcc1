"""How a job goes through what there is to move: one that cannot be moved now holds up no other."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar
from uuid import UUID

import structlog

from kernel.core.errors import Refusal

AT_ONCE = 200
One = TypeVar("One")
_log = structlog.get_logger()


async def move_all(
    found: Callable[[Collection[UUID]], Awaitable[Sequence[One]]],
    name: Callable[[One], UUID],
    move: Callable[[One], Awaitable[bool]],
) -> tuple[dict[UUID, One], bool]:
    """Move a portion, and go on to the next past what cannot be moved now.

    Returns what could not be, to be met again at the next tick, and whether that is all there is left.
    """
    stuck: dict[UUID, One] = {}
    while True:
        portion = await found(stuck.keys())
        before = len(stuck)
        for one in portion:
            if not await _is_moved(one, name, move):
                stuck[name(one)] = one
        if len(portion) < AT_ONCE:
            return stuck, True
        if len(stuck) == before:
            return stuck, False


async def _is_moved(one: One, name: Callable[[One], UUID], move: Callable[[One], Awaitable[bool]]) -> bool:
    try:
        return await move(one)
    except Refusal as refused:
        # Somebody is changing it, or what it rests on was changed by hand.
        _log.info("not moved to who goes on with it", id=str(name(one)), code=refused.code)
    except (ValueError, TypeError, KeyError):
        _log.exception("a row that cannot be read is not moved to who goes on with it", id=str(name(one)))
    return False
