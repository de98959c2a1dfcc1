"""Views of dossiers, asked for one by one and fetched together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from kernel.core.ending import as_told
from kernel.core.errors import Unavailable
from services.gateway.domain.portal.telling.messages import Json

Place = tuple[UUID, int]
"""A dossier and its version; 0 for the newest."""
MOST_AT_ONCE = 32
_log = structlog.get_logger()


class GatheredViews:
    """While one question is on its way those that come wait together and make the next one.

    Where a question for several fails, each is asked for alone, at once: a dossier whose view cannot be made,
    or takes too long, does not hold up the others. Where that fails for all of them the service is away, and
    whoever waits by then is told so too: nobody waits for more than some of its time-outs.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[Place]], Awaitable[Sequence[Json | None]]],
        fetch_one: Callable[[Place], Awaitable[Json | None]],
    ) -> None:
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
            except Unavailable:
                _log.info("portal_views_asked_for_alone", views=len(waiting))
            else:
                for (_, answer), view in zip(waiting, views, strict=True):
                    _give(answer, view)
                return
        errors = await asyncio.gather(*(self._answer_one(place, answer) for place, answer in waiting))
        away = [one for one in errors if isinstance(one, Unavailable)]
        if len(waiting) > 1 and len(away) == len(waiting):
            others, self._asked = self._asked, []
            for _, answer in others:
                _fail(answer, away[0])

    async def _answer_one(self, place: Place, answer: "asyncio.Future[Json | None]") -> Exception | None:
        try:
            with as_told():
                _give(answer, await self._fetch_one(place))
        except Exception as error:
            # Told to the one who asked, and to nobody else.
            _fail(answer, error)
            return error
        return None


def _give(answer: "asyncio.Future[Json | None]", view: Json | None) -> None:
    if not answer.done():
        answer.set_result(view)


def _fail(answer: "asyncio.Future[Json | None]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
