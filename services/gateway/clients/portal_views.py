"""Views of dossiers, asked for one by one and fetched together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from services.gateway.domain.portal_messages import Json

Place = tuple[UUID, int]
"""A dossier and its version; 0 for the newest."""
MOST_AT_ONCE = 32


class GatheredViews:
    """While one question is on its way those that come wait together and make the next one.

    Where the service cannot answer a question for several, each is asked for alone: a dossier whose view
    cannot be made does not hold up the others.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[Place]], Awaitable[Sequence[Json | None] | None]],
        fetch_one: Callable[[Place], Awaitable[Json | None]],
    ) -> None:
        """Ask for several by `fetch`, which returns None when it was answered with a defect."""
        self._fetch, self._fetch_one = fetch, fetch_one
        self._asked: list[tuple[Place, asyncio.Future[Json | None]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def view(self, place: Place) -> Json | None:
        """Return the view at a place, None when there is none; raise `Unavailable`."""
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._asked.append((place, answer))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await answer

    async def _read(self) -> None:
        try:
            while self._asked:
                batch, self._asked = self._asked[:MOST_AT_ONCE], self._asked[MOST_AT_ONCE:]
                await self._answer(batch)
        finally:
            self._reading = None

    async def _answer(self, batch: Sequence[tuple[Place, "asyncio.Future[Json | None]"]]) -> None:
        # Who has given up meanwhile is not asked for.
        waiting = [(place, answer) for place, answer in batch if not answer.done()]
        if len(waiting) > 1:
            try:
                views = await self._fetch([place for place, _ in waiting])
            except Exception as error:
                # Told to everybody who waits for it; each decides for itself, as if it had asked alone.
                for _, answer in waiting:
                    _fail(answer, error)
                return
            if views is not None:
                for (_, answer), view in zip(waiting, views, strict=True):
                    _give(answer, view)
                return
        await asyncio.gather(*(self._answer_one(place, answer) for place, answer in waiting))

    async def _answer_one(self, place: Place, answer: "asyncio.Future[Json | None]") -> None:
        try:
            _give(answer, await self._fetch_one(place))
        except Exception as error:
            # Told to the one who asked, and to nobody else.
            _fail(answer, error)


def _give(answer: "asyncio.Future[Json | None]", view: Json | None) -> None:
    if not answer.done():
        answer.set_result(view)


def _fail(answer: "asyncio.Future[Json | None]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
