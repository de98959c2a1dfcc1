"""Takes in whole files from folders: kept and accounted for first, moved aside second."""

from uuid import UUID

from services.gateway.domain.connectors.records import Account
from services.gateway.domain.connectors.source import Source, Way
from services.gateway.use_cases.connectors.ports import Dropped, Folders
from services.gateway.use_cases.connectors.take_in import TakeIn
from services.gateway.use_cases.portal_ports import OpenWork


class TakeDrops:
    """A file that was kept and not yet moved when the process died is moved, and not taken again."""

    def __init__(self, *, open_work: OpenWork, folders: Folders, take_in: TakeIn) -> None:
        self._open_work = open_work
        self._folders = folders
        self._take_in = take_in

    async def turn(self, source: Source) -> int:
        """Take every whole file of a source's folder; return how many."""
        taken = 0
        for name in await self._folders.whole_files(source):
            dropped = await self._folders.read(source, name)
            if dropped is None:
                continue
            async with self._open_work() as work:
                known = await work.connectors.file_of(source.name, dropped.position)
            if known is None:
                delivery_id, is_refused = await self._kept(source, dropped), False
            else:
                delivery_id, is_refused = known
            account: Account | None
            if dropped.fault and known is None:
                account = await self._take_in.refuse(delivery_id, dropped.fault)
            else:
                account = await self._take_in.read(delivery_id)
            is_refused = is_refused or (account is not None and bool(account.reason))
            await self._folders.put_aside(
                source, name, as_name=f"{delivery_id}-{name}", is_refused=is_refused
            )
            taken += 1
        return taken

    async def _kept(self, source: Source, dropped: Dropped) -> UUID:
        """Keep a file; one past its bound is kept without its content, to be accounted for as refused."""
        return await self._take_in.keep(
            source.name, Way.FILE, dropped.body, position=dropped.position, name=dropped.name
        )
