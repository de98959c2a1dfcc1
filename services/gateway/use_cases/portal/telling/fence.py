"""Lets a sender speak to the portal only while its leases hold: whoever follows it must find it silent."""

from collections.abc import Callable, Sequence

from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalUnreached
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.use_cases.portal.ports import Portal


class FencedPortal:
    """The portal behind a deadline of a clock that never jumps; reading is free, telling is not."""

    def __init__(self, portal: Portal, monotonic: Callable[[], float]) -> None:
        self._portal = portal
        self._monotonic = monotonic
        self._good_until: float | None = None

    def hold_until(self, moment: float) -> None:
        """Let the sender speak until then; before the first call nothing holds it."""
        self._good_until = moment

    def release(self) -> None:
        """Hold nobody any more: nothing is in flight."""
        self._good_until = None

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier born here."""
        self._check()
        return await self._portal.sync_dossier(message, is_updating=is_updating)

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries."""
        self._check()
        return await self._portal.add_progress(entries)

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal."""
        self._check()
        return await self._portal.tell_status(message)

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds."""
        return await self._portal.look_up(code)

    def _check(self) -> None:
        if self._good_until is not None and self._monotonic() >= self._good_until:
            raise PortalUnreached("hết hạn giữ dòng, để người gửi sau làm tiếp")
