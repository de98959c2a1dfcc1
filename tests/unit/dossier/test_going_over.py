"""A job goes over all that waits; no broken row, no flood and no stop keeps it from anything else."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from kernel.core.apart import Apart
from kernel.service import JobTick
from services.dossier.jobs.going_past import go_over, go_past

NOW = datetime(2026, 3, 3, tzinfo=UTC)


class Line:
    """Numbers that wait; those in `broken` fail, those in `left` stay waiting though they were done."""

    def __init__(self, many: int, *, broken: Collection[int] = (), left: Collection[int] = ()) -> None:
        self.waits, self._broken, self._left = list(range(many)), broken, left
        self.done: list[int] = []
        self.stopping = asyncio.Event()
        runtime: Any = SimpleNamespace(stopping=self.stopping)
        self.tick = JobTick(runtime, NOW)

    async def found(self, past: Collection[UUID]) -> list[int]:
        return [one for one in self.waits if self.name(one) not in past][:2]

    @staticmethod
    def name(one: int) -> UUID:
        return UUID(int=one)

    async def deed(self, one: int) -> bool:
        if one in self._broken:
            raise ValueError(one)
        self.done.append(one)
        if one not in self._left:
            self.waits.remove(one)
        return True

    async def gone_over(self, seconds: float = 60.0) -> tuple[list[int], bool]:
        stays, is_all = await go_over(self.tick, self.found, self.name, self.deed, at_once=2, seconds=seconds)
        return list(stays.values()), is_all


async def test_portion_after_portion_is_done_until_nothing_waits() -> None:
    line = Line(7)
    assert await line.gone_over() == ([], True)
    assert line.done == list(range(7))


async def test_what_waits_again_once_it_was_done_is_for_the_next_tick() -> None:
    line = Line(5, left={0, 1})
    assert await line.gone_over() == ([0, 1], True)
    assert line.done == [0, 1, 2, 3, 4]


async def test_what_fails_is_told_and_holds_up_nothing_behind_it() -> None:
    line, apart = Line(5, broken={0, 1}), Apart("numbers")
    await go_past(line.tick, line.found, line.name, line.deed, apart=apart, at_once=2)
    assert line.done == [2, 3, 4]
    with pytest.raises(ExceptionGroup, match="numbers"):
        apart.tell()


async def test_it_ends_when_its_time_is_over_and_says_that_there_is_more() -> None:
    line = Line(3)
    assert await line.gone_over(seconds=0.0) == ([], False)
    assert line.done == []


async def test_it_ends_when_the_process_stops() -> None:
    line = Line(3)
    line.stopping.set()
    assert await line.gone_over() == ([], False)
