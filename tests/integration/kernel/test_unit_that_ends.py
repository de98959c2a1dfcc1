"""A unit of work ends with what ended it, also when its connection is gone by then."""

import asyncio
import threading

import asyncpg
import pytest

from kernel.postgres.engine import open_pool
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_OWN = Statement("SELECT pg_backend_pid()")


def _end_session(dsn: str, pid: int) -> None:
    """End a session while this loop stands: nobody here hears of it before using the connection."""

    async def end() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
        finally:
            await connection.close()

    ending = threading.Thread(target=asyncio.run, args=(end(),))
    ending.start()
    ending.join()


async def _work(dsn: str, pool: asyncpg.Pool, ends_by: BaseException) -> None:
    async with UnitOfWork(pool) as unit:
        await unit.begin()
        _end_session(dsn, await unit.fetch_value(_OWN))
        raise ends_by


@pytest.mark.parametrize("ends_by", [asyncio.CancelledError(), KeyError("refused")])
async def test_a_lost_connection_takes_the_place_of_nothing(jars_dsn: str, ends_by: BaseException) -> None:
    """Somebody who was told to end would try again for it, and a refusal would be answered as an outage."""
    async with await open_pool(jars_dsn, name="ending", max_size=1) as pool:
        with pytest.raises(type(ends_by)):
            await _work(jars_dsn, pool, ends_by)
        assert await pool.fetchval("SELECT 1") == 1, "and the pool goes on"
