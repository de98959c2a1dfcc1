"""Sends the requests of outside steps; a failure waits longer each time, for ever."""

from kernel.service import Job, JobTick


async def run(tick: JobTick) -> None:
    """Send what is due; the network is called outside any transaction."""
    async with tick.open_work() as work:
        waiting = await work.outside.due(50)
    for request in waiting:
        failure = await tick.resources.courier.send(request)
        async with tick.open_work() as work:
            if failure:
                work.outside.failed(request.id, failure=failure, attempts=request.attempts)
            else:
                work.outside.sent(request.id)


SEND_OUTSIDE_REQUESTS = Job("send-outside-requests", 1, run)
