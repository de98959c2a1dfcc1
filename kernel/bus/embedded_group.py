"""A member of a group on the embedded bus: one session after another, for as long as it is open."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from kernel.bus.embedded_bell import Bell
from kernel.bus.embedded_errors import AWAY
from kernel.bus.embedded_session import Session
from kernel.core.bus import IncomingMessage
from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most

BEAT_SECONDS = 1.0
"""How often a member shows that it lives and looks who else does; announced changes come at once."""
POLL_SECONDS = 0.5
_LONGEST_WAIT = 2.0
_log = structlog.get_logger()


class EmbeddedSubscription:
    """Reads the partitions its session holds. Without a database it gives nothing and keeps trying."""

    def __init__(
        self, group: str, topics: Sequence[str], open_session: Callable[[], Awaitable[Session]], bell: Bell
    ) -> None:
        self._group = group
        self._open_session = open_session
        self._bell = bell
        self._session: Session | None = None
        self._has_news = asyncio.Event()
        self._is_turn = asyncio.Event()
        self._has_joined = asyncio.Event()
        self._is_closing = False
        bell.hear(self._has_news, [f"t:{topic}" for topic in topics])
        bell.hear(self._is_turn, [f"g:{group}"])
        self._membership = asyncio.create_task(self._stay_member())

    async def wait_joined(self, seconds: float) -> None:
        """Wait for the first session, at most so long: later ones come by themselves."""
        await wait_at_most(self._has_joined, seconds)

    async def fetch(self, *, max_messages: int, timeout_seconds: float) -> list[IncomingMessage]:
        """Return the next messages, as soon as there are any."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        if self._membership.done():
            # Not the world but a defect ended it: whoever reads must know.
            self._membership.result()
        if self._session and self._session.finish_leaving():
            self._is_turn.set()
        while True:
            self._has_news.clear()
            messages = await self._fetch(max_messages)
            remaining = deadline - loop.time()
            if messages or remaining <= 0:
                return messages
            await wait_at_most(self._has_news, min(POLL_SECONDS, remaining))

    async def commit(self, messages: Sequence[IncomingMessage]) -> None:
        """Record messages as done; those of partitions lost meanwhile are left to their new reader."""
        next_offsets: dict[tuple[str, int], int] = {}
        for message in messages:
            place = (message.topic, message.partition)
            next_offsets[place] = max(next_offsets.get(place, 0), message.offset + 1)
        session, lost = self._session, list(next_offsets)
        if session and next_offsets:
            try:
                lost = await session.commit(next_offsets)
            except AWAY as error:
                self._lose(session, error)
            if session.has_to_let_go:
                self._is_turn.set()
        if lost:
            _log.warning("bus_commit_refused", group=self._group, partitions=lost)

    async def rewind(self, message: IncomingMessage) -> None:
        """Read on from this message; one of a partition lost meanwhile comes to its new reader."""
        if self._session:
            self._session.rewind(message)

    async def close(self) -> None:
        """Leave the group."""
        self._bell.forget(self._has_news)
        self._bell.forget(self._is_turn)
        # A driver that meets a broken world in that very moment may answer with its own error instead.
        self._is_closing = True
        self._membership.cancel()
        await asyncio.gather(self._membership, return_exceptions=True)
        session, self._session = self._session, None
        if session:
            try:
                await session.leave()
            except AWAY as error:
                _log.info("bus_left_without_a_word", group=self._group, error=repr(error))
            finally:
                session.drop()

    async def _fetch(self, max_messages: int) -> list[IncomingMessage]:
        session = self._session
        if session is None:
            return []
        try:
            return await session.fetch(max_messages)
        except AWAY as error:
            self._lose(session, error)
            return []

    def _lose(self, session: Session, error: BaseException) -> None:
        _log.warning("bus_session_lost", group=self._group, error=repr(error))
        session.drop()
        self._is_turn.set()

    async def _stay_member(self) -> None:
        wait = 0.1
        while not self._is_closing:
            try:
                with as_told():
                    self._session = await self._open_session()
                    wait = 0.1
                    await self._attend(self._session)
            except AWAY as error:
                _log.warning("bus_member_waits", group=self._group, error=repr(error))
                if self._session:
                    self._session.drop()
                    self._session = None
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _attend(self, session: Session) -> None:
        self._bell.ring([f"g:{self._group}"])
        while True:
            self._is_turn.clear()
            if await session.rebalance():
                self._has_news.set()
            self._has_joined.set()
            await wait_at_most(self._is_turn, BEAT_SECONDS)
