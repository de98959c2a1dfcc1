"""Envelopes for tests: a good one, changed where a test says so."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    DocumentType,
    Envelope,
    Number,
    Organ,
    Signer,
    Staff,
    StatusNotice,
    Trace,
    document_id_of,
)

WARD = Organ("H99.201", "Ủy ban nhân dân phường Bến Lam")
DEPARTMENT = Organ("H99.15", "Sở Tư pháp tỉnh Mẫu")
PDF = b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF"
DAY = date(2026, 3, 3)


def an_envelope(**changed: Any) -> Envelope:
    """Return what the ward sends the department."""
    number = changed.get("number", Number("12", "UBND-XNTTHN"))
    sender = changed.get("sender", WARD)
    plain = Envelope(
        sender=sender,
        receivers=(DEPARTMENT,),
        number=number,
        place="Tỉnh Mẫu",
        promulgated_on=DAY,
        type=DocumentType(18, "Công văn"),
        subject="V/v cho ý kiến về hồ sơ",
        content="Kính đề nghị cho ý kiến",
        signer=Signer("Phạm Thị Hòa", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN"),
        document_id=document_id_of(sender.id, DAY, number),
        traces=(Trace(sender.id, datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)),),
        staff=Staff("Văn phòng", "Bùi Thị Lan"),
        attachments=(Attachment("tep-1", "cong-van.pdf", "application/pdf", PDF, "Công văn"),),
    )
    return replace(plain, **changed)


def a_status(about: Envelope, code: str = "01", **changed: Any) -> StatusNotice:
    """Return what the first receiver says of a document."""
    (receiver, *_) = about.receivers
    told = Answered(about.sender.id, about.number.whole, about.promulgated_on, about.document_id)
    at = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
    return replace(StatusNotice(about=told, sender=receiver, code=code, at=at), **changed)
