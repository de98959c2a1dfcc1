"""Callers take turns at a few readers; one caller's many files wait for each other only."""

import asyncio

import pytest

from services.dossier.domain.errors import InspectionBusy, TooManyFiles
from services.dossier.store.turns import Turns


class Bench:
    """Callers at the readers; each stays until told to leave."""

    def __init__(self, places: int = 2, *, of_one: int = 3, of_all: int = 5) -> None:
        self.turns = Turns(places, most_of_one=of_one, most_of_all=of_all)
        self.served: list[str] = []
        self.leave: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, *names: str) -> None:
        """Let files come: `an-2` is a file of `an`."""
        for name in names:
            self.leave[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(name))
            await asyncio.sleep(0)

    async def _stay(self, name: str) -> None:
        async with self.turns.turn(name.partition("-")[0]):
            self.served.append(name)
            await self.leave[name].wait()

    async def leaves(self, name: str) -> None:
        """Let one end."""
        self.leave[name].set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def ends(self) -> None:
        """Let all end."""
        for event in self.leave.values():
            event.set()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


async def test_one_caller_has_one_reader_and_the_other_is_everybodys() -> None:
    """However many files came before."""
    bench = Bench()
    await bench.comes("an-1", "an-2", "an-3", "binh-1")
    assert bench.served == ["an-1", "binh-1"]
    await bench.ends()


async def test_callers_take_turns() -> None:
    """Who waits with one file does not wait for all of another's."""
    bench = Bench(1)
    await bench.comes("an-1", "an-2", "an-3", "binh-1", "chi-1")
    for name in ("an-1", "an-2", "binh-1", "chi-1"):
        await bench.leaves(name)
    assert bench.served == ["an-1", "an-2", "binh-1", "chi-1", "an-3"]
    await bench.ends()


async def test_more_than_may_wait_is_refused_at_once() -> None:
    """A caller's own and everybody's are told apart."""
    bench = Bench(1)
    await bench.comes("an-1", "an-2", "an-3", "an-4")
    with pytest.raises(TooManyFiles):
        async with bench.turns.turn("an"):
            pass
    await bench.comes("binh-1", "chi-1")
    with pytest.raises(InspectionBusy):
        async with bench.turns.turn("dung"):
            pass
    await bench.ends()


async def test_who_goes_away_waiting_is_forgotten() -> None:
    """Neither a place nor a turn is lost, also when called in the very moment of going."""
    bench = Bench(1)
    await bench.comes("an-1", "binh-1", "chi-1", "dung-1")
    bench.tasks["binh-1"].cancel()
    await asyncio.sleep(0)
    bench.leave["an-1"].set()
    await asyncio.sleep(0)
    bench.tasks["chi-1"].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert bench.served == ["an-1", "dung-1"]
    assert bench.turns.waiting == 0
    await bench.ends()
    async with bench.turns.turn("an"):
        pass
