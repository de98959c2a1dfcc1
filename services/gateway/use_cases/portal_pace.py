"""Spreads all calls to the portal over time, so that a drain after an outage does not flood it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from kernel.core.clock import Clock
from services.gateway.domain.portal_answers import PortalAnswer, PortalUnreached
from services.gateway.domain.portal_messages import Json
from services.gateway.domain.portal_quota import UNLIMITED, Quota
from services.gateway.use_cases.portal_ports import WholePortal


class PortalClosed(PortalUnreached):
    """By agreement nobody calls now; nothing was sent."""

    code = "portal-closed"
    title = "Ngoài khung giờ được kết nối Cổng Dịch vụ công quốc gia"


@dataclass(slots=True)
class Pace:
    """One queue for everything one process says to the portal; turns come in the order they were asked for.

    `monotonic` and `sleep` are the loop's. Turns are spaced evenly: a burst is what a quota is to prevent.
    """

    quota: Quota
    clock: Clock
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _free_at: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether anybody may call now."""
        return self.quota.pace(self.clock.now()) > 0

    async def turn(self) -> None:
        """Wait for the next turn; raise `PortalClosed` where there is none now."""
        pace = self.quota.pace(self.clock.now())
        if pace <= 0:
            raise PortalClosed
        if pace == UNLIMITED:
            return
        now = self.monotonic()
        mine = max(self._free_at, now)
        self._free_at = mine + 1 / pace
        if mine > now:
            await self.sleep(mine - now)


class PacedPortal:
    """The portal behind its quota."""

    def __init__(self, portal: WholePortal, pace: Pace) -> None:
        self._portal = portal
        self._pace = pace

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier born here."""
        await self._pace.turn()
        return await self._portal.sync_dossier(message, is_updating=is_updating)

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries."""
        await self._pace.turn()
        return await self._portal.add_progress(entries)

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal."""
        await self._pace.turn()
        return await self._portal.tell_status(message)

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds."""
        await self._pace.turn()
        return await self._portal.look_up(code)

    async def read(self, service: str, **asked: str) -> PortalAnswer:
        """Ask one of its reading services."""
        await self._pace.turn()
        return await self._portal.read(service, **asked)

    async def write(self, service: str, data: Sequence[Json]) -> PortalAnswer:
        """Hand a list to one of its writing services."""
        await self._pace.turn()
        return await self._portal.write(service, data)
