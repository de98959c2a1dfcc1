"""Sends the requests of outside steps; a failure waits longer each time, for ever."""

import asyncio

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.use_cases.ports import OutsideRequest

_CHANGED = "the request was changed by hand"
_DUE = 50
_AT_ONCE = 8
"""Behind the connector stand several systems: a slow one must not hold up what the others are asked."""


async def run(tick: JobTick) -> None:
    """Send what is due; the network is called outside any transaction."""
    async with tick.open_work() as work:
        waiting = await work.outside.due(_DUE)
    apart, room = Apart("requests that cannot be sent"), asyncio.Semaphore(_AT_ONCE)

    async def send(request: OutsideRequest) -> None:
        async with room:
            with apart.each(request.id):
                # What was changed by hand is told to nobody: it waits longer each time, as for a system.
                failure = _CHANGED if not request.is_sound else await tick.resources.courier.send(request)
                async with tick.open_work() as work:
                    if failure:
                        work.outside.failed(request.id, failure=failure, attempts=request.attempts)
                    else:
                        work.outside.sent(request.id)

    await asyncio.gather(*(send(request) for request in waiting))
    apart.tell()


SEND_OUTSIDE_REQUESTS = Job("send-outside-requests", 1, run)
