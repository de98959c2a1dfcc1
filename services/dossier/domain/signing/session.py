"""A file that waits for a signature made elsewhere: in a person's token or by a remote service."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import Forbidden, Invalid, Kind, NotFound, Refusal

LIFETIME = timedelta(minutes=30)
"""Long enough to find the token and to type fifty times a PIN; a digest older than that is prepared anew."""
MOST_AT_ONCE = 50


class SigningGone(NotFound):
    """No such signing waits for this caller: unknown, another's, finished or expired (404)."""

    code = "signing-gone"
    title = "Phiên ký không còn hiệu lực, hãy chuẩn bị lại"


class SignatureWrong(Invalid):
    """The signature is not the certificate's over what was to be signed (422)."""

    code = "signature-mismatch"
    title = "Chữ ký không khớp với chứng thư số và nội dung cần ký"


class NotSignable(Invalid):
    """Only a sound PDF can be signed (422)."""

    code = "not-signable"
    title = "Chỉ ký được tệp PDF đọc được"


class CertificateWrong(Invalid):
    """The certificate cannot be read, is not valid now, or has a key of a kind unknown here (422)."""

    code = "certificate-unusable"
    title = "Chứng thư số không dùng được"


class NamedTwice(Refusal):
    """The file, or another file of its dossier, is in the same list (409): one version at a time."""

    code = "signing-named-twice"
    title = "Mỗi lần chỉ ký một tệp của cùng một hồ sơ"


class NoSeal(Refusal):
    """No seal of this agency is set up here (409)."""

    code = "agency-has-no-seal"
    title = "Cơ quan chưa có con dấu điện tử trên hệ thống"


class SealSilent(Refusal):
    """The device with the agency's key does not answer (503)."""

    code = "seal-unavailable"
    kind = Kind.UNAVAILABLE
    title = "Thiết bị con dấu điện tử chưa sẵn sàng"


class NotTheClerk(Forbidden):
    """The agency's seal is kept by its clerk (403); NĐ 30/2020."""

    code = "not-the-clerk"
    title = "Chỉ văn thư của cơ quan được đóng dấu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """One prepared file: where the signature goes, what it is made over, whose it must be."""

    id: UUID
    attachment_id: UUID
    new_attachment_id: UUID
    subject: str
    kind: str
    chain: tuple[bytes, ...]
    attributes: bytes
    prepared_sha256: bytes
    place: dict[str, Any]
    created_at: datetime
    expires_at: datetime
