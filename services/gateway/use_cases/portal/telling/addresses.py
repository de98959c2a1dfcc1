"""Gives every file an address that is good before the portal hears of it, those of many dossiers at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.core.ending import as_told
from services.gateway.domain.portal.telling.view import FileRef
from services.gateway.use_cases.portal.ports import OpenWork

_REMEMBERED = 8192


class SealsAddresses(Protocol):
    """Makes the token of a file's address."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return bytes equal for equal values that tell nothing without the key."""


@dataclass(frozen=True, slots=True)
class GivenAddress:
    """A token and the file behind it."""

    token: str
    dossier_id: UUID
    file: FileRef
    again: int | None = None
    """The version that tells of it anew, for a result that may have been recalled before."""


_Waiting = tuple[Sequence[GivenAddress], "asyncio.Future[None]"]


class FileAddresses:
    """An address is committed before it is told; those that come while one commit is on its way are the next.

    What this process gave out it does not give out again: an address stays, revoked or not, under one token.
    Only a result told anew after a recall is asked about each time.
    """

    def __init__(
        self, open_work: OpenWork, seals: SealsAddresses, now: Callable[[], datetime], root: str
    ) -> None:
        self._open_work, self._seals, self._now, self._root = open_work, seals, now, root
        self._given: dict[str, str] = {}
        self._asked: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def of(
        self, dossier_id: UUID, files: Sequence[FileRef], *, again: int | None = None
    ) -> Mapping[str, str]:
        """Return the address of each file, by its id; all of them are kept by then.

        `again` is the version that tells of a dossier one of whose results was recalled: an address revoked
        for a recall before that version is good again where its file is a result.
        """
        tokens = {file.attachment_id: self._given.get(file.attachment_id, "") for file in files}
        new = [
            GivenAddress(self._token(file), dossier_id, file, again if file.is_result else None)
            for file in files
            if not tokens[file.attachment_id] or (again is not None and file.is_result)
        ]
        if new:
            await self._kept(new)
            tokens |= {one.file.attachment_id: one.token for one in new}
        return {attachment: self._address(token) for attachment, token in tokens.items()}

    async def taken_back(self, files: Sequence[FileRef], version: int) -> Mapping[str, str]:
        """Return the addresses the portal was given of files that this version took back, none good any more.

        One may still be good: given out by who told of the version before while the recall was on its way.
        """
        ids = [file.attachment_id for file in files]
        async with self._open_work() as work:
            known: set[str] = await work.portal_files.given(ids)
            work.portal_files.take_back(ids, self._now(), version=version)
        return {
            file.attachment_id: self._address(self._token(file))
            for file in files
            if file.attachment_id in known
        }

    def _address(self, token: str) -> str:
        return f"{self._root}/portal-files/{token}"

    async def _kept(self, new: Sequence[GivenAddress]) -> None:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked.append((new, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await answer

    async def _write(self) -> None:
        try:
            while self._asked:
                waiting, self._asked = self._asked, []
                await self._write_together([one for one in waiting if not one[1].done()])
        finally:
            self._writing = None

    async def _write_together(self, waiting: Sequence[_Waiting]) -> None:
        """Keep them in one commit; where that fails each is kept alone, so that none fails for another."""
        try:
            with as_told():
                await self._publish([one for new, _ in waiting for one in new])
        except Exception as error:
            if len(waiting) > 1:
                for one in waiting:
                    await self._write_together([one])
                return
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
            return
        for _, answer in waiting:
            if not answer.done():
                answer.set_result(None)

    async def _publish(self, new: Sequence[GivenAddress]) -> None:
        async with self._open_work() as work:
            work.portal_files.publish(new, self._now())
        for one in new:
            self._given[one.file.attachment_id] = one.token
        while len(self._given) > _REMEMBERED:
            self._given.pop(next(iter(self._given)))

    def _token(self, file: FileRef) -> str:
        return self._seals.blind_index(str(UUID(file.attachment_id)), purpose="portal file").hex()
