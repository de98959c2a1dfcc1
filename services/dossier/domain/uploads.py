"""A file that comes in parts: where it stands, what may come next, when it is given up (tus 1.0.0)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kernel.core.errors import Invalid, Kind, NotFound, Refusal

LIFETIME = timedelta(hours=24)
"""From the last part on; whoever comes back later begins anew."""
KEPT_AFTER_DONE = timedelta(hours=1)
"""So long a client may still ask what became of a finished upload."""
GRACE = timedelta(minutes=10)
"""Between giving an upload up and forgetting its parts: longer than any part is under way."""
MOST_OPEN = 20
MOST_OPEN_OF_A_SERVICE = 5_000
"""It brings everybody's: fifty files a message, and what was broken off stays a day."""
ALGORITHMS = ("sha1", "sha256")
"""sha1 because tus asks for it of every server; nothing here rests on it."""


class UploadState(StrEnum):
    """OPEN takes parts; DONE became an attachment; ENDED was given up."""

    OPEN = "OPEN"
    DONE = "DONE"
    ENDED = "ENDED"


class UploadGone(NotFound):
    """The upload was finished, given up or has expired (404)."""

    code = "upload-gone"
    title = "Phiên tải tệp đã kết thúc, hãy tải lại từ đầu"


class OffsetConflict(Refusal):
    """The part does not begin where the last one ended (409); HEAD tells where."""

    code = "upload-offset"
    title = "Phần tệp không nối tiếp phần đã nhận"


class BeingWritten(Refusal):
    """Another part of the same upload is being kept right now (409)."""

    code = "upload-being-written"
    title = "Một phần khác của tệp đang được ghi"


class UploadIncomplete(Refusal):
    """Not all parts have come (409); `offset` tells how much has."""

    code = "upload-incomplete"
    title = "Tệp chưa được tải lên đủ"


class TooManyUploads(Refusal):
    """This caller has too many unfinished uploads (429)."""

    code = "too-many-uploads"
    kind = Kind.TOO_MANY
    title = "Bạn có quá nhiều tệp đang tải dở"


class PartMangled(Refusal):
    """The part is not what its checksum says: it changed on the way (460)."""

    code = "upload-checksum"
    title = "Phần tệp bị sai lệch trên đường truyền, hãy gửi lại"


class BadAlgorithm(Refusal):
    """The checksum names an algorithm this server does not have, or cannot be read (400)."""

    code = "upload-checksum-algorithm"
    kind = Kind.UNREADABLE
    title = "Thuật toán kiểm tra không được hỗ trợ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file on its way."""

    id: UUID
    uploader: str
    file_name: str
    component_code: str
    procedure_code: str
    length: int
    received: int
    state: UploadState
    attachment_id: UUID | None
    created_at: datetime
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether no part is taken any more."""
        return self.state is not UploadState.OPEN or self.expires_at <= now

    def require_next(self, offset: int, size: int, now: datetime) -> None:
        """Raise what stands against a part of this size at this place."""
        if self.is_over(now):
            raise UploadGone
        if offset != self.received:
            raise OffsetConflict(extra={"offset": self.received})
        if offset + size > self.length:
            raise Invalid(fields=[("Upload-Offset", "Phần tệp vượt quá độ dài đã khai báo")])

    def require_whole(self, now: datetime) -> None:
        """Raise unless every byte has come and the upload has not been given up."""
        if self.is_over(now):
            raise UploadGone
        if self.received != self.length:
            raise UploadIncomplete(extra={"offset": self.received, "length": self.length})


def require_unharmed(content: bytes, checksum: str) -> None:
    """Raise unless the content has the digest of an `Upload-Checksum`; an empty header says nothing."""
    if not checksum:
        return
    algorithm, _, encoded = checksum.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadAlgorithm
    try:
        wanted = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadAlgorithm from error
    if hashlib.new(algorithm, content, usedforsecurity=False).digest() != wanted:
        raise PartMangled


def metadata_of(header: str) -> dict[str, str]:
    """Return an `Upload-Metadata` header's pairs; raise `Invalid` for what is none."""
    found: dict[str, str] = {}
    for pair in filter(None, (item.strip() for item in header.split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            value = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise Invalid(fields=[("Upload-Metadata", "Không đọc được")]) from error
        if name in found or not value.isprintable():
            raise Invalid(fields=[("Upload-Metadata", "Không đọc được")])
        found[name] = value
    return found
