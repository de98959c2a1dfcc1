"""What officers send: a document from a dossier, with its papers, to receivers of their choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, NotFound, Refusal
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    DocumentType,
    Envelope,
    Number,
    Organ,
    Signer,
    Trace,
    document_id_of,
    same_document,
)
from services.gateway.domain.documents.ledger import (
    Act,
    Direction,
    Document,
    DocumentState,
    kept_files,
)
from services.gateway.domain.documents.organs import same_organ
from services.gateway.use_cases.documents.act import staff_of
from services.gateway.use_cases.documents.ports import Office, Papers
from services.gateway.use_cases.documents.writing import keep_letters


class AlreadySent(Refusal):
    """A document of this number and day was sent already (409)."""

    code = "document-already-sent"
    title = "Văn bản cùng số, ký hiệu và ngày ban hành đã được gửi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document as an officer puts it together."""

    dossier_id: UUID
    receivers: Sequence[Organ]
    number: Number
    promulgated_on: date
    place: str
    type: DocumentType
    subject: str
    content: str
    signer: Signer
    due_on: date | None
    priority: int
    attachments: Sequence[UUID]
    answers: UUID | None
    for_step: bool = False
    """It asks for the outside step the dossier is at: a reply ends that step."""


async def send_document(
    draft: Draft, *, by: Caller, agency_name: str, papers: Papers, office: Office, work: Any, now: datetime
) -> Document:
    """Keep a document and one message a receiver; raise `Faulty`, `NotFound` or `AlreadySent`."""
    dossier = await papers.dossier(draft.dossier_id, by=by)
    request_id = _request_of(dossier) if draft.for_step else None
    attachments = await _attached(draft, by=by, papers=papers, most=office.most_file_bytes)
    answered = await _answered(draft, by=by, work=work)
    document_id = document_id_of(by.agency, draft.promulgated_on, draft.number)
    key = same_document(document_id)
    if await work.documents.named(key, Direction.OUT, agency=by.agency):
        raise AlreadySent
    document = Document(
        id=new_id(),
        direction=Direction.OUT,
        agency=by.agency,
        agency_name=agency_name,
        document_id=document_id,
        document_key=key,
        about=answered.id if answered else None,
        number=draft.number.whole,
        promulgated_on=draft.promulgated_on,
        type_name=draft.type.name,
        dossier_id=draft.dossier_id,
        dossier_code=str(dossier.get("dossier_code") or dossier.get("reference") or ""),
        state=DocumentState.READY,
        words={"subject": draft.subject, "content": draft.content, "signer": draft.signer.name},
        created_by=by.subject,
        created_at=now,
        request_id=request_id,
    )
    envelope = _envelope(draft, document, attachments, answered, by=by, office=office, now=now)
    receivers = [replace(one, id=same_organ(one.id)) for one in draft.receivers]
    await keep_letters(document, envelope, receivers, office, work, now)
    work.documents.add(document)
    await work.documents.add_files(kept_files(document.id, attachments))
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="SENT"))
    return document


def _request_of(dossier: Mapping[str, Any]) -> UUID:
    """Return the request of the outside step a dossier is at; raise `Invalid` when it is at none."""
    step = dossier.get("step") or {}
    if step.get("kind") != "OUTSIDE" or not step.get("request_id"):
        raise Invalid(fields=[("for_step", "Hồ sơ không ở bước do cơ quan ngoài giải quyết")])
    return UUID(str(step["request_id"]))


async def _attached(draft: Draft, *, by: Caller, papers: Papers, most: int) -> list[Attachment]:
    """Fetch the files in the officer's own name: what the officer may not read does not leave."""
    found, left = [], most
    for index, attachment_id in enumerate(draft.attachments):
        try:
            name, media_type, content = await papers.file(attachment_id, by=by)
        except NotFound as error:
            raise Invalid(fields=[(f"attachments.{index}", "Không có tệp này")]) from error
        left -= len(content)
        if left < 0:
            raise Invalid(fields=[("attachments", f"Tổng dung lượng tệp vượt {most // 1_048_576} MB")])
        found.append(Attachment(f"tep-{index + 1}", name, media_type, content))
    return found


async def _answered(draft: Draft, *, by: Caller, work: Any) -> Document | None:
    if draft.answers is None:
        return None
    found: Document | None = await work.documents.find(draft.answers)
    if found is None or found.agency != by.agency or found.direction is not Direction.IN:
        raise Invalid(fields=[("answers", "Không có văn bản đến này")])
    return found


def _envelope(
    draft: Draft,
    document: Document,
    attachments: list[Attachment],
    answered: Document | None,
    *,
    by: Caller,
    office: Office,
    now: datetime,
) -> Envelope:
    told = (
        Answered(answered.organ, answered.number, answered.promulgated_on, answered.document_id)
        if answered
        else None
    )
    return Envelope(
        sender=Organ(document.agency, document.agency_name),
        receivers=(),
        number=draft.number,
        place=draft.place or office.place or document.agency_name,
        promulgated_on=draft.promulgated_on,
        type=draft.type,
        subject=draft.subject,
        content=draft.content,
        signer=draft.signer,
        due_on=draft.due_on,
        to_places=tuple(one.name for one in draft.receivers),
        priority=draft.priority,
        sphere=office.sphere,
        answers=(told,) if told else (),
        document_id=document.document_id,
        traces=(Trace(document.agency, now),),
        staff=staff_of(by),
        attachments=tuple(attachments),
    )
