"""Waiting ends in time, with the event, and always with the task."""

import asyncio

import pytest

from kernel.core.waiting import wait_at_most


async def test_waiting_tells_whether_the_event_came() -> None:
    event = asyncio.Event()
    assert not await wait_at_most(event, 0.01)
    event.set()
    assert await wait_at_most(event, 0.01)


async def test_a_cancellation_that_comes_with_the_event_is_not_swallowed() -> None:
    event, started = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        await wait_at_most(event, 30)
        raise AssertionError("went on after it was told to end")

    task = asyncio.create_task(work())
    await started.wait()
    await asyncio.sleep(0)
    event.set()
    # The waiter's future is done now, and the task has not run since.
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
