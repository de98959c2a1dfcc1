"""What officers do: send a document from a dossier, answer one that came, put it to a dossier, revoke."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, NotFound, Refusal, Stale
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    DocumentType,
    Envelope,
    Number,
    Organ,
    Purpose,
    Signer,
    Staff,
    Trace,
    document_id_of,
    same_document,
)
from services.gateway.domain.documents.ledger import (
    Act,
    Direction,
    Document,
    DocumentState,
    Heard,
    KeptFile,
    MessageState,
)
from services.gateway.domain.documents.organs import same_organ
from services.gateway.domain.documents.statuses import KEPT, RECEIVED, TAKEN_BACK, TEXTS, may_follow
from services.gateway.use_cases.documents.ports import Office, Papers
from services.gateway.use_cases.documents.writing import messages_of, status_message

_MOST_BYTES = 60 * 1_048_576


class StatusNotAllowed(Refusal):
    """What was said before does not let this be said (409)."""

    code = "document-status-not-allowed"
    title = "Trạng thái này không thể theo sau trạng thái hiện tại của văn bản"


class AlreadySent(Refusal):
    """A document of this number and day was sent already (409)."""

    code = "document-already-sent"
    title = "Văn bản cùng số, ký hiệu và ngày ban hành đã được gửi"


class NothingToRepeat(Refusal):
    """Only what failed is tried again (409)."""

    code = "document-not-failed"
    title = "Văn bản không có gì cần gửi lại"


class NothingToRevoke(Refusal):
    """Only what was sent, and is not revoked, is revoked (409)."""

    code = "document-not-revocable"
    title = "Văn bản chưa gửi hoặc đã thu hồi"


class NoLongerHolds(Refusal):
    """What was revoked or replaced by its sender is put to no dossier any more (409)."""

    code = "document-superseded"
    title = "Văn bản đã bị nơi gửi thu hồi, cập nhật hoặc thay thế"


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
    attachments = await _attached(draft, by=by, papers=papers)
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
    # Megabytes are written and signed beside the loop: other requests go on meanwhile.
    messages = await asyncio.to_thread(messages_of, document, envelope, receivers, office)
    for message in messages:
        work.documents.add_message(message, now)
    work.documents.add(document)
    work.documents.add_files(_kept(document.id, attachments))
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="SENT"))
    return document


async def say_status(
    document_id: UUID,
    code: str,
    note: str,
    *,
    seen: int,
    by: Caller,
    office: Office,
    work: Any,
    now: datetime,
) -> Document:
    """Tell the sender how far we are with a document; raise `StatusNotAllowed` or `Stale`."""
    document = await _incoming(document_id, seen=seen, by=by, work=work)
    if not may_follow(document.status, code, is_asked_back=document.is_asked_back):
        raise StatusNotAllowed
    is_answer = code in {TAKEN_BACK, KEPT}
    changed = replace(
        document,
        status=document.status if code == KEPT else code,
        is_asked_back=document.is_asked_back and not is_answer,
        is_revoked=document.is_revoked or code == TAKEN_BACK,
    )
    _say(changed, code, note, by=by, office=office, work=work, now=now)
    work.documents.change(changed, seen=seen, now=now)
    work.documents.log(
        Act(document=document.id, at=now, subject=by.subject, action=f"STATUS_{code}", reason=note)
    )
    return changed


async def forward_document(
    document_id: UUID,
    dossier_id: UUID,
    note: str,
    *,
    seen: int,
    by: Caller,
    papers: Papers,
    office: Office,
    work: Any,
    now: datetime,
) -> Document:
    """Put a document to a dossier the officer may see; what was only arrived is received by that."""
    document = await _incoming(document_id, seen=seen, by=by, work=work)
    if not document.holds:
        raise NoLongerHolds
    dossier = await papers.dossier(dossier_id, by=by)
    code = str(dossier.get("dossier_code") or dossier.get("reference") or "")
    changed = replace(document, dossier_id=dossier_id, dossier_code=code)
    if may_follow(document.status, RECEIVED, is_asked_back=False):
        changed = replace(changed, status=RECEIVED)
        _say(changed, RECEIVED, TEXTS[RECEIVED], by=by, office=office, work=work, now=now)
    work.documents.change(changed, seen=seen, now=now)
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="FORWARDED", reason=note))
    return changed


async def revoke_document(
    document_id: UUID, reason: str, *, seen: int, by: Caller, office: Office, work: Any, now: datetime
) -> Document:
    """Tell every receiver that a document holds no more."""
    document = await own_document(document_id, by=by, work=work)
    if document.version != seen:
        raise Stale
    is_sent = document.direction is Direction.OUT and document.state is DocumentState.READY
    if not is_sent or document.is_revoked or document.purpose is Purpose.REVOKE:
        raise NothingToRevoke
    revocation = replace(
        document,
        id=new_id(),
        purpose=Purpose.REVOKE,
        about=document.id,
        distinction=str(document.id),
        dossier_version=0,
        words={"subject": f"Thu hồi: {document.words.get('subject', '')}"[:500], "reason": reason},
        request_id=None,
        version=1,
        created_by=by.subject,
        created_at=now,
    )
    number, _, notation = document.number.partition("/")
    envelope = Envelope(
        sender=Organ(document.agency, document.agency_name),
        receivers=(),
        number=Number(number, notation),
        place=office.place or document.agency_name,
        promulgated_on=document.promulgated_on,
        type=DocumentType(name=document.type_name),
        subject=str(revocation.words["subject"]),
        sphere=office.sphere,
        document_id=document.document_id,
        traces=(Trace(document.agency, now),),
        purpose=Purpose.REVOKE,
        purpose_reason=reason,
        about=document.document_id,
        staff=_staff(by),
    )
    rows = await work.documents.receivers(document.id)
    receivers = [Organ(row["receiver"], row["receiver_name"]) for row in rows if row["kind"] == "DOCUMENT"]
    for message in messages_of(revocation, envelope, receivers, office):
        work.documents.add_message(message, now)
    work.documents.add(revocation)
    changed = replace(document, is_revoked=True)
    work.documents.change(changed, seen=seen, now=now)
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="REVOKED", reason=reason))
    return changed


async def repeat_document(document_id: UUID, *, seen: int, by: Caller, work: Any, now: datetime) -> None:
    """Try again what could not be made ready or was refused by the axis."""
    document = await own_document(document_id, by=by, work=work)
    if document.version != seen:
        raise Stale
    if document.state is DocumentState.FAULTY:
        work.documents.prepare_again(document.id, seen=seen, now=now)
    else:
        rows = await work.documents.receivers(document.id)
        refused = [row["id"] for row in rows if row["state"] == MessageState.REFUSED]
        if not refused:
            raise NothingToRepeat
        for message in refused:
            work.document_posts.replay(message, document.id, now)
        work.documents.change(document, seen=seen, now=now)
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="REPEATED"))


async def own_document(document_id: UUID, *, by: Caller, work: Any) -> Document:
    """Return a document of the caller's agency; raise `NotFound` for any other."""
    document: Document | None = await work.documents.find(document_id)
    if document is None or not by.agency or document.agency != by.agency:
        raise NotFound
    return document


async def _incoming(document_id: UUID, *, seen: int, by: Caller, work: Any) -> Document:
    document = await own_document(document_id, by=by, work=work)
    if document.direction is not Direction.IN:
        raise NotFound
    if document.version != seen:
        raise Stale
    return document


def _say(
    document: Document, code: str, note: str, *, by: Caller, office: Office, work: Any, now: datetime
) -> None:
    staff = _staff(by)
    message = status_message(document, code, note=note or TEXTS[code], staff=staff, office=office, now=now)
    work.documents.add_message(message, now)
    words = {"description": note or TEXTS[code], "staff": staff.name, "department": staff.department}
    heard = Heard(id=new_id(), document=document.id, receiver=document.agency, code=code, at=now, words=words)
    work.documents.hear(heard, now)


def _request_of(dossier: Mapping[str, Any]) -> UUID:
    """Return the request of the outside step a dossier is at; raise `Invalid` when it is at none."""
    step = dossier.get("step") or {}
    if step.get("kind") != "OUTSIDE" or not step.get("request_id"):
        raise Invalid(fields=[("for_step", "Hồ sơ không ở bước do cơ quan ngoài giải quyết")])
    return UUID(str(step["request_id"]))


def _staff(by: Caller) -> Staff:
    return Staff(department=by.unit, name=by.name)


async def _attached(draft: Draft, *, by: Caller, papers: Papers) -> list[Attachment]:
    """Fetch the files in the officer's own name: what the officer may not read does not leave."""
    found, left = [], _MOST_BYTES
    for index, attachment_id in enumerate(draft.attachments):
        try:
            name, media_type, content = await papers.file(attachment_id, by=by)
        except NotFound as error:
            raise Invalid(fields=[(f"attachments.{index}", "Không có tệp này")]) from error
        left -= len(content)
        if left < 0:
            raise Invalid(fields=[("attachments", "Tổng dung lượng tệp vượt 60 MB")])
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
        staff=_staff(by),
        attachments=tuple(attachments),
    )


def _kept(document: UUID, attachments: Sequence[Attachment]) -> list[KeptFile]:
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
