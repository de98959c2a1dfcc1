"""A list of the portal's that is read now and then: when it is due, and that an answer is one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kernel.core.clock import Clock
from services.gateway.domain.portal_answers import PortalAnswer, PortalSilent
from services.gateway.use_cases.portal_ports import National, OpenWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """Reads a list when it is due; it is due again at once until `note` says in a commit that it was kept."""

    open_work: OpenWork
    national: National
    clock: Clock
    every: timedelta

    async def read(self, name: str, service: str) -> PortalAnswer | None:
        """Return the portal's list, None when it is not due; `PortalSilent` when there is no good answer."""
        async with self.open_work() as work:
            last = await work.portal_codes.read_at(name)
        if last is not None and last + self.every > self.clock.now():
            return None
        answer = await self.national.read(service)
        if not answer.is_success:
            raise PortalSilent(f"{service}: {answer.code} {answer.message[:200]}")
        return answer

    def note(self, work: Any, name: str, lines: int) -> None:
        """Note with what was kept of it that the list was read."""
        work.portal_codes.note_read(name, lines, self.clock.now())
