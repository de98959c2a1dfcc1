"""Locks over replicas: one holds a name, a killed one frees it, and asking often costs no connection."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from kernel.jobs import _run_once
from kernel.postgres.locks import Locks, TurnLost
from kernel.service import Job


@pytest.fixture
async def replicas(jars_dsn: str):
    """Two processes of one service."""
    both = [Locks(jars_dsn, "jars locks") for _ in range(2)]
    yield both
    for one in both:
        await one.close()


@pytest.fixture
async def server(jars_dsn: str):
    connection = await asyncpg.connect(jars_dsn)
    # A session that was closed is gone a moment later: none of the test before is counted here.
    async with asyncio.timeout(5):
        while await sessions(connection):
            await asyncio.sleep(0.01)
    yield connection
    await connection.close()


async def sessions(server: Any) -> list[int]:
    """Return the server processes behind the locks of this test's database; others' tests have theirs."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'jars locks'"
        " AND datname = current_database() ORDER BY pid"
    )
    return [row["pid"] for row in await server.fetch(query)]


async def a_turn(locks: Locks, name: str) -> bool:
    """Return whether it was this process's turn."""
    async with locks.hold(name) as is_ours:
        return is_ours


async def test_one_holds_a_name_and_the_other_another(replicas: list[Locks]) -> None:
    first, second = replicas
    async with first.hold("a") as is_ours, second.hold("a") as is_theirs, second.hold("b") as is_other:
        assert (is_ours, is_theirs, is_other) == (True, False, True)
        async with first.hold("b") as is_another:
            assert not is_another
    async with second.hold("a") as is_theirs:
        assert is_theirs


async def test_one_process_holds_a_name_once(replicas: list[Locks]) -> None:
    """The server would let its session have it twice."""
    first, second = replicas
    async with first.hold("a") as is_ours:
        async with first.hold("a") as again:
            assert (is_ours, again) == (True, False)
        async with second.hold("a") as is_theirs:
            assert not is_theirs


async def test_whatever_ends_inside_frees_the_name(replicas: list[Locks]) -> None:
    first, second = replicas
    with pytest.raises(KeyError):
        async with first.hold("a"):
            raise KeyError
    inside = asyncio.Event()

    async def holding() -> None:
        async with first.hold("a"):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(holding())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with second.hold("a") as is_theirs:
        assert is_theirs


async def test_many_turns_take_one_connection(replicas: list[Locks], server: Any) -> None:
    first, _ = replicas
    async with first.hold("a"):
        known = await sessions(server)

    assert all(await asyncio.gather(*(a_turn(first, f"job {number}") for number in range(50))))
    assert await sessions(server) == known
    assert len(known) == 1
    held = (
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    assert await server.fetchval(held) == 0


async def test_what_runs_under_a_lock_that_is_lost_is_stopped(replicas: list[Locks], server: Any) -> None:
    """Its name is another's from that moment: nothing goes on beside them, the next turn is asked anew."""
    first, second = replicas
    seen = []

    async def holding() -> None:
        async with first.hold("a") as is_ours:
            seen.append(is_ours)
            (pid,) = await sessions(server)
            await server.execute("SELECT pg_terminate_backend($1, 5000)", pid)
            await asyncio.sleep(1)
            seen.append("went on")

    with pytest.raises(TurnLost):
        await holding()
    assert seen == [True]
    async with second.hold("a") as is_theirs, first.hold("a") as is_ours, first.hold("b") as is_another:
        assert (is_theirs, is_ours, is_another) == (True, False, True)


async def test_a_job_whose_turn_is_lost_waits_for_its_next(replicas: list[Locks], server: Any) -> None:
    """It is no defect of the job, and cancels nobody around it."""
    first, _ = replicas

    async def run(tick: Any) -> None:
        del tick
        (pid,) = await sessions(server)
        await server.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await asyncio.sleep(1)

    runtime: Any = SimpleNamespace(
        locks=first, service=SimpleNamespace(name="jars"), clock=SimpleNamespace(now=lambda: None)
    )
    assert await _run_once(runtime, Job("fill", 1, run)) == "waits"
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_a_question_that_is_not_answered_takes_nobody_elses_turn(jars_dsn: str, server: Any) -> None:
    """The server stands still for longer than anybody waits: who runs under a lock keeps it."""
    first, second = Locks(jars_dsn, "jars locks", patience=0.5), Locks(jars_dsn, "others")
    async with first.hold("a") as is_ours:
        (pid,) = await sessions(server)
        with standing_still(pid, 0.8), pytest.raises(TimeoutError):
            await a_turn(first, "b")
        async with second.hold("a") as is_theirs, second.hold("b") as is_free:
            assert (is_ours, is_theirs, is_free) == (True, False, True)
        await asyncio.sleep(0.01)
        assert await sessions(server) == [pid]
    for one in (first, second):
        await one.close()


async def test_a_server_that_answers_nothing_ends_every_turn(jars_dsn: str, server: Any) -> None:
    """Whether the name was given is never known: it goes with the connection, and the others with it."""
    first, second = Locks(jars_dsn, "jars locks", patience=0.3), Locks(jars_dsn, "others")
    stopped = []

    async def holding() -> None:
        async with first.hold("a"):
            stopped.extend(await sessions(server))
            with standing_still(stopped[0], 2):
                await a_turn(first, "b")

    with pytest.raises(TurnLost):
        await holding()
    async with asyncio.timeout(5):
        while stopped[0] in await sessions(server):
            await asyncio.sleep(0.05)
    async with second.hold("a") as is_theirs, second.hold("b") as is_free:
        assert (is_theirs, is_free) == (True, True)
    for one in (first, second):
        await one.close()


async def test_who_is_cancelled_while_freeing_a_name_frees_it(replicas: list[Locks], server: Any) -> None:
    """Also while another's question is on the connection; the name is not asked for again before."""
    first, second = replicas
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def holding() -> None:
        async with first.hold("a"):
            inside.set()
            await go_on.wait()

    task = asyncio.create_task(holding())
    await inside.wait()
    (pid,) = await sessions(server)
    with standing_still(pid, 0.5):
        other = asyncio.create_task(a_turn(first, "b"))
        await asyncio.sleep(0.05)
        go_on.set()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with first.hold("a") as again:
            assert not again
    await other
    async with asyncio.timeout(5):
        while "a" in first._turns:
            await asyncio.sleep(0.01)
    async with second.hold("a") as is_theirs, second.hold("b") as is_free:
        assert (is_theirs, is_free) == (True, True)


@contextmanager
def standing_still(pid: int, seconds: float) -> Iterator[None]:
    """Let a process of the server stand still for so long."""
    os.kill(pid, signal.SIGSTOP)
    awake = threading.Timer(seconds, os.kill, (pid, signal.SIGCONT))
    awake.start()
    try:
        yield
    finally:
        awake.join()
