"""Reads the portal's catalogues now and then, so that ours can be mapped to them by people."""

from datetime import timedelta

from kernel.core.clock import Clock
from services.gateway.domain.portal_answers import PortalSilent
from services.gateway.domain.portal_codes import LISTINGS, CodeKind, read_listing
from services.gateway.use_cases.portal_ports import National, OpenWork


class ReadCatalogues:
    """One catalogue a commit; a list that comes back empty is no news but a fault of the portal's."""

    def __init__(self, *, open_work: OpenWork, national: National, clock: Clock, every: timedelta) -> None:
        self._open_work = open_work
        self._national = national
        self._clock = clock
        self._every = every

    async def run(self) -> dict[CodeKind, int]:
        """Read what is due and return how many lines each catalogue had; `PortalSilent` ends the run."""
        return {kind: await self._read(kind) for kind in CodeKind if await self._is_due(kind)}

    async def _is_due(self, kind: CodeKind) -> bool:
        async with self._open_work() as work:
            last = await work.portal_codes.read_at(_name(kind))
        return last is None or last + self._every <= self._clock.now()

    async def _read(self, kind: CodeKind) -> int:
        service = LISTINGS[kind].service
        answer = await self._national.read(service)
        if not answer.is_success:
            raise PortalSilent(f"{service}: {answer.code} {answer.message[:200]}")
        codes, now = read_listing(kind, answer.result), self._clock.now()
        if not codes:
            # What is mapped must not look gone because a list could not be read.
            raise PortalSilent(f"{service}: danh sách rỗng")
        async with self._open_work() as work:
            work.portal_codes.replace(kind, codes, now)
            work.portal_codes.note_read(_name(kind), len(codes), now)
        return len(codes)


def _name(kind: CodeKind) -> str:
    return f"codes:{kind.value}"
