"""Reads the portal's catalogues now and then, so that ours can be mapped to them by people."""

from functools import partial
from typing import Any

from services.gateway.domain.portal.telling.codes import LISTINGS, CodeKind, PortalCode, read_listing
from services.gateway.domain.portal.wire.lists import NoLines
from services.gateway.use_cases.portal.telling.lists import DueList


class ReadCatalogues:
    """One catalogue a commit; a list that comes back empty is no news but a fault of the portal's."""

    def __init__(self, lists: DueList) -> None:
        self._lists = lists

    async def run(self) -> dict[CodeKind, int]:
        """Read what is due and return how many lines each catalogue had; `PortalSilent` ends the run."""
        read = {kind: await self._read(kind) for kind in CodeKind}
        return {kind: lines for kind, lines in read.items() if lines is not None}

    async def _read(self, kind: CodeKind) -> int | None:
        name, service = f"codes:{kind.value}", LISTINGS[kind].service
        found = await self._lists.read(name, service, partial(_codes, kind))
        if found is None:
            return None
        codes, unread = found
        async with self._lists.open_work() as work:
            # What is mapped must not look gone because its line could not be read.
            work.portal_codes.replace(kind, codes, self._lists.clock.now(), is_whole=not unread)
            self._lists.note(work, name, len(codes), unread)
        return len(codes)


def _codes(kind: CodeKind, result: Any) -> tuple[list[PortalCode], int]:
    """Return what is listed; raise `NoLines` for a list of nothing, which no catalogue is."""
    codes, unread = read_listing(kind, result)
    if not codes:
        raise NoLines(f"danh sách rỗng, {unread} dòng không đọc được" if unread else "danh sách rỗng")
    return codes, unread
