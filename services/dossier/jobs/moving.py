"""How a job goes through what there is to move: one that cannot be moved now holds up no other."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

import structlog

from kernel.core.errors import Refusal
from kernel.service import JobTick
from services.dossier.jobs.going_past import One, go_over

AT_ONCE = 200
_log = structlog.get_logger()


async def move_all(
    tick: JobTick,
    found: Callable[[Collection[UUID]], Awaitable[Sequence[One]]],
    name: Callable[[One], UUID],
    move: Callable[[One], Awaitable[bool]],
) -> tuple[dict[UUID, One], bool]:
    """Move what there is, past what cannot be moved now.

    Returns what could not be, to be met again at the next tick, and whether that is all there is left.
    """

    async def tried(one: One) -> bool:
        try:
            return await move(one)
        except Refusal as refused:
            # Somebody is changing it, or what it rests on was changed by hand.
            _log.info("not moved to who goes on with it", id=str(name(one)), code=refused.code)
        except (ValueError, TypeError, KeyError):
            _log.exception("a row that cannot be read is not moved to who goes on with it", id=str(name(one)))
        return False

    return await go_over(tick, found, name, tried, at_once=AT_ONCE)
