"""What came is kept raw first and read second; each row is told to the dossier service third, by a job."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson
import structlog

from kernel.core.clock import Clock
from kernel.core.ids import new_id
from services.gateway.domain.connectors.records import (
    Account,
    Delivery,
    Read,
    account_of,
    read_row,
    records_of,
)
from services.gateway.domain.connectors.rows import NotReadable, Sheet, rows_of_csv, rows_of_json
from services.gateway.domain.connectors.source import FileWay, Source, Way
from services.gateway.use_cases.connectors.ports import ConnectorWork, Ledger, PullState
from services.gateway.use_cases.portal.ports import OpenWork

_READ_AT_ONCE = 500
_log = structlog.get_logger()


class TakeIn:
    """Nothing a source was thanked for is lost, whatever dies afterwards."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        sources: Mapping[str, Source],
        clock: Clock,
        passing: tuple[type[Exception], ...],
    ) -> None:
        """Take `passing` for failures of the world, not of what came: trying again later is right."""
        self._passing = passing
        self._open_work = open_work
        self._sources = sources
        self._clock = clock

    async def keep(
        self,
        source: str,
        way: Way,
        body: bytes,
        *,
        position: str = "",
        name: str = "",
        moves: tuple[PullState, str, bytes] | None = None,
    ) -> UUID:
        """Keep a delivery raw; a cursor `moves` (state seen, next, hash of the page) in the same commit."""
        now = self._clock.now()
        delivery = Delivery(
            id=new_id(), source=source, way=way, position=position, body=body, received_at=now, name=name
        )
        async with self._open_work() as work:
            work.connectors.keep(delivery)
            if moves is not None:
                seen, cursor, page = moves
                work.connectors.pulled(source, seen, cursor, page, now)
        return delivery.id

    async def read(self, delivery_id: UUID) -> Account | None:
        """Account for every row of a delivery; None when it has been read already."""
        now = self._clock.now()
        async with self._open_work() as work:
            delivery = await work.connectors.to_read(delivery_id)
            if delivery is None:
                return None
            source = self._sources.get(delivery.source)
            try:
                sheet = await asyncio.to_thread(sheet_of, delivery, source)
            except NotReadable as fault:
                account = Account(delivery_id, reason=str(fault))
                work.connectors.account(account, now, is_refused=True)
                return account
            return await self._accounted(delivery, self._sources[delivery.source], sheet, work, now)

    async def read_or_refuse(self, delivery_id: UUID) -> Account | None:
        """Account for a delivery as `read` does; one reading which breaks is refused, for people to see."""
        try:
            return await self.read(delivery_id)
        except self._passing:
            raise
        except Exception as error:
            # A defect met on one delivery must not hold up the others.
            _log.exception("connector_delivery_failed", delivery=str(delivery_id))
            return await self.refuse(delivery_id, f"lỗi khi đọc: {type(error).__name__}")

    async def refuse(self, delivery_id: UUID, reason: str) -> Account:
        """Account for a delivery nothing of which may be read."""
        account = Account(delivery_id, reason=reason)
        async with self._open_work() as work:
            work.connectors.account(account, self._clock.now(), is_refused=True)
        return account

    async def unread(self, limit: int) -> list[UUID]:
        """Return deliveries nobody has read: whoever kept them died."""
        async with self._open_work() as work:
            found: list[UUID] = await work.connectors.unread(limit)
        return found

    async def _accounted(
        self, delivery: Delivery, source: Source, sheet: Sheet, work: ConnectorWork, now: datetime
    ) -> Account:
        ledger = work.connectors
        read: list[Read] = []
        for start in range(0, len(sheet.rows), _READ_AT_ONCE):
            some = sheet.rows[start : start + _READ_AT_ONCE]
            read += [read_row(row, source, _print(ledger, source, row.values), now) for row in some]
            # A file of a hundred thousand rows must not hold up whoever else this process serves.
            await asyncio.sleep(0)
        named = [one for one in read if one.identity is not None]
        known = await ledger.known(
            source.name,
            [one.fingerprint for one in named],
            [one.identity.outside_code for one in named if one.identity],
        )
        records = records_of(delivery, read, known)
        await ledger.add(records, now)
        account = account_of(delivery.id, records, sheet.form)
        ledger.account(account, now, is_refused=False)
        return account


def sheet_of(delivery: Delivery, source: Source | None) -> Sheet:
    """Return the rows of a delivery; raise `NotReadable`, always when its source is configured no more."""
    if source is None:
        raise NotReadable("nguồn không còn được cấu hình")
    if not delivery.is_readable:
        raise NotReadable("không mở được niêm phong: thiếu khóa cũ")
    if delivery.way is Way.FILE:
        drop = source.drop or FileWay(folder="")
        return rows_of_csv(delivery.body, most_rows=drop.most_rows)
    way = source.pull if delivery.way is Way.PULL else source.push
    is_page = delivery.way is Way.PULL
    return rows_of_json(delivery.body, way.items if way else "items", is_page=is_page)


def _print(ledger: Ledger, source: Source, values: Mapping[str, str]) -> bytes:
    return ledger.fingerprint(source.name, orjson.dumps(values, option=orjson.OPT_SORT_KEYS))
