"""Reads sources page after page; where it stopped is kept in the commit of what was read."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Stale
from services.gateway.domain.connectors.source import PullWay, Source, Way
from services.gateway.domain.log_reason import for_the_log
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.use_cases.connectors.ports import Pages, PullState, SourceSilent
from services.gateway.use_cases.connectors.take_in import TakeIn
from services.gateway.use_cases.portal.ports import OpenWork

_MOST_PAGES = 50
_log = structlog.get_logger()


class PullSources:
    """A page read twice is harmless: its rows are known."""

    def __init__(
        self, *, open_work: OpenWork, sources: Sequence[Source], pages: Pages, take_in: TakeIn, clock: Clock
    ) -> None:
        self._open_work = open_work
        self._sources = tuple(one for one in sources if one.pull is not None)
        self._pages = pages
        self._take_in = take_in
        self._clock = clock
        self._backoff = Backoff(first_seconds=2, longest_seconds=300)

    @property
    def sources(self) -> Sequence[Source]:
        """Those that are asked."""
        return self._sources

    async def turn(self, source: Source) -> int:
        """Read what a source has, when its time has come; return how many pages were kept."""
        way, seen = source.pull, await self._state(source)
        if way is None or self._rests(way, seen.next_pull_at):
            return 0
        pages = 0
        try:
            has_more = True
            while has_more and pages < _MOST_PAGES:
                is_kept, has_more = await self._page(source, seen)
                pages += int(is_kept)
                seen = await self._state(source)
        except SourceSilent as silence:
            _log.warning("connector_silent", source=source.name, reason=for_the_log(silence))
            wait = self._backoff.wait(seen.failures + 1, 1.0)
            await self._pause(source, wait, str(silence), seen.failures + 1)
            return pages
        except Stale:
            # Another process read this page meanwhile: its rows are kept, ours are not needed.
            return pages
        # A source that still has pages after a full turn is asked again at once, after the others' turn.
        await self._pause(source, self._rest(way, pages), "", 0)
        return pages

    async def _page(self, source: Source, seen: PullState) -> tuple[bool, bool]:
        """Keep and read one page; tell whether it was new and whether another one follows."""
        page = await self._pages.page(source, seen.cursor)
        cursor = page.next_cursor or seen.cursor
        if page.has_more and cursor == seen.cursor:
            raise SourceSilent("con trỏ trang không đổi dù còn trang sau")
        digest = hashlib.sha256(page.body).digest()
        if cursor == seen.cursor and (not page.items or digest == seen.last_page):
            return False, False
        delivery_id = await self._take_in.keep(
            source.name, Way.PULL, page.body, position=seen.cursor, moves=(seen, cursor, digest)
        )
        await self._take_in.read(delivery_id)
        return True, page.has_more

    async def _state(self, source: Source) -> PullState:
        async with self._open_work() as work:
            found: PullState = await work.connectors.pull_state(source.name)
        return found

    async def _pause(self, source: Source, wait: timedelta, failure: str, failures: int) -> None:
        now = self._clock.now()
        async with self._open_work() as work:
            work.connectors.pause(source.name, until=now + wait, failure=failure, failures=failures, now=now)

    def _rests(self, way: PullWay, until: datetime | None) -> bool:
        """Tell whether a source is left alone yet; a rest longer than any is of a clock that was set back."""
        if until is None:
            return False
        longest = max(way.every_seconds, self._backoff.longest_seconds)
        return timedelta(0) < until - self._clock.now() <= timedelta(seconds=longest)

    @staticmethod
    def _rest(way: PullWay, pages: int) -> timedelta:
        return timedelta(seconds=0 if pages >= _MOST_PAGES else way.every_seconds)
