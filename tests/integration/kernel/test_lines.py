"""A line of units: who waits holds no connection, who came first is first, nobody's place is lost."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.postgres.engine import open_pool
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_ONE = Statement("SELECT 1")
_PLENTY = 5.0


@pytest.fixture
async def pool(jars_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Two connections for everybody."""
    async with await open_pool(jars_dsn, name="lines", max_size=2) as opened:
        yield opened


async def _stand(pool: asyncpg.Pool, line: asyncio.Lock, served: list[int], number: int) -> None:
    async with UnitOfWork(pool) as unit:
        assert await unit.fetch_value(_ONE) == 1
        await unit.stand_in(line, seconds=_PLENTY)
        await unit.begin()
        served.append(number)
        await asyncio.sleep(0)
        await unit.commit()


async def test_who_waits_holds_no_connection_and_is_served_in_order(pool: asyncpg.Pool) -> None:
    """Twenty wait behind one; of two connections one stays free for whoever wants something else."""
    line, served = asyncio.Lock(), list[int]()
    async with UnitOfWork(pool) as first:
        await first.stand_in(line, seconds=_PLENTY)
        await first.begin()
        waiting = []
        for number in range(20):
            waiting.append(asyncio.create_task(_stand(pool, line, served, number)))
            while len(line._waiters or ()) <= number:
                await asyncio.sleep(0)
        async with UnitOfWork(pool) as other, asyncio.timeout(_PLENTY):
            assert await other.fetch_value(_ONE) == 1
        assert served == []
    await asyncio.gather(*waiting)
    assert served == list(range(20))
    assert not line.locked()


async def test_a_place_given_up_is_the_next_ones(pool: asyncpg.Pool) -> None:
    """Too late, gone away, refused by the database: the line goes on."""
    line, served = asyncio.Lock(), list[int]()
    async with UnitOfWork(pool) as first:
        await first.stand_in(line, seconds=_PLENTY)
        await first.stand_in(line, seconds=_PLENTY)
        async with UnitOfWork(pool) as late:
            with pytest.raises(TimeoutError):
                await late.stand_in(line, seconds=0.01)
        gone = asyncio.create_task(_stand(pool, line, served, 1))
        stays = asyncio.create_task(_stand(pool, line, served, 2))
        while len(line._waiters or ()) < 2:
            await asyncio.sleep(0)
        gone.cancel()
    await stays
    assert served == [2]
    async with UnitOfWork(pool) as broken:
        await broken.stand_in(line, seconds=_PLENTY)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await broken.fetch_value(Statement("SELECT 1 / 0"))
    assert not line.locked()


async def test_a_unit_in_a_transaction_goes_past_the_line(pool: asyncpg.Pool) -> None:
    """It may hold a row the line's first waits for: the two would wait for each other for ever."""
    line = asyncio.Lock()
    async with UnitOfWork(pool) as first, UnitOfWork(pool) as second:
        await first.stand_in(line, seconds=_PLENTY)
        await second.begin()
        await second.stand_in(line, seconds=0.01)
        assert await second.fetch_value(_ONE) == 1
