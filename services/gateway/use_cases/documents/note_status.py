"""What others say of a document: a status of ours, or that they ask to have back what they sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import StatusNotice
from services.gateway.domain.documents.ledger import Direction, Document, Heard
from services.gateway.domain.documents.statuses import TAKE_BACK, Said, standing
from services.gateway.use_cases.documents.waits import Waits, require_sound


async def note_status(said: StatusNotice, work: Any, now: datetime) -> None:
    """Note a status of ours, or that a sender asks to have back what it sent us; raise `Waits`."""
    require_sound(faults_of(said, is_ours=False))
    key = said.about.key()
    # A clock ahead of ours would have the last word for as long as it is ahead.
    at = min(said.at, now)
    if said.code == TAKE_BACK:
        asked: list[Document] = await work.documents.named(key, Direction.IN, organ=said.sender.id)
        for one in asked:
            work.documents.mark(one.id, now, is_asked_back=True)
            work.documents.hear(_heard(said, one.id, at), now)
        if asked:
            return
    sent: list[Document] = await work.documents.named(key, Direction.OUT)
    told = []
    for one in sent:
        receivers = await work.documents.receivers(one.id)
        if any(row["receiver"] == said.sender.id for row in receivers):
            told.append(one)
    if not told:
        reason = "Trạng thái của nơi không được gửi" if sent else "Trạng thái của văn bản chưa biết"
        raise Waits(reason, again=not sent)
    document = told[-1]
    heard = await work.documents.said(document.id, said.sender.id)
    meant = standing([*heard, Said(at, said.code)])
    work.documents.hear(_heard(said, document.id, at), now)
    work.documents.stand(document.id, said.sender.id, meant, now)


def _heard(said: StatusNotice, document: UUID, at: datetime) -> Heard:
    return Heard(
        id=new_id(),
        document=document,
        receiver=said.sender.id,
        code=said.code,
        at=at,
        words={
            "description": said.description,
            "staff": said.staff.name,
            "department": said.staff.department,
        },
    )
