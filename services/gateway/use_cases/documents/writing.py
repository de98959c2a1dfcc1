"""Messages of a document: one envelope a receiver, checked, with bytes that never change."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import (
    Answered,
    Envelope,
    Organ,
    Staff,
    StatusNotice,
)
from services.gateway.domain.documents.ledger import Document, Message, MessageKind
from services.gateway.domain.documents.writing import write_envelope, write_status
from services.gateway.use_cases.documents.ports import Office


class Faulty(Invalid):
    """The document cannot leave as it is (422); `errors` name the fields."""

    code = "document-faulty"
    title = "Văn bản chưa đủ điều kiện để gửi"


async def keep_letters(
    document: Document,
    envelope: Envelope,
    receivers: Sequence[Organ],
    office: Office,
    work: Any,
    now: datetime,
) -> None:
    """Keep one message a receiver, signed; raise `Faulty` when the document may not leave.

    One is made after another: each is as large as all files together, and there may be fifty.
    """
    whole = replace(envelope, receivers=tuple(receivers))
    faults = faults_of(whole)
    if faults:
        raise Faulty(fields=faults)
    for receiver in receivers:
        # Megabytes are written and signed beside the loop: other requests go on meanwhile.
        letter = replace(whole, receivers=(receiver,))
        body = await asyncio.to_thread(_letter, letter, office, document.agency)
        message = Message(
            id=new_id(),
            document=document.id,
            receiver=receiver.id,
            receiver_name=receiver.name,
            kind=MessageKind.DOCUMENT,
            body=body,
        )
        await work.documents.add_letter(message, now)
        del body, message  # Two at once would be twice the memory.


def _letter(envelope: Envelope, office: Office, agency: str) -> bytes:
    return office.signatures.sign(write_envelope(envelope, office.profile), agency=agency)


def status_message(
    document: Document, code: str, *, note: str, staff: Staff, office: Office, now: datetime
) -> Message:
    """Return the acknowledgement of a document that came in."""
    notice = StatusNotice(
        about=Answered(document.organ, document.number, document.promulgated_on, document.document_id),
        sender=Organ(document.agency, document.agency_name),
        code=code,
        description=note,
        at=now,
        staff=staff,
    )
    faults = faults_of(notice)
    if faults:
        raise Faulty(fields=faults)
    return Message(
        id=new_id(),
        document=document.id,
        receiver=document.organ,
        receiver_name=document.organ_name,
        kind=MessageKind.STATUS,
        code=code,
        body=office.signatures.sign(write_status(notice, office.profile), agency=document.agency),
    )
