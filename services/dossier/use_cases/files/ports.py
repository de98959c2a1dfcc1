"""What the area of files needs of the world beside what every use case has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.file_links import FileLink
from services.dossier.domain.uploads import Upload


class Verdict(StrEnum):
    """What a scanner says; SILENT when it did not answer."""

    OFF = "OFF"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    SILENT = "SILENT"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A verdict and, of an infected file, the name of what was found."""

    verdict: Verdict
    threat: str = ""


class Scanner(Protocol):
    """Looks for malware."""

    async def __call__(self, content: bytes) -> Scanned:
        """Return the verdict; never raises because the scanner is down."""


class Signatures(Protocol):
    """Verifies the signatures of PDFs."""

    async def __call__(self, content: bytes, *, now: datetime, caller: str) -> list[dict[str, Any]]:
        """Return what is found of each signature, in the order they were made; empty for none."""


class Parts(Protocol):
    """Contents of files on their way, apart from those that were taken."""

    async def put_part(self, owner: UUID, start: int, content: bytes) -> bytes:
        """Return the digest once the part is durable."""

    async def get_part(self, owner: UUID, start: int, sha256: bytes) -> bytes:
        """Return a part; raise `FileLost` when it is not there."""

    async def drop_parts(self, owner: UUID) -> None:
        """Forget all parts; doing so again is harmless."""


class Uploads(Protocol):
    """Uploads in parts."""

    def add(self, upload: Upload) -> None:
        """Keep a new upload."""

    async def find(self, upload_id: UUID) -> Upload | None:
        """Return an upload."""

    async def hold(self, upload_id: UUID) -> Upload | None:
        """Return it, nobody else's until the unit ends; raise `BeingWritten` when it is somebody's."""

    async def open_of(self, uploader: str, now: datetime) -> int:
        """Return how many unfinished uploads a caller has."""

    def take_part(self, upload: Upload, *, size: int, sha256: bytes, expires_at: datetime) -> None:
        """Keep that the next part has come."""

    async def parts(self, upload_id: UUID) -> Sequence[tuple[int, int, bytes]]:
        """Return start, size and digest of each part in order."""

    def finish(self, upload: Upload, attachment_id: UUID, expires_at: datetime) -> None:
        """Keep what it became; `Stale` at the commit when it was finished or given up meanwhile."""

    def end(self, upload_ids: Sequence[UUID], forget_at: datetime) -> None:
        """Give uploads up."""

    async def expired(self, now: datetime, limit: int) -> Sequence[Upload]:
        """Return uploads whose time is over, whatever they are."""

    def forget(self, upload_id: UUID) -> None:
        """Forget an upload whose parts are gone."""


class Links(Protocol):
    """Short-lived links."""

    def add(self, link: FileLink) -> None:
        """Keep a link."""

    async def find(self, link_id: UUID) -> FileLink | None:
        """Return a link."""

    async def use_up(self, link_id: UUID, now: datetime) -> bool:
        """Mark a link as used at once; False when it may not be opened (again)."""

    def revoke(self, link_id: UUID, now: datetime) -> None:
        """Make it open nothing any more."""

    def forget(self, ended_before: datetime) -> None:
        """Forget links that ended long ago."""
