"""Spreads all calls to the portal over time, so that a drain after an outage does not flood it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from kernel.core.clock import Clock
from services.gateway.domain.portal.answers.answer import PortalUnreached
from services.gateway.domain.portal.telling.quota import UNLIMITED, Quota
from services.gateway.use_cases.portal.ports import Turns

_AHEAD_SECONDS = 0.25
"""Turns are asked for so far ahead, at a statement each time; those not used by then are lost."""


class PortalClosed(PortalUnreached):
    """By agreement nobody calls now; nothing was sent."""

    code = "portal-closed"
    title = "Ngoài khung giờ được kết nối Cổng Dịch vụ công quốc gia"


@dataclass(slots=True)
class Pace:
    """One process's queue for everything it says to the portal; turns come in the order they were asked for.

    The quota is the province's, so the turns are of all processes together (`Turns`). They are spaced evenly:
    a burst is what a quota is to prevent. `monotonic` and `sleep` are the loop's.
    """

    quota: Quota
    clock: Clock
    turns: Turns
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _left: int = field(default=0, init=False)
    _next: float = field(default=0.0, init=False)
    _gap: float = field(default=0.0, init=False)
    _queue: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def is_open(self) -> bool:
        """Whether anybody may call now."""
        return self.quota.pace(self.clock.now()) > 0

    async def turn(self) -> None:
        """Wait for the next turn; raise `PortalClosed` where there is none, or none any more when it came.

        Who waits holds the queue, so that no process has more turns ahead of it than it asked for at once.
        """
        if self._now() == UNLIMITED:
            return
        async with self._queue:
            pace = self._now()
            if pace == UNLIMITED:
                return
            self._forget_missed()
            if self._left <= 0 or self._gap != 1 / pace:
                await self._ask_for_turns(pace)
            mine = self._next
            self._left, self._next = self._left - 1, mine + self._gap
            wait = mine - self.monotonic()
            if wait > 0:
                await self.sleep(wait)
                self._now()

    def _now(self) -> float:
        pace = self.quota.pace(self.clock.now())
        if pace <= 0:
            raise PortalClosed
        return pace

    def _forget_missed(self) -> None:
        """Leave out turns nobody was there for: what is caught up would be a burst."""
        missed = int(max(0.0, self.monotonic() - self._next) / self._gap) if self._left > 0 else 0
        self._left -= missed
        self._next += missed * self._gap

    async def _ask_for_turns(self, pace: float) -> None:
        count = max(1, int(pace * _AHEAD_SECONDS))
        began = self.monotonic()
        wait = await self.turns.take(count, pace)
        self._left, self._next, self._gap = count, began + wait, 1 / pace
