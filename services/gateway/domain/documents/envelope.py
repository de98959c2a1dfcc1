"""What an edXML envelope says, without saying how it is written; texts are NFC, moments Vietnam's."""

import hashlib
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from services.gateway.domain.documents.organs import same_organ


class Purpose(IntEnum):
    """What a document does to the one it is about (BussinessDocType)."""

    NEW = 0
    REVOKE = 1
    UPDATE = 2
    REPLACE = 3


class _Texts:
    """Texts of the same letters are the same text, however a keyboard composed them."""

    __slots__ = ()

    def __post_init__(self) -> None:
        _compose(self)


def _compose(one: Any) -> None:
    for member in fields(one):
        value = getattr(one, member.name)
        if isinstance(value, str):
            object.__setattr__(one, member.name, plain(value))


def plain(text: str) -> str:
    """Return a text composed (NFC), without blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


@dataclass(frozen=True, slots=True)
class Organ(_Texts):
    """An agency that sends or receives: From and To."""

    id: str
    name: str
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Number(_Texts):
    """Number and notation of a document: 7816 and VPCP-TTĐT."""

    number: str
    notation: str

    @property
    def whole(self) -> str:
        """The number as people write it."""
        return f"{self.number}/{self.notation}" if self.notation else self.number


@dataclass(frozen=True, slots=True)
class DocumentType(_Texts):
    """Kind of paper: its number in the list of QCVN 102:2016/SĐ1:2022 and its name."""

    code: int = 18
    name: str = "Công văn"


@dataclass(frozen=True, slots=True)
class Signer(_Texts):
    """Who signed, in which office, by what authority (TM., KT., TL.)."""

    name: str = ""
    position: str = ""
    competence: str = ""


@dataclass(frozen=True, slots=True)
class Answered(_Texts):
    """A document this one answers (ResponseFor)."""

    organ: str
    code: str
    promulgated_on: date | None
    document_id: str

    @property
    def names_one(self) -> bool:
        """Tell whether it names a document at all: some serializers write the element empty."""
        return bool(self.code or self.document_id)

    def key(self, organ: str = "") -> str:
        """Return it as `same_document` does: its identifier, else its agency (or `organ`), day and number."""
        day = f"{self.promulgated_on:%Y/%m/%d}" if self.promulgated_on else ""
        return same_document(self.document_id or f"{self.organ or organ},{day},{self.code}")


@dataclass(frozen=True, slots=True)
class Staff(_Texts):
    """Who handles it at the sender."""

    department: str = ""
    name: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Trace(_Texts):
    """A hop of the document."""

    organ: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file byte for byte; `content_id` ties the manifest to the content."""

    content_id: str
    name: str
    media_type: str
    content: bytes
    description: str = ""

    def __post_init__(self) -> None:
        for name in ("content_id", "name", "media_type", "description"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    @property
    def sha256(self) -> str:
        """The content's digest in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope(_Texts):
    """A document on its way: QCVN 102:2016 sections MessageHeader, TraceHeaderList, Body."""

    sender: Organ
    receivers: tuple[Organ, ...]
    number: Number
    place: str
    promulgated_on: date
    type: DocumentType = field(default_factory=DocumentType)
    subject: str
    content: str = ""
    signer: Signer = field(default_factory=Signer)
    due_on: date | None = None
    to_places: tuple[str, ...] = ()
    priority: int = 0
    sphere: str = ""
    copies: int = 1
    pages: int = 1
    appendixes: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()
    steering: int = 0
    document_id: str
    traces: tuple[Trace, ...] = ()
    purpose: Purpose = Purpose.NEW
    purpose_reason: str = ""
    about: str = ""
    """The document that is revoked, updated or replaced; empty for a new one."""
    about_too: tuple[str, ...] = ()
    """Further documents a replacement stands in place of."""
    staff: Staff = field(default_factory=Staff)
    on_paper_too: bool = False
    attachments: tuple[Attachment, ...] = ()
    is_signed: bool = False
    """An XML signature stood in the header; what it is worth is judged from the bytes (`signed.py`)."""
    unread: tuple[str, ...] = ()
    """Optional members of another's document that were not understood, as they were written."""
    faults: tuple[tuple[str, str], ...] = ()
    """Why another's document is not what it says it is: (path, reason)."""

    def __post_init__(self) -> None:
        # A dataclass with slots is made anew: `super()` without arguments would look at the old one.
        _compose(self)
        for name in ("to_places", "appendixes", "about_too"):
            texts = (plain(text) for text in getattr(self, name))
            object.__setattr__(self, name, tuple(text for text in texts if text))

    @property
    def fingerprint(self) -> str:
        """What it says, in hexadecimal (SHA-256): the same however often and by whatever way it is sent.

        Hops, moments of sending, clerks and the list of receivers are written anew on the way.
        """
        said = (
            (self.sender.id, self.number.whole, self.promulgated_on.isoformat(), self.type.name),
            (self.subject, self.content, self.signer.name, self.due_on and self.due_on.isoformat()),
            (int(self.purpose), self.purpose_reason, self.about, self.about_too, self.appendixes),
            tuple(one.document_id for one in self.answers),
            tuple((one.name, one.sha256) for one in self.attachments),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusNotice(_Texts):
    """What a receiver says of a document: an envelope with a status instead of a message."""

    about: Answered
    sender: Organ
    code: str
    description: str = ""
    at: datetime
    staff: Staff = field(default_factory=Staff)


def document_id_of(organ: str, on: date, number: Number) -> str:
    """Return the axis's identifier: agency, day, number with notation, between commas."""
    return f"{organ},{on:%Y/%m/%d},{number.whole}"


def same_document(document_id: str) -> str:
    """Return what is equal for the ways two systems write one document's identifier."""
    parts = [plain(part) for part in document_id.split(",", 2)]
    if len(parts) != 3:  # noqa: PLR2004 - agency, day, number.
        return plain(document_id).upper()
    return ",".join([same_organ(parts[0]), parts[1].replace("-", "/"), parts[2].upper()])
