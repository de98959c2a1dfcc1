"""Reads the portal's catalogues now and then, so that ours can be mapped to them by people."""

from services.gateway.domain.portal_answers import PortalSilent
from services.gateway.domain.portal_codes import LISTINGS, CodeKind, read_listing
from services.gateway.use_cases.portal_lists import DueList


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
        answer = await self._lists.read(name, service)
        if answer is None:
            return None
        codes = read_listing(kind, answer.result)
        if not codes:
            # What is mapped must not look gone because a list could not be read.
            raise PortalSilent(f"{service}: danh sách rỗng")
        async with self._lists.open_work() as work:
            work.portal_codes.replace(kind, codes, self._lists.clock.now())
            self._lists.note(work, name, len(codes))
        return len(codes)
