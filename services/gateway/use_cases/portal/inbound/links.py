"""Files the portal names by an address: asked for by a job, kept as evidence, waited for only so long."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Stale
from services.gateway.domain.portal.inbound.links import LinkState, NotFetched
from services.gateway.domain.portal.inbound.messages import Inbound, Ruling, parked, waiting
from services.gateway.domain.portal.inbound.reading import Handed
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.use_cases.portal.ports import OpenWork

_log = structlog.get_logger()
_AT_ONCE = 4
_BATCH = 20


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file as it was fetched."""

    content: bytes
    sha256: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLink:
    """An address of a message's file, `place` among its files, and what came of asking for it."""

    id: UUID
    message_id: UUID
    place: int
    address: str
    state: LinkState
    asked_at: datetime
    attempts: int = 0
    reason: str = ""
    sha256: bytes = b""
    size: int = 0
    version: int = 1
    """The message's when it was asked for: who tries the message again asks anew for what failed."""


class Files(Protocol):
    """Where files are fetched from."""

    async def fetch(self, address: str) -> FetchedFile:
        """Return the file behind an address; raise `NotFetched`."""


class Links(Protocol):
    """Addresses and the files behind them, as they are kept."""

    async def of(self, message_id: UUID) -> Sequence[KeptLink]:
        """Return the addresses of a message."""

    def ask(self, message: Inbound, wanted: Mapping[int, str], now: datetime) -> None:
        """Keep addresses to be asked; those that failed for an earlier version of the message once more."""

    async def due(self, *, limit: int, now: datetime) -> Sequence[KeptLink]:
        """Return addresses to be asked now."""

    def keep(self, link: KeptLink, file: FetchedFile, now: datetime) -> None:
        """Keep a file; `Stale` at the commit when somebody else did."""

    def put_off(self, link: KeptLink, reason: str, next_at: datetime | None, now: datetime) -> None:
        """Keep why nothing came and when it is asked again; None: no more."""

    def go_on(self, messages: Sequence[UUID], now: datetime) -> None:
        """Let those of these messages go on at once that wait for no address any more."""

    async def part(self, link_id: UUID, place: int) -> bytes | None:
        """Return a part of a kept file, None past its end."""


class FetchLinks:
    """Asks until the file is there, asking is pointless, or the time to wait is over."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        files: Files,
        clock: Clock,
        patience: timedelta,
        spread: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._open_work, self._files, self._clock = open_work, files, clock
        self._patience, self._spread = patience, spread
        self._backoff = Backoff(first_seconds=5, longest_seconds=600)

    async def run(self) -> int:
        """Ask for what is due, a few of each message, some at once; return how many were asked for."""
        async with self._open_work() as work:
            due: Sequence[KeptLink] = await work.portal_links.due(limit=_BATCH, now=self._clock.now())
        room = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._ask(link, room) for link in due))
        if due:
            # Killed before this, a message goes on when it is next tried, a little later.
            async with self._open_work() as work:
                work.portal_links.go_on([*{link.message_id for link in due}], self._clock.now())
        return len(due)

    async def _ask(self, link: KeptLink, room: asyncio.Semaphore) -> None:
        async with room:
            try:
                file = await self._files.fetch(link.address)
            except NotFetched as fault:
                await self._put_off(link, fault)
                return
            except Exception:  # The boundary of a file: a defect of ours must not hold up the others' files.
                _log.exception("portal_link_failed", link=str(link.id))
                await self._put_off(link, NotFetched("lỗi khi tải"))
                return
            # One at a time is held only until it is kept.
            try:
                async with self._open_work() as work:
                    work.portal_links.keep(link, file, self._clock.now())
            except Stale:
                # Another process had it: the file is there.
                return

    async def _put_off(self, link: KeptLink, fault: NotFetched) -> None:
        now = self._clock.now()
        next_at = now + self._backoff.wait(link.attempts + 1, self._spread())
        ends = fault.is_final or next_at >= link.asked_at + self._patience
        with suppress(Stale):
            async with self._open_work() as work:
                work.portal_links.put_off(link, str(fault), None if ends else next_at, now)


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A fetched file, read part by part."""

    open_work: OpenWork
    link: KeptLink

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the content piece by piece."""
        place = 0
        while True:
            async with self.open_work() as work:
                part: bytes | None = await work.portal_links.part(self.link.id, place)
            if part is None:
                return
            yield part
            place += 1


class AwaitLinks:
    """Tells whether a message may go on: its files are there, or it has waited for them long enough.

    A file that will not come is first for people, who may correct its address or try again; after `patience`
    the dossier goes in without it and tells so. A citizen's dossier does not wait for a server for ever.
    """

    def __init__(self, *, open_work: OpenWork, clock: Clock, patience: timedelta) -> None:
        self._open_work, self._clock, self._patience = open_work, clock, patience

    async def standing(self, handed: Handed, message: Inbound) -> Ruling | Mapping[int, KeptLink]:
        """Return the addresses by the place of their files, or what the message waits for."""
        listed = enumerate(handed.body["attachments"])
        wanted = {place: file["link"] for place, file in listed if "link" in file}
        if not wanted:
            return {}
        found = await self._found(wanted, message)
        names = {place: handed.body["attachments"][place]["name"] for place in wanted}
        if any(one.state is LinkState.WAITING for one in found.values()):
            return waiting(handed.portal_code, "chờ tải tệp theo địa chỉ")
        failed = [one for one in found.values() if one.state is LinkState.FAILED]
        if failed and self._clock.now() < message.received_at + self._patience:
            told = "; ".join(f"{names[one.place]} ({one.reason})" for one in failed[:5])
            return parked(handed.portal_code, f"không tải được tệp: {told}", is_retried=True)
        return found

    async def _found(self, wanted: Mapping[int, str], message: Inbound) -> Mapping[int, KeptLink]:
        kept = await self._kept(wanted, message)
        new = {place: address for place, address in wanted.items() if _is_to_ask(kept.get(place), message)}
        if not new:
            return kept
        async with self._open_work() as work:
            work.portal_links.ask(message, new, self._clock.now())
        return await self._kept(wanted, message)

    async def _kept(self, wanted: Mapping[int, str], message: Inbound) -> Mapping[int, KeptLink]:
        async with self._open_work() as work:
            links: Sequence[KeptLink] = await work.portal_links.of(message.id)
        return {one.place: one for one in links if wanted.get(one.place) == one.address}

    def file(self, link: KeptLink) -> LinkedFile:
        """Return the file that was fetched from an address."""
        return LinkedFile(self._open_work, link)


def _is_to_ask(link: KeptLink | None, message: Inbound) -> bool:
    return link is None or (link.state is LinkState.FAILED and link.version < message.version)
