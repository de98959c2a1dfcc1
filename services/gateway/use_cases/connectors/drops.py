"""Takes in whole files from folders: kept and accounted for first, moved aside second."""

from uuid import UUID

import structlog
from prometheus_client import Counter

from services.gateway.domain.connectors.records import Account
from services.gateway.domain.connectors.source import Source, Way
from services.gateway.domain.file_names import shown
from services.gateway.use_cases.connectors.ports import Dropped, Folders
from services.gateway.use_cases.connectors.take_in import TakeIn
from services.gateway.use_cases.portal.ports import OpenWork

_faulty = Counter("connector_files_faulty_total", "Files that could not be taken", ["source"])
_log = structlog.get_logger()


class TakeDrops:
    """A file that was kept and not yet moved when the process died is moved, and not taken again."""

    def __init__(self, *, open_work: OpenWork, folders: Folders, take_in: TakeIn) -> None:
        self._open_work = open_work
        self._folders = folders
        self._take_in = take_in

    async def turn(self, source: Source) -> int:
        """Take every whole file of a source's folder; return how many."""
        taken, failed = 0, list[Exception]()
        for name in await self._folders.whole_files(source):
            try:
                taken += await self._take(source, name)
            except Exception as error:
                # What nobody thought of about one file must not hold up the others.
                _log.warning("connector_file_failed", source=source.name, name=shown(name), error=repr(error))
                _faulty.labels(source.name).inc()
                failed.append(error)
        if failed:
            raise failed[0]
        return taken

    async def _take(self, source: Source, name: str) -> bool:
        """Take one file; tell whether it was there."""
        dropped = await self._folders.read(source, name)
        if dropped is None:
            return False
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
            account = await self._take_in.read_or_refuse(delivery_id)
        is_refused = is_refused or (account is not None and bool(account.reason))
        try:
            as_name = f"{delivery_id}-{dropped.name}"
            await self._folders.put_aside(source, name, as_name=as_name, is_refused=is_refused)
        except OSError as error:
            # It is kept and accounted for: the next look only moves it.
            _log.warning("connector_file_stays", source=source.name, name=dropped.name, error=repr(error))
        return True

    async def _kept(self, source: Source, dropped: Dropped) -> UUID:
        """Keep a file; one past its bound is kept without its content, to be accounted for as refused."""
        return await self._take_in.keep(
            source.name, Way.FILE, dropped.body, position=dropped.position, name=dropped.name
        )
