"""What the addresses of exchanged documents take and answer."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.gateway.domain.documents.envelope import DocumentType, Number, Organ, Signer
from services.gateway.use_cases.documents import send


def _text(most: int, least: int = 0) -> Any:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=least, max_length=most)


Short = Annotated[str, _text(200)]
Needed = Annotated[str, _text(500, 1)]
Reason = Annotated[str, _text(1_000, 1)]


class Receiver(BaseModel):
    """An agency by its identifier (either form) and name."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _text(35, 3)]
    name: Annotated[str, _text(300, 1)]


class DocumentDraft(BaseModel):
    """A document to be sent from a dossier; its files are the dossier's, or the officer's own uploads."""

    model_config = ConfigDict(extra="forbid")

    dossier_id: UUID
    receivers: list[Receiver] = Field(min_length=1, max_length=50)
    number: Annotated[str, _text(50, 1)]
    notation: Annotated[str, _text(100)] = ""
    promulgated_on: date
    place: Short = ""
    type_code: int = Field(default=18, ge=0, le=999, strict=True)
    type_name: Annotated[str, _text(100, 1)] = "Công văn"
    subject: Needed
    content: Annotated[str, _text(4_000)] = ""
    signer_name: Short = ""
    signer_position: Short = ""
    signer_competence: Short = ""
    due_on: date | None = None
    priority: int = Field(default=0, ge=0, le=4, strict=True)
    attachments: list[UUID] = Field(min_length=1, max_length=20)
    answers: UUID | None = Field(default=None, description="the document received that this one answers")
    for_step: bool = Field(
        default=False,
        strict=True,
        description="it asks for the outside step the dossier is at: a reply of a receiver ends that step",
    )

    def draft(self) -> send.Draft:
        """Return it as the office knows it."""
        return send.Draft(
            dossier_id=self.dossier_id,
            receivers=[Organ(one.id, one.name) for one in self.receivers],
            number=Number(self.number, self.notation),
            promulgated_on=self.promulgated_on,
            place=self.place,
            type=DocumentType(self.type_code, self.type_name),
            subject=self.subject,
            content=self.content,
            signer=Signer(self.signer_name, self.signer_position, self.signer_competence),
            due_on=self.due_on,
            priority=self.priority,
            attachments=self.attachments,
            answers=self.answers,
            for_step=self.for_step,
        )


class ReceiverLine(BaseModel):
    """How far a document is at one receiver: `standing` is the last status that holds, empty without one."""

    receiver: str
    name: str
    state: Literal["WAITING", "HANDED", "TAKEN", "REFUSED"]
    standing: str


class DocumentLine(BaseModel):
    """A document in a list."""

    id: UUID
    direction: Literal["OUT", "IN"]
    organ: str
    organ_name: str
    document_id: str
    purpose: int
    number: str
    promulgated_on: date
    type_name: str
    subject: str
    dossier_id: UUID | None
    dossier_code: str
    state: Literal["PLANNED", "READY", "FAULTY", "CANCELLED", "ARRIVED"]
    status: str
    is_asked_back: bool
    is_revoked: bool
    superseded_by: UUID | None
    request_id: UUID | None
    failure: str
    created_at: datetime
    receivers: list[ReceiverLine]


class FileLine(BaseModel):
    """A file of a document."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


class StatusLine(BaseModel):
    """A status as it was said."""

    receiver: str
    code: str
    at: datetime
    description: str = ""
    staff: str = ""
    department: str = ""


class MessageLine(BaseModel):
    """A message to one receiver."""

    id: UUID
    receiver: str
    receiver_name: str
    kind: Literal["DOCUMENT", "STATUS"]
    code: str
    state: Literal["WAITING", "HANDED", "TAKEN", "REFUSED"]
    attempts: int
    reference: str
    answer: str
    standing: str
    handed_at: datetime | None
    settled_at: datetime | None


class DocumentShown(BaseModel):
    """A document with its files, what was said of it and where its messages are."""

    id: UUID
    direction: Literal["OUT", "IN"]
    agency: str
    organ: str
    organ_name: str
    document_id: str
    purpose: int
    about: UUID | None
    number: str
    promulgated_on: date
    type_name: str
    subject: str
    content: str
    signer: str
    not_understood: list[str] = Field(
        description="optional members of a document received that could not be read, as its sender wrote them"
    )
    signature: Literal["", "NONE", "NOT_JUDGED", "GOOD"]
    signed_by: str
    reason: str
    dossier_id: UUID | None
    dossier_code: str
    state: str
    status: str
    is_asked_back: bool
    is_revoked: bool
    superseded_by: UUID | None
    request_id: UUID | None
    failure: str
    created_at: datetime
    files: list[FileLine]
    statuses: list[StatusLine]
    messages: list[MessageLine]


class StatusSaid(BaseModel):
    """How far we are with a document that came: 03 to 06; 15 or 16 when its sender asks to have it back."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["03", "04", "05", "06", "15", "16"]
    note: Annotated[str, _text(1_000)] = ""


class WithReason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Forwarding(BaseModel):
    """Which dossier a document belongs to."""

    model_config = ConfigDict(extra="forbid")

    dossier_id: UUID
    note: Annotated[str, _text(1_000)] = ""


class DocumentDone(BaseModel):
    """What a document has come to."""

    id: UUID
    state: str
    status: str
