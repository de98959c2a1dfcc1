"""The pool: what one connection has learnt of the server, the others know."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kernel.postgres.engine import open_pool

_MANY = 6
_IDS = [UUID(int=1), UUID(int=2)]
_ARRAY_OF_IDS = 2951


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The types the server is asked about, question by question."""
    questions: list[list[int]] = []
    ask = asyncpg.Connection._introspect_types

    async def noted(self: Any, typeoids: Any, *limit: Any) -> Any:
        questions.append(sorted(typeoids))
        return await ask(self, typeoids, *limit)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", noted)
    return questions


async def _by_each(pool: asyncpg.Pool, query: str, *values: Any) -> Sequence[Any]:
    """Return what every connection of a pool answers, all at once."""
    all_there = asyncio.Barrier(_MANY)

    async def ask() -> Any:
        async with pool.acquire() as connection:
            await all_there.wait()
            return tuple(await connection.fetchrow(query, *values))

    return await asyncio.gather(*(ask() for _ in range(_MANY)))


async def test_types_are_asked_for_once(jars_dsn: str, asked: list[list[int]]) -> None:
    """By whichever connection is first; and what the others have from it reads and writes the same."""
    async with await open_pool(jars_dsn, name="pool", max_size=_MANY) as pool:
        query = "SELECT $1::uuid[], $2::text[], ARRAY['{\"a\": 1}'::json]"
        answers = await _by_each(pool, query, _IDS, ["một", "cửa"])
        assert answers == [(_IDS, ["một", "cửa"], [{"a": 1}])] * _MANY
        assert len(asked) == 1
        assert await _by_each(pool, "SELECT $1::uuid[], $2::int[]", _IDS, [7]) == [(_IDS, [7])] * _MANY
        assert len(asked) == 2
        assert _ARRAY_OF_IDS in asked[0]
        assert _ARRAY_OF_IDS not in asked[1]


async def test_types_somebody_made_are_asked_for_by_each(jars_dsn: str, asked: list[list[int]]) -> None:
    """They may be made anew while connections live."""
    async with await open_pool(jars_dsn, name="pool", max_size=_MANY) as pool:
        await pool.execute("CREATE TYPE pebble AS (weight int)")
        assert await _by_each(pool, "SELECT '(7)'::pebble") == [((7,),)] * _MANY
        assert len(asked) == _MANY
