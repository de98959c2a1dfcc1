"""What comes in: kept raw first, let go of second, understood third, acknowledged by the same commit."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.ids import new_id
from services.gateway.domain.documents.beside import Beside
from services.gateway.domain.documents.checking import tidied
from services.gateway.domain.documents.envelope import (
    Envelope,
    StatusNotice,
)
from services.gateway.domain.documents.ledger import (
    Arrived,
)
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.signed import Judged
from services.gateway.domain.documents.xml_tree import NotReadable
from services.gateway.domain.file_names import shown
from services.gateway.use_cases.documents.note_status import note_status
from services.gateway.use_cases.documents.ports import AxisSilent, DocumentAxis, Incoming, Office
from services.gateway.use_cases.documents.receive_document import ReceiveDocument
from services.gateway.use_cases.documents.waits import Waits

_BEFORE_ITS_TIME = timedelta(minutes=10)
_BATCH = 50
_log = structlog.get_logger()


class _NotBelieved(Exception):  # noqa: N818 - the fact is the name.
    """Its signature is missing where it must be, or is not good: kept as evidence, acted upon never."""


class TakeInDocuments:
    """The way in."""

    def __init__(
        self,
        *,
        open_work: Callable[[], AbstractAsyncContextManager[Any]],
        axis: DocumentAxis,
        clock: Clock,
        office: Office,
        passing: tuple[type[Exception], ...],
    ) -> None:
        """Take `passing` for failures of the world, not of what came: trying again later is right."""
        self._open_work = open_work
        self._passing = passing
        self._axis = axis
        self._clock = clock
        self._office = office
        self._receive = ReceiveDocument(office, clock)

    async def take_in(self, most: int = _BATCH) -> int:
        """Keep what came as it came; return how many things."""
        kept = 0
        async for one in self._axis.incoming(most):
            try:
                await self._keep(one)
                await self._axis.let_go(one.handle)
                kept += 1
            except AxisSilent:
                raise
            except self._passing:
                raise
            except Exception as error:
                # What nobody thought of about one thing must not hold up the others.
                _log.exception("document_not_kept", name=shown(one.handle))
                await self._set_aside(one, f"lỗi khi nhận: {type(error).__name__}")
            del one  # Two messages at once would be twice the memory.
        return kept

    async def understand_due(self) -> int:
        """Deal with everything kept that is due; return how many."""
        async with self._open_work() as work:
            due: list[UUID] = await work.document_posts.waiting(self._clock.now(), _BATCH)
        for arrival in due:
            try:
                await self.understand(arrival)
            except Exception as error:
                # A defect met on one thing must not hold up the others; it is tried again after a wait.
                _log.exception("document_arrival_failed", arrival=str(arrival))
                retry_at = self._clock.now() + _BEFORE_ITS_TIME
                await self._park(arrival, f"lỗi khi xử lý: {type(error).__name__}", retry_at)
        return len(due)

    async def understand(self, arrival: UUID) -> None:
        """Deal with one: a document is kept and acknowledged, a status noted; the rest waits for people."""
        async with self._open_work() as work:
            arrived: Arrived | None = await work.document_posts.arrival(arrival)
            body: bytes | None = await work.document_posts.whole(arrival) if arrived else None
        if arrived is None or body is None:
            return
        arrived = replace(arrived, body=body)
        try:
            # Megabytes of XML are read beside the loop: requests go on meanwhile.
            said = await asyncio.to_thread(_understood, arrived, self._office.bounds)
            judged = await self._judged(said, arrived)
            async with self._open_work() as work:
                if isinstance(said, StatusNotice):
                    await note_status(said, work, self._clock.now())
                else:
                    await self._receive.receive(said, arrived, judged, work)
                work.document_posts.understood(arrived.id, self._clock.now())
        except NotReadable as fault:
            await self._park(arrived.id, f"{fault.code}: {fault.reason}", None)
        except _NotBelieved as why:
            async with self._open_work() as work:
                work.document_posts.refuse(arrived.id, str(why))
        except Waits as reason:
            retry_at = self._clock.now() + _BEFORE_ITS_TIME if reason.again else None
            await self._park(arrived.id, str(reason), retry_at)

    async def _judged(self, said: Envelope | StatusNotice, arrived: Arrived) -> Judged:
        """Return what its signature is worth; raise `_NotBelieved` for one that is not good enough."""
        judged = await asyncio.to_thread(
            self._office.signatures.judge, arrived.body, sender=said.sender.id, now=self._clock.now()
        )
        why = judged.refusal(self._office.required, is_document=isinstance(said, Envelope))
        if why:
            raise _NotBelieved(why)
        return judged

    async def _keep(self, one: Incoming) -> None:
        reason = one.fault or ("" if one.body is not None else "Gói tin quá lớn, còn ở thư mục của trục")
        arrived = Arrived(id=new_id(), name=shown(one.handle), body=one.body or b"")
        async with self._open_work() as work:
            await work.document_posts.keep(arrived, size=one.size, reason=reason, now=self._clock.now())

    async def _set_aside(self, one: Incoming, reason: str) -> None:
        """Tell people of what cannot be kept: its name and why; it stays where the axis keeps things."""
        arrived = Arrived(id=new_id(), name=shown(one.handle), body=b"")
        async with self._open_work() as work:
            await work.document_posts.keep(arrived, size=one.size, reason=reason, now=self._clock.now())

    async def _park(self, arrival: UUID, reason: str, retry_at: datetime | None) -> None:
        async with self._open_work() as work:
            work.document_posts.park(arrival, reason, retry_at)


def _understood(arrived: Arrived, bounds: Bounds) -> Envelope | StatusNotice:
    """Return what came as it is kept: what was not understood stands beside what was."""
    beside = Beside()
    said: Envelope | StatusNotice = tidied(
        read_envelope(arrived.body, bounds, came_at=arrived.received_at), beside
    )
    return replace(said, unread=(*said.unread, *beside.unread)) if isinstance(said, Envelope) else said
