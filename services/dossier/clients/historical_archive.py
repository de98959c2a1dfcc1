"""The archive the province hands over to, as a folder both sides see (a share, a synchronised directory).

<folder>/giao/<batch id>/<package>.zip     packages
<folder>/giao/<batch id>/bien-ban.json     the protocol, last: a batch without it is not there yet
<folder>/nhan/*.json                       the archive's acknowledgements (contracts/archive)
<folder>/nhan/da-doc, <folder>/nhan/loi    those that were read, those that say nothing
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.dossier.domain.archive.packages import Acknowledgement, Answered
from services.dossier.use_cases.archive.ports import Delivery, HistoricalArchive, PackageFile, Unreadable
from services.dossier.use_cases.ports.materials import ContentLost

PROTOCOL = "bien-ban.json"
MOST_BYTES = 8_388_608
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
_Words = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]


class _LineIn(BaseModel):
    model_config = ConfigDict(extra="ignore")
    package_id: UUID
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
    outcome: Literal["ACCEPTED", "REFUSED"]
    reason: _Words = ""
    archive_code: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")] = ""


class _AcknowledgementIn(BaseModel):
    model_config = ConfigDict(extra="ignore")
    acknowledgement_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._:-]{1,100}$")]
    batch_id: UUID
    at: AwareDatetime
    received_by: _Name
    packages: Annotated[list[_LineIn], Field(min_length=1, max_length=5000)]


def understand(raw: bytes) -> Acknowledgement:
    """Return what an acknowledgement says; raise `Unreadable`, never repeating what was sent."""
    try:
        told = _AcknowledgementIn.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{where}: {first['type']}" if where else str(first["type"])) from error
    if len({line.package_id for line in told.packages}) != len(told.packages):
        raise Unreadable("packages: one is named twice")
    if any(line.outcome == "REFUSED" and not line.reason.strip() for line in told.packages):
        raise Unreadable("packages: refused without a reason")
    at: datetime = told.at
    lines = [
        Answered(
            package_id=line.package_id,
            sha256=line.sha256,
            is_accepted=line.outcome == "ACCEPTED",
            reason=line.reason,
            archive_code=line.archive_code,
        )
        for line in told.packages
    ]
    return Acknowledgement(
        id=told.acknowledgement_id, batch_id=told.batch_id, at=at, received_by=told.received_by, lines=lines
    )


class FolderArchive:
    """Delivers into a folder and reads acknowledgements from one."""

    def __init__(self, folder: Path) -> None:
        self._given = folder / "giao"
        self._said = folder / "nhan"

    async def deliver(self, delivery: Delivery) -> str:
        """Put a batch there, the protocol last; what is there already and is right is left as it is."""
        place = self._given / str(delivery.batch_id)
        try:
            await asyncio.to_thread(place.mkdir, parents=True, exist_ok=True)
            for package in delivery.packages:
                if not await asyncio.to_thread(_is_there, place / package.name, package):
                    await _copy(package, place / package.name)
            await asyncio.to_thread(_write, place / PROTOCOL, delivery.protocol)
        except OSError as error:
            return type(error).__name__
        except ContentLost:
            return "file-lost"
        return ""

    async def waiting(self) -> list[str]:
        """Return names of messages to read, in the order they came."""
        return await asyncio.to_thread(self._waiting)

    def _waiting(self) -> list[str]:
        if not self._said.is_dir():
            return []
        found = [file for file in self._said.glob("*.json") if file.is_file()]
        return [file.name for file in sorted(found, key=lambda file: (file.stat().st_mtime_ns, file.name))]

    async def read(self, name: str) -> bytes:
        """Return a message as it came, one byte more than is taken at most: it stays until `done`."""
        return await asyncio.to_thread(self._read, name)

    def _read(self, name: str) -> bytes:
        with (self._said / name).open("rb") as file:
            return file.read(MOST_BYTES + 1)

    def understand(self, raw: bytes) -> Acknowledgement:
        """Return what a message says; raise `Unreadable`."""
        if len(raw) > MOST_BYTES:
            raise Unreadable("too large")
        return understand(raw)

    async def done(self, name: str, *, is_read: bool) -> None:
        """Put a message aside; doing so again is harmless."""
        await asyncio.to_thread(self._put_aside, name, "da-doc" if is_read else "loi")

    def _put_aside(self, name: str, where: str) -> None:
        place = self._said / where
        place.mkdir(exist_ok=True)
        file = self._said / name
        if file.exists():
            file.replace(place / name)
            _sync(place)
            _sync(self._said)


def _is_there(path: Path, package: PackageFile) -> bool:
    if not path.is_file() or path.stat().st_size != package.size:
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest() == package.sha256


async def _copy(package: PackageFile, path: Path) -> None:
    """Write a package piece by piece; it is whole or not there, also after a power cut."""
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        async for chunk in package.chunks():
            await asyncio.to_thread(stream.write, chunk)
        await asyncio.to_thread(stream.flush)
        await asyncio.to_thread(_settle, stream.fileno(), part, path)


def _settle(descriptor: int, part: Path, path: Path) -> None:
    os.fsync(descriptor)
    part.replace(path)
    _sync(path.parent)


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        _settle(stream.fileno(), part, path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def open_historical_archive(url: str) -> AsyncIterator[HistoricalArchive | None]:
    """Open the archive; None without an address: batches then wait until there is one."""
    yield FolderArchive(Path(unquote(urlsplit(url).path))) if url else None
