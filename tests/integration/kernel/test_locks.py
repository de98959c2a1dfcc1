"""Locks over replicas: one holds a name, a killed one frees it, and asking often costs no connection."""

import asyncio
from typing import Any

import asyncpg
import pytest

from kernel.postgres.locks import Locks


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
    yield connection
    await connection.close()


async def sessions(server: Any) -> list[int]:
    """Return the server processes behind the locks."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'jars locks' ORDER BY pid"
    return [row["pid"] for row in await server.fetch(query)]


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

    async def turn(name: str) -> bool:
        async with first.hold(name) as is_ours:
            return is_ours

    assert all(await asyncio.gather(*(turn(f"job {number}") for number in range(50))))
    assert await sessions(server) == known
    assert len(known) == 1
    assert await server.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


async def test_a_killed_holder_frees_its_names_and_asks_anew(replicas: list[Locks], server: Any) -> None:
    """What ran under it goes on to its end; what it held is another's from that moment."""
    first, second = replicas
    async with first.hold("a") as is_ours:
        (pid,) = await sessions(server)
        await server.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        async with second.hold("a") as is_theirs:
            assert (is_ours, is_theirs) == (True, True)
            async with first.hold("b") as is_another:
                assert is_another
    # The end of the first holder did not free what the second held, nor anything of its new connection.
    async with first.hold("a") as is_ours:
        assert is_ours
