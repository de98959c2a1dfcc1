"""A list of the portal's that is read now and then: when it is due, and that an answer is one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from kernel.core.clock import Clock
from services.gateway.domain.portal.answers.answer import PortalSilent
from services.gateway.domain.portal.wire.lists import NoLines
from services.gateway.use_cases.portal.ports import National, OpenWork

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """Reads a list when it is due; it is due again at once until `note` says in a commit that it was kept."""

    open_work: OpenWork
    national: National
    clock: Clock
    every: timedelta

    async def read(self, name: str, service: str, understand: Callable[[Any], Found]) -> Found | None:
        """Return what is understood of the portal's list, None when it is not due.

        Raises `PortalSilent` when there is no good answer, or one that is no list: that is kept beside the
        list's name until it is read well, because nobody else would miss it.
        """
        async with self.open_work() as work:
            last = await work.portal_codes.read_at(name)
        if last is not None and last + self.every > self.clock.now():
            return None
        answer = await self.national.read(service)
        fault = "" if answer.is_success else f"{answer.code} {answer.message[:200]}"
        if not fault:
            try:
                return understand(answer.result)
            except NoLines as error:
                fault = str(error)
        async with self.open_work() as work:
            work.portal_codes.note_fault(name, fault, self.clock.now())
        raise PortalSilent(f"{service}: {fault}")

    def note(self, work: Any, name: str, lines: int, unread: int) -> None:
        """Note with what was kept of it that the list was read, and how many lines nobody can read."""
        work.portal_codes.note_read(name, lines, self.clock.now(), unread=unread)
