"""Views asked for one by one are fetched together, and no dossier holds up another."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from kernel.core.errors import Unavailable
from services.gateway.clients.portal.views import MOST_AT_ONCE, GatheredViews, Place


def place(number: int, version: int = 1) -> Place:
    return UUID(int=number), version


class Office:
    """The dossier service: it knows all but the unknown, and cannot make the views of the broken."""

    def __init__(self, *, unknown: set[Place] | None = None, broken: set[Place] | None = None) -> None:
        self.unknown, self.broken = unknown or set(), broken or set()
        self.questions: list[list[Place]] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.is_down = False
        self.views = GatheredViews(self.many, self.one)

    async def many(self, places: Sequence[Place]) -> Sequence[dict[str, Any] | None]:
        self.questions.append(list(places))
        await self.answers.wait()
        if self.is_down or self.broken & set(places):
            raise Unavailable("dossier: HTTP 503")
        return [self._view(one) for one in places]

    async def one(self, one: Place) -> dict[str, Any] | None:
        self.questions.append([one])
        await self.answers.wait()
        if self.is_down or one in self.broken:
            raise Unavailable("dossier: HTTP 500")
        return self._view(one)

    def _view(self, one: Place) -> dict[str, Any] | None:
        return None if one in self.unknown else {"dossier_id": str(one[0]), "version": one[1]}

    async def ask(self, *places: Place) -> list[Any]:
        return await asyncio.gather(*(self.views.view(one) for one in places), return_exceptions=True)


async def test_who_asks_alone_is_answered_at_once() -> None:
    office = Office()
    assert await office.views.view(place(1)) == {"dossier_id": str(UUID(int=1)), "version": 1}
    assert office.questions == [[place(1)]]


async def test_who_asks_with_others_is_answered_together_and_each_gets_their_own() -> None:
    office = Office(unknown={place(3)})
    first = asyncio.create_task(office.views.view(place(1)))
    answers = await office.ask(place(2), place(3), place(2, 5))
    assert [one and one["version"] for one in answers] == [1, None, 5]
    assert (await first) is not None
    assert office.questions == [[place(1), place(2), place(3), place(2, 5)]]


async def test_those_who_come_while_a_question_is_on_its_way_make_the_next_one() -> None:
    office = Office()
    office.answers.clear()
    first = asyncio.create_task(office.ask(place(1)))
    while not office.questions:
        await asyncio.sleep(0)
    others = asyncio.create_task(office.ask(*(place(n) for n in range(2, MOST_AT_ONCE + 4))))
    await asyncio.sleep(0)
    office.answers.set()
    assert len(await first + await others) == MOST_AT_ONCE + 3
    assert [len(one) for one in office.questions] == [1, MOST_AT_ONCE, 2]


async def test_a_view_that_cannot_be_made_is_told_to_who_asked_for_it_alone() -> None:
    office = Office(broken={place(2)})
    answers = await office.ask(place(1), place(2), place(3))
    assert [type(one) for one in answers] == [dict, Unavailable, dict]


async def test_whoever_waits_for_a_service_that_is_away_is_told_after_one_question() -> None:
    """However many wait: the first are asked for together and alone, and the others are told with them."""
    office = Office()
    office.is_down = True
    answers = await office.ask(*(place(n) for n in range(5 * MOST_AT_ONCE)))
    assert {type(one) for one in answers} == {Unavailable}
    assert [len(one) for one in office.questions] == [MOST_AT_ONCE] + [1] * MOST_AT_ONCE
    office.is_down = False
    assert len(await office.ask(place(1), place(2))) == 2


async def test_who_gave_up_is_not_asked_for_and_the_others_are_answered() -> None:
    office = Office()
    office.answers.clear()
    first = asyncio.create_task(office.views.view(place(1)))
    while not office.questions:
        await asyncio.sleep(0)
    second, third = (asyncio.create_task(office.views.view(place(n))) for n in (2, 3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    office.answers.set()
    assert await first
    assert await third
    assert office.questions == [[place(1)], [place(3)]]
    with pytest.raises(asyncio.CancelledError):
        await second
