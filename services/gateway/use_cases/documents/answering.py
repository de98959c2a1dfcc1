"""Replies to what we asked: who may answer, once; a dossier's step ends with the document as evidence."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.clock import VIETNAM, Clock
from kernel.core.errors import Kind, NotFound, Refusal, Stale, Unavailable
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import Envelope, Organ, Purpose
from services.gateway.domain.documents.ledger import Act, Direction, Document
from services.gateway.domain.documents.replies import Asked, Reply, ReplyState, judged, ruling
from services.gateway.use_cases.connectors.ports import Answered
from services.gateway.use_cases.documents.act import own_document
from services.gateway.use_cases.documents.ports import Office

_PATH, _SCOPE = "/v1/outside-results", "outside.answer"
_BATCH = 50


class NothingToSettle(Refusal):
    """Only what is on the work list is taken off it (409)."""

    code = "reply-not-listed"
    kind = Kind.CONFLICT
    title = "Văn bản trả lời này không nằm trong danh sách việc cần xử lý"


class StepsOfDossiers(Protocol):
    """The dossier service as replies are told to it; `Unavailable` when it does not answer."""

    async def tell(self, path: str, body: Mapping[str, Any], *, scope: str, key: str = "") -> Answered:
        """Tell it once: the same key again is the same answer."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One reference of a document that came: to which of ours it leads, and what follows."""

    document: Document | None
    asked: Asked | None


async def answered_by(said: Envelope, agency: Organ, work: Any) -> list[Answering]:
    """Return which of an agency's documents this one answers; others' documents are none of its business."""
    found: dict[UUID | None, Answering] = {}
    for one in said.answers:
        if one.organ and one.organ != agency.id:
            continue
        key = one.key(agency.id)
        sent: list[Document] = await work.documents.named(key, Direction.OUT, agency=agency.id)
        judged_against = [Answering(document, await _asked(document, work)) for document in sent]
        fits = [each for each in judged_against if each.asked and said.sender.id in each.asked.receivers]
        best = next((each for each in fits if each.asked and each.asked.request_id), None)
        chosen = best or next(iter(fits or judged_against), Answering(None, None))
        found.setdefault(chosen.document.id if chosen.document else None, chosen)
    return list(found.values())


def note_replies(document: Document, answering: Sequence[Answering], work: Any, now: datetime) -> None:
    """Keep what a new document ends, and what of it is for people; a changed one ends nothing again."""
    if document.purpose is not Purpose.NEW:
        return
    taken: set[UUID] = set()
    for one in answering:
        asked = one.asked
        if asked and asked.request_id in taken:
            continue
        ruled = ruling(asked, document.organ)
        if ruled is None:
            continue
        if asked and asked.request_id:
            taken.add(asked.request_id)
        state, why = ruled
        work.document_replies.add(
            Reply(
                id=new_id(),
                document=document.id,
                agency=document.agency,
                asked=one.document.id if one.document else None,
                request_id=asked.request_id if asked else None,
                dossier_id=one.document.dossier_id if one.document else None,
                dossier_code=one.document.dossier_code if one.document else "",
                state=state,
                why=why,
                created_at=now,
            )
        )


async def settle_reply(reply_id: UUID, note: str, *, seen: int, by: Any, work: Any, now: datetime) -> Reply:
    """Take a reply off the work list of the caller's agency, saying what was done with it."""
    reply: Reply | None = await work.document_replies.find(reply_id)
    if reply is None:
        raise NotFound
    await own_document(reply.document, by=by, work=work, now=now)
    if reply.version != seen:
        raise Stale
    if reply.state is not ReplyState.LISTED:
        raise NothingToSettle
    work.document_replies.settle(reply_id, note, seen=seen, by=by.subject, now=now)
    work.documents.log(
        Act(document=reply.document, at=now, subject=by.subject, action="REPLY_SETTLED", reason=note)
    )
    return reply


class TellReplies:
    """Told under the reply's own key: killed between telling and keeping, it hears the same answer again."""

    def __init__(
        self,
        *,
        open_work: Callable[[], AbstractAsyncContextManager[Any]],
        dossiers: StepsOfDossiers,
        clock: Clock,
        office: Office,
    ) -> None:
        self._open_work = open_work
        self._dossiers = dossiers
        self._clock = clock
        self._office = office

    async def tell_due(self) -> int:
        """Tell what is due; return how many replies were looked at."""
        async with self._open_work() as work:
            due: list[Reply] = await work.document_replies.due(self._clock.now(), _BATCH)
        for reply in due:
            await self._tell(reply)
        return len(due)

    async def _tell(self, reply: Reply) -> None:
        async with self._open_work() as work:
            document: Document | None = await work.documents.find(reply.document)
            asked: Document | None = await work.documents.find(reply.asked)
            files = await work.documents.files(reply.document)
        now = self._clock.now()
        if document is None or asked is None:
            raise NotFound
        body = outside_result(reply, document, asked, files)
        try:
            answer = await self._dossiers.tell(_PATH, body, scope=_SCOPE, key=reply.id.hex)
        except Unavailable:
            retry_at = now + self._office.backoff.wait(reply.attempts + 1, 1.0)
            async with self._open_work() as work:
                work.document_replies.later(reply.id, retry_at)
            return
        state, why, outcome = judged(answer.status, answer.body)
        async with self._open_work() as work:
            work.document_replies.judged(reply.id, state, why, outcome, now)


def outside_result(
    reply: Reply, document: Document, asked: Document, files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the dossier service is told: the same bytes each time, and no word of what people wrote."""
    day = document.promulgated_on
    return {
        "request_id": str(reply.request_id),
        "outcome": "completed",
        "note": f"Trả lời bằng văn bản {document.number} ngày {day:%d/%m/%Y} của {document.organ_name}"[
            :1000
        ],
        "evidence": {
            "kind": "EXCHANGED_DOCUMENT",
            "document": str(document.id),
            "document_id": document.document_id,
            "number": document.number,
            "promulgated_on": day.isoformat(),
            "sender": document.organ,
            "sender_name": document.organ_name,
            "received_at": document.created_at.astimezone(VIETNAM).isoformat(),
            "sha256": str(document.words.get("digest") or ""),
            "files_sha256": [str(one["sha256"]) for one in files],
            "signed_by": str(document.words.get("signed_by") or ""),
            "answers": asked.document_id,
        },
    }


async def _asked(document: Document, work: Any) -> Asked:
    rows = await work.documents.receivers(document.id)
    request = document.request_id
    return Asked(
        document=document.id,
        receivers=[row["receiver"] for row in rows if row["kind"] == "DOCUMENT"],
        request_id=request,
        is_answered=bool(request) and await work.document_replies.is_answered(request),
    )
