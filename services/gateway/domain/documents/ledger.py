"""What the exchange keeps of documents on their way: states, and what one row of each ledger holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import Attachment, Purpose

ALWAYS_ONE = ""
"""`distinction` of documents there can be only one of: new ones, by their identifier."""


class Direction(StrEnum):
    """Which way a document goes."""

    OUT = "OUT"
    IN = "IN"


class DocumentState(StrEnum):
    """Where a document is with us; how far its receivers are is told by their statuses."""

    PLANNED = "PLANNED"
    READY = "READY"
    FAULTY = "FAULTY"
    CANCELLED = "CANCELLED"
    ARRIVED = "ARRIVED"


class MessageState(StrEnum):
    """Where one message to one receiver is: TAKEN when the axis has said so."""

    WAITING = "WAITING"
    HANDED = "HANDED"
    TAKEN = "TAKEN"
    REFUSED = "REFUSED"


class MessageKind(StrEnum):
    """What a message carries."""

    DOCUMENT = "DOCUMENT"
    STATUS = "STATUS"


class ArrivalState(StrEnum):
    """What became of something that came in; REFUSED (its signature) is kept as evidence, never forgotten.

    SETTLED is what nobody could read and people are done with.
    """

    RECEIVED = "RECEIVED"
    PARKED = "PARKED"
    REFUSED = "REFUSED"
    SETTLED = "SETTLED"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as the ledger knows it; `words` is what people read of it and is sealed at rest.

    `agency` is ours: the sender of what goes out, the receiver of what came in. `organ` is the other side,
    empty for what goes out, which may go to many.
    """

    id: UUID
    direction: Direction
    agency: str
    agency_name: str
    organ: str = ""
    organ_name: str = ""
    document_id: str
    document_key: str
    purpose: Purpose = Purpose.NEW
    distinction: str = ALWAYS_ONE
    about: UUID | None = None
    number: str
    promulgated_on: date
    type_name: str = ""
    dossier_id: UUID | None = None
    dossier_code: str = ""
    dossier_version: int = 0
    state: DocumentState
    status: str = ""
    is_asked_back: bool = False
    is_revoked: bool = False
    procedure_code: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    attempts: int = 0
    failure: str = ""
    created_by: str
    created_at: datetime
    arrival: UUID | None = None
    request_id: UUID | None = None
    """The outside step of a dossier that this one asks for: a reply to it ends the step."""
    superseded_by: UUID | None = None
    """The document that came later and stands in place of this one."""

    @property
    def holds(self) -> bool:
        """Tell whether it is still to be acted upon: neither revoked nor superseded."""
        return not self.is_revoked and self.superseded_by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one receiver; `body` never changes, so that a repeat is the same bytes."""

    id: UUID
    document: UUID
    receiver: str
    receiver_name: str
    kind: MessageKind
    code: str = ""
    body: bytes
    attempts: int = 0
    sender: str = ""
    """Our agency, as the axis' door is told whose message it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of a document."""

    id: UUID
    document: UUID
    position: int
    name: str
    media_type: str
    content: bytes


def kept_files(document: UUID, attachments: Sequence[Attachment]) -> list[KeptFile]:
    """Return the files of a document in its order."""
    return [
        KeptFile(
            id=new_id(),
            document=document,
            position=index,
            name=one.name,
            media_type=one.media_type,
            content=one.content,
        )
        for index, one in enumerate(attachments)
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a long value as it is handed on, one after another."""

    content: bytes
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A status as it was said: by a receiver of ours, or by us of what came in."""

    id: UUID
    document: UUID
    receiver: str
    code: str
    at: datetime
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Something that came in, kept before it is understood; `body` where all of it is at hand."""

    id: UUID
    name: str
    body: bytes = b""
    size: int = 0
    attempts: int = 0
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what to a document."""

    document: UUID
    at: datetime
    subject: str
    action: str
    reason: str = ""
