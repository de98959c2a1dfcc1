"""What officers do with a document that is there: answer it, put it to a dossier, revoke, try again."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound, Refusal, Stale
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import (
    DocumentType,
    Envelope,
    Number,
    Organ,
    Purpose,
    Staff,
    Trace,
)
from services.gateway.domain.documents.ledger import (
    Act,
    Direction,
    Document,
    DocumentState,
    Heard,
    MessageState,
)
from services.gateway.domain.documents.statuses import KEPT, RECEIVED, TAKEN_BACK, TEXTS, may_follow
from services.gateway.use_cases.documents.ports import Office, Papers
from services.gateway.use_cases.documents.writing import keep_letters, status_message


class StatusNotAllowed(Refusal):
    """What was said before does not let this be said (409)."""

    code = "document-status-not-allowed"
    title = "Trạng thái này không thể theo sau trạng thái hiện tại của văn bản"


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
    document = await _incoming(document_id, seen=seen, by=by, work=work, now=now)
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
    document = await _incoming(document_id, seen=seen, by=by, work=work, now=now)
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
    document = await own_document(document_id, by=by, work=work, now=now)
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
        staff=staff_of(by),
    )
    rows = await work.documents.receivers(document.id)
    receivers = [Organ(row["receiver"], row["receiver_name"]) for row in rows if row["kind"] == "DOCUMENT"]
    await keep_letters(revocation, envelope, receivers, office, work, now)
    work.documents.add(revocation)
    changed = replace(document, is_revoked=True)
    work.documents.change(changed, seen=seen, now=now)
    work.documents.log(Act(document=document.id, at=now, subject=by.subject, action="REVOKED", reason=reason))
    return changed


async def repeat_document(document_id: UUID, *, seen: int, by: Caller, work: Any, now: datetime) -> None:
    """Try again what could not be made ready or was refused by the axis."""
    document = await own_document(document_id, by=by, work=work, now=now)
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


async def own_document(document_id: UUID, *, by: Caller, work: Any, now: datetime) -> Document:
    """Return a document of the caller's agency, or of one it goes on for; raise `NotFound` for any other."""
    document: Document | None = await work.documents.find(document_id)
    if document is None or not by.agency:
        raise NotFound
    if document.agency != by.agency:
        today = now.astimezone(VIETNAM).date()
        if not await work.documents.is_kept(document.agency, by.agency, today):
            raise NotFound
    return document


async def _incoming(document_id: UUID, *, seen: int, by: Caller, work: Any, now: datetime) -> Document:
    document = await own_document(document_id, by=by, work=work, now=now)
    if document.direction is not Direction.IN:
        raise NotFound
    if document.version != seen:
        raise Stale
    return document


def _say(
    document: Document, code: str, note: str, *, by: Caller, office: Office, work: Any, now: datetime
) -> None:
    staff = staff_of(by)
    message = status_message(document, code, note=note or TEXTS[code], staff=staff, office=office, now=now)
    work.documents.add_message(message, now)
    words = {"description": note or TEXTS[code], "staff": staff.name, "department": staff.department}
    heard = Heard(id=new_id(), document=document.id, receiver=document.agency, code=code, at=now, words=words)
    work.documents.hear(heard, now)


def staff_of(by: Caller) -> Staff:
    """Return the officer as documents name one."""
    return Staff(department=by.unit, name=by.name)
