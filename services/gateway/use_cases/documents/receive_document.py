"""A document for an agency of ours: kept with its files, acknowledged or refused, told to who waits."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from kernel.core.clock import VIETNAM, Clock
from kernel.core.ids import new_id
from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import Envelope, Organ, Purpose, Staff, same_document
from services.gateway.domain.documents.ledger import (
    ALWAYS_ONE,
    Arrived,
    Direction,
    Document,
    DocumentState,
    Heard,
    kept_files,
)
from services.gateway.domain.documents.organs import same_organ
from services.gateway.domain.documents.signed import Judged
from services.gateway.domain.documents.statuses import ARRIVED, REFUSED, TEXTS
from services.gateway.domain.documents.telling import arrived_event
from services.gateway.use_cases.documents.answering import Answering, answered_by, note_replies
from services.gateway.use_cases.documents.ports import Office
from services.gateway.use_cases.documents.superseding import MACHINE, supersede
from services.gateway.use_cases.documents.waits import Waits, reasons, require_sound
from services.gateway.use_cases.documents.writing import Faulty, status_message

_WAITS_FOR_THE_EARLIER = 6
"""How often a replacement waits for what it replaces; then it is taken as it is."""
_log = structlog.get_logger()


class ReceiveDocument:
    """Keeps a document for each agency of ours it was sent to, and acknowledges it in the same commit."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self._office = office
        self._clock = clock

    async def receive(self, said: Envelope, arrived: Arrived, judged: Judged, work: Any) -> None:
        """Keep it, or raise `Waits` for what people or time must settle first."""
        ours = await work.documents.ours([same_organ(one.id) for one in said.receivers])
        if not ours:
            raise Waits("Không gửi cho cơ quan nào của tỉnh")
        digest = hashlib.sha256(arrived.body).hexdigest()
        for agency in ours:
            await self._receive(said, agency, digest, arrived, judged, work)

    async def _receive(
        self,
        said: Envelope,
        agency: Organ,
        digest: str,
        arrival: Arrived,
        judged: Judged,
        work: Any,
    ) -> None:
        key, now = same_document(said.document_id), self._clock.now()
        known = await work.documents.named(
            key, Direction.IN, organ=said.sender.id, agency=agency.id, all_of_it=True
        )
        repeated = [one for one in known if one.words.get("digest") == digest]
        # What was refused for its bytes and comes in others is looked at anew; what people refused is not.
        if known and not repeated and not said.faults:
            # Made once: it reads every file.
            same = said.fingerprint
            standing = (one for one in known if one.status != REFUSED or not one.failure)
            repeated = [one for one in standing if one.words.get("fingerprint") == same]
        if repeated:
            # The sender did not hear us: say again that it is here, or that it is refused.
            self._acknowledge(repeated[0], work, now)
            return
        standing_ones = [one for one in known if one.status != REFUSED]
        if said.purpose is Purpose.NEW and any(one.purpose is Purpose.NEW for one in standing_ones):
            raise Waits("Trùng mã văn bản đã nhận nhưng nội dung khác")
        faults = faults_of(said, is_ours=False)
        if standing_ones:
            # A refusal names the identifier only: it would be read as one of what we hold.
            require_sound(faults)
        earlier = [] if faults else await self._earlier(said, agency, arrival, work)
        answering = [] if faults else await answered_by(said, agency, work)
        document = self._arrived(said, agency, digest, earlier, answering)
        words = {**document.words, "signature": judged.worth.value, "signed_by": judged.by}
        document = replace(document, arrival=arrival.id, words=words)
        if known or faults:
            document = replace(document, distinction=digest)
        if faults:
            document = replace(document, status=REFUSED, failure=reasons(faults))
        work.documents.add(document)
        await work.documents.add_files(
            kept_files(document.id, [one for one in said.attachments if one.content])
        )
        note_replies(document, answering, work, now)
        await supersede(earlier, document, work, now)
        self._acknowledge(document, work, now)
        asked = _asked_by(document, answering)
        work.record(
            arrived_event(
                document,
                agency=await work.documents.goes_on(agency.id, now.astimezone(VIETNAM).date()),
                is_answer=asked is not None,
                people=sorted({asked.created_by} - {MACHINE}) if asked else (),
                now=now,
            )
        )

    async def _earlier(self, said: Envelope, agency: Organ, arrival: Arrived, work: Any) -> list[Document]:
        """Return what this one changes, of the same sender only; one that overtakes it waits for it.

        A revocation waits until it comes, a replacement for an hour: what it replaces may never have come.
        """
        if said.purpose is Purpose.NEW:
            return []
        found: list[Document] = []
        for name in (said.about, *said.about_too):
            found += await work.documents.named(
                same_document(name), Direction.IN, organ=said.sender.id, agency=agency.id
            )
        if not found and said.purpose is Purpose.REVOKE:
            raise Waits("Thu hồi văn bản chưa nhận được", again=True)
        if not found and arrival.attempts < _WAITS_FOR_THE_EARLIER:
            raise Waits("Cập nhật, thay thế văn bản chưa nhận được", again=True)
        return found

    def _arrived(
        self,
        said: Envelope,
        agency: Organ,
        digest: str,
        earlier: list[Document],
        answering: list[Answering],
    ) -> Document:
        asked = next((one.document for one in answering if _is_entitled(one, said.sender.id)), None)
        about = earlier[-1] if earlier else None
        linked = asked or about
        return Document(
            id=new_id(),
            direction=Direction.IN,
            agency=agency.id,
            agency_name=agency.name,
            organ=said.sender.id,
            organ_name=said.sender.name,
            document_id=said.document_id,
            document_key=same_document(said.document_id),
            purpose=said.purpose,
            distinction=ALWAYS_ONE if said.purpose is Purpose.NEW else digest,
            about=asked.id if asked else about.id if about else None,
            number=said.number.whole,
            promulgated_on=said.promulgated_on,
            type_name=said.type.name,
            dossier_id=linked.dossier_id if linked else None,
            dossier_code=linked.dossier_code if linked else "",
            state=DocumentState.ARRIVED,
            status=ARRIVED,
            words=_words(said, digest, is_answer=asked is not None),
            created_by=MACHINE,
            created_at=self._clock.now(),
        )

    def _acknowledge(self, document: Document, work: Any, now: datetime) -> None:
        """Tell the sender that it is here, or why it is refused; what nothing names is answered nothing.

        What people refused was told with their reason: that very message goes out again.
        """
        is_refused = document.status == REFUSED
        code = REFUSED if is_refused else ARRIVED
        note = document.failure if is_refused and document.failure else TEXTS[code]
        try:
            message = status_message(document, code, note=note, staff=Staff(), office=self._office, now=now)
        except Faulty:
            _log.warning("document_not_answered", document=str(document.id))
            return
        work.documents.add_message(message, now)
        if is_refused and not document.failure:
            return
        words = {"description": note}
        heard = Heard(
            id=new_id(),
            document=document.id,
            receiver=document.agency,
            code=code,
            at=document.created_at,
            words=words,
        )
        work.documents.hear(heard, now)


def _is_entitled(one: Answering, sender: str) -> bool:
    """Tell whether whoever answers is who was asked: nobody else's paper comes to the dossier by itself."""
    return one.asked is not None and sender in one.asked.receivers


def _asked_by(document: Document, answering: list[Answering]) -> Document | None:
    """Return which of ours a document answers."""
    return next((one.document for one in answering if _is_entitled(one, document.organ)), None)


def _words(said: Envelope, digest: str, *, is_answer: bool) -> dict[str, Any]:
    return {
        "subject": said.subject,
        "content": said.content,
        "signer": said.signer.name,
        "position": said.signer.position,
        "due_on": said.due_on.isoformat() if said.due_on else None,
        "reason": said.purpose_reason,
        "unread": list(said.unread),
        "answers": [one.document_id for one in said.answers],
        "is_answer": is_answer,
        "is_signed": said.is_signed,
        "digest": digest,
        "fingerprint": said.fingerprint,
    }
