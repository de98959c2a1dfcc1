"""Who follows dossiers live is told of changes by one look for everybody, not by one each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from kernel.core.ending import as_told
from kernel.core.errors import Unavailable
from services.gateway.use_cases.ports import Tracking

LOOK_SECONDS = 2.0
"""A change of what is tracked reaches whoever follows within this, and the time to read it once."""
_log = structlog.get_logger()


class LiveChanges:
    """One process's followers. While there is one, one statement a turn looks after all of them."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._followers: dict[UUID, set[asyncio.Event]] = {}
        self._marks: dict[UUID, str | None] = {}
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def followed(self, dossier: UUID) -> AsyncIterator[asyncio.Event]:
        """Yield a bell that rings after each change of this dossier, its end as well.

        Whoever rings in reads once afterwards: the first look rings for whoever came since the last one, so
        that no change between a read and the first mark is missed.
        """
        bell = asyncio.Event()
        self._followers.setdefault(dossier, set()).add(bell)
        self._marks.pop(dossier, None)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield bell
        finally:
            self._followers[dossier].discard(bell)
            if not self._followers[dossier]:
                del self._followers[dossier]
                self._marks.pop(dossier, None)
            if not self._followers and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                with as_told():
                    await self.look()
            except Unavailable as away:
                # Streams stay open over a restart of the database; what changed meanwhile rings afterwards.
                _log.warning("live_changes_wait", reason=away.detail or away.title)
            except Exception:
                # One defect must not leave everybody who follows something in the dark.
                _log.exception("live_changes_failed")

    async def look(self) -> None:
        """Look once, for everybody who follows something."""
        asked = list(self._followers)
        found = await self._tracking.marks(asked)
        for dossier in asked:
            mark = found.get(dossier)
            if dossier in self._marks and self._marks[dossier] == mark:
                continue
            self._marks[dossier] = mark
            for bell in self._followers.get(dossier, ()):
                bell.set()
