"""A task ends by a cancellation where it was told to end, and nowhere else."""

import asyncio

import pytest

from kernel.core.ending import StrayCancellation, as_told
from kernel.postgres.engine import BROKEN_WORLD


async def test_a_cancellation_of_this_task_ends_it() -> None:
    started = asyncio.Event()

    async def work() -> None:
        with as_told():
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_failure_in_the_place_of_a_cancellation_ends_a_loop_that_tries_again() -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        while True:
            tries += 1
            try:
                with as_told():
                    try:
                        await asyncio.Event().wait()
                    finally:
                        raise ConnectionError("given back after the server was gone")
            except BROKEN_WORLD:
                continue

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done == {task}
    assert task.cancelled()
    assert tries == 1


async def test_a_cancellation_nobody_asked_for_is_a_failure_of_the_world() -> None:
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    gone.cancel()
    with pytest.raises(StrayCancellation), as_told():
        await gone
    assert issubclass(StrayCancellation, BROKEN_WORLD)


async def test_a_time_limit_inside_stays_a_time_limit() -> None:
    with pytest.raises(TimeoutError), as_told():
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()


async def test_a_time_limit_that_a_failure_hides_leaves_the_task_untold() -> None:
    """Nobody but the limit told it to end, and the limit is over."""

    async def hide() -> None:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.Event().wait()
            finally:
                raise ConnectionError

    with pytest.raises(ConnectionError), as_told():
        await hide()
    with pytest.raises(KeyError), as_told():
        raise KeyError
