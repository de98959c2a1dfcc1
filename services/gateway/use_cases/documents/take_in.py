"""What comes in: kept raw first, let go of second, understood third, acknowledged by the same commit."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.ids import new_id
from services.gateway.domain.documents.beside import Beside
from services.gateway.domain.documents.checking import faults_of, tidied
from services.gateway.domain.documents.envelope import (
    Envelope,
    Organ,
    Purpose,
    Staff,
    StatusNotice,
    same_document,
)
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
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.signed import Judged
from services.gateway.domain.documents.statuses import ARRIVED, REFUSED, TAKE_BACK, TEXTS, Said, standing
from services.gateway.domain.documents.telling import arrived_event
from services.gateway.domain.documents.xml_tree import NotReadable
from services.gateway.domain.file_names import shown
from services.gateway.use_cases.documents.answering import Answering, answered_by, note_replies
from services.gateway.use_cases.documents.ports import AxisSilent, DocumentAxis, Incoming, Office
from services.gateway.use_cases.documents.superseding import MACHINE, supersede
from services.gateway.use_cases.documents.writing import Faulty, status_message

_BEFORE_ITS_TIME = timedelta(minutes=10)
_BATCH = 50
_WAITS_FOR_THE_EARLIER = 6
"""How often a replacement waits for what it replaces; then it is taken as it is."""
_log = structlog.get_logger()


class _Waits(Exception):  # noqa: N818 - the fact is the name.
    """It cannot be understood now; `again` says whether time may help."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class _NotBelieved(Exception):  # noqa: N818 - the fact is the name.
    """Its signature is missing where it must be, or is not good: kept as evidence, acted upon never."""


class TakeInDocuments:
    """The way in."""

    def __init__(
        self,
        *,
        open_work: Callable[[], AbstractAsyncContextManager[Any]],
        axis: DocumentAxis,
        clock: Clock,
        office: Office,
        passing: tuple[type[Exception], ...],
    ) -> None:
        """Take `passing` for failures of the world, not of what came: trying again later is right."""
        self._open_work = open_work
        self._passing = passing
        self._axis = axis
        self._clock = clock
        self._office = office

    async def take_in(self, most: int = _BATCH) -> int:
        """Keep what came as it came; return how many things."""
        kept = 0
        for one in await self._axis.incoming(most):
            try:
                await self._keep(one)
                await self._axis.let_go(one.handle)
                kept += 1
            except AxisSilent:
                raise
            except self._passing:
                raise
            except Exception as error:
                # What nobody thought of about one thing must not hold up the others.
                _log.exception("document_not_kept", name=shown(one.handle))
                await self._set_aside(one, f"lỗi khi nhận: {type(error).__name__}")
        return kept

    async def understand_due(self) -> int:
        """Deal with everything kept that is due; return how many."""
        async with self._open_work() as work:
            due: list[UUID] = await work.document_posts.waiting(self._clock.now(), _BATCH)
        for arrival in due:
            try:
                await self.understand(arrival)
            except Exception as error:
                # A defect met on one thing must not hold up the others; it is tried again after a wait.
                _log.exception("document_arrival_failed", arrival=str(arrival))
                retry_at = self._clock.now() + _BEFORE_ITS_TIME
                await self._park(arrival, f"lỗi khi xử lý: {type(error).__name__}", retry_at)
        return len(due)

    async def understand(self, arrival: UUID) -> None:
        """Deal with one: a document is kept and acknowledged, a status noted; the rest waits for people."""
        async with self._open_work() as work:
            arrived: Arrived | None = await work.document_posts.arrival(arrival)
        if arrived is None:
            return
        try:
            # Megabytes of XML are read beside the loop: requests go on meanwhile.
            said = await asyncio.to_thread(_understood, arrived, self._office.bounds)
            judged = await self._judged(said, arrived)
            async with self._open_work() as work:
                await self._apply(said, arrived, judged, work)
                work.document_posts.understood(arrived.id, self._clock.now())
        except NotReadable as fault:
            await self._park(arrived.id, f"{fault.code}: {fault.reason}", None)
        except _NotBelieved as why:
            async with self._open_work() as work:
                work.document_posts.refuse(arrived.id, str(why), self._clock.now())
        except _Waits as reason:
            retry_at = self._clock.now() + _BEFORE_ITS_TIME if reason.again else None
            await self._park(arrived.id, str(reason), retry_at)

    async def _judged(self, said: Envelope | StatusNotice, arrived: Arrived) -> Judged:
        """Return what its signature is worth; raise `_NotBelieved` for one that is not good enough."""
        judged = await asyncio.to_thread(
            self._office.signatures.judge, arrived.body, sender=said.sender.id, now=self._clock.now()
        )
        why = judged.refusal(self._office.required, is_document=isinstance(said, Envelope))
        if why:
            raise _NotBelieved(why)
        return judged

    async def _keep(self, one: Incoming) -> None:
        reason = one.fault or ("" if one.body is not None else "Gói tin quá lớn, còn ở thư mục của trục")
        arrived = Arrived(id=new_id(), name=shown(one.handle), body=one.body or b"")
        async with self._open_work() as work:
            work.document_posts.keep(arrived, size=one.size, reason=reason, now=self._clock.now())

    async def _set_aside(self, one: Incoming, reason: str) -> None:
        """Tell people of what cannot be kept: its name and why; it stays where the axis keeps things."""
        arrived = Arrived(id=new_id(), name=shown(one.handle), body=b"")
        async with self._open_work() as work:
            work.document_posts.keep(arrived, size=one.size, reason=reason, now=self._clock.now())

    async def _park(self, arrival: UUID, reason: str, retry_at: datetime | None) -> None:
        async with self._open_work() as work:
            work.document_posts.park(arrival, reason, retry_at, self._clock.now())

    async def _apply(
        self, said: Envelope | StatusNotice, arrived: Arrived, judged: Judged, work: Any
    ) -> None:
        if isinstance(said, StatusNotice):
            _require_sound(faults_of(said, is_ours=False))
            await self._note(said, work)
            return
        ours = await work.documents.ours([same_organ(one.id) for one in said.receivers])
        if not ours:
            raise _Waits("Không gửi cho cơ quan nào của tỉnh")
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
        if repeated:
            # The sender did not hear us: say again that it is here.
            self._acknowledge(repeated[0], work, now)
            return
        standing_ones = [one for one in known if one.status != REFUSED]
        if said.purpose is Purpose.NEW and any(one.purpose is Purpose.NEW for one in standing_ones):
            raise _Waits("Trùng mã văn bản đã nhận nhưng nội dung khác")
        faults = faults_of(said, is_ours=False)
        if standing_ones:
            # A refusal names the identifier only: it would be read as one of what we hold.
            _require_sound(faults)
        earlier = [] if faults else await self._earlier(said, agency, arrival, work)
        answering = [] if faults else await answered_by(said, agency, work)
        document = self._arrived(said, agency, digest, earlier, answering)
        words = {**document.words, "signature": judged.worth.value, "signed_by": judged.by}
        document = replace(document, arrival=arrival.id, words=words)
        if known or faults:
            document = replace(document, distinction=digest)
        if faults:
            document = replace(document, status=REFUSED, failure=_reasons(faults))
        work.documents.add(document)
        work.documents.add_files(kept_files(document.id, [one for one in said.attachments if one.content]))
        note_replies(document, answering, work, now)
        await supersede(earlier, document, work, now)
        self._acknowledge(document, work, now)
        asked = _asked_by(document, answering)
        work.record(
            arrived_event(
                document,
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
            raise _Waits("Thu hồi văn bản chưa nhận được", again=True)
        if not found and arrival.attempts < _WAITS_FOR_THE_EARLIER:
            raise _Waits("Cập nhật, thay thế văn bản chưa nhận được", again=True)
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
        """Tell the sender that it is here, or why it is refused; what nothing names is answered nothing."""
        is_refused = document.status == REFUSED and bool(document.failure)
        code, note = (REFUSED, document.failure) if is_refused else (ARRIVED, TEXTS[ARRIVED])
        try:
            message = status_message(document, code, note=note, staff=Staff(), office=self._office, now=now)
        except Faulty:
            _log.warning("document_not_answered", document=str(document.id))
            return
        work.documents.add_message(message, now)
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

    async def _note(self, said: StatusNotice, work: Any) -> None:
        """Note a status of ours, or that a sender asks to have back what it sent us."""
        key, now = same_document(said.about.document_id), self._clock.now()
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
            raise _Waits(reason, again=not sent)
        document = told[-1]
        heard = await work.documents.said(document.id, said.sender.id)
        meant = standing([*heard, Said(at, said.code)])
        work.documents.hear(_heard(said, document.id, at), now)
        work.documents.stand(document.id, said.sender.id, meant, now)


def _is_entitled(one: Answering, sender: str) -> bool:
    """Tell whether whoever answers is who was asked: nobody else's paper comes to the dossier by itself."""
    return one.asked is not None and sender in one.asked.receivers


def _asked_by(document: Document, answering: list[Answering]) -> Document | None:
    """Return which of ours a document answers."""
    return next((one.document for one in answering if _is_entitled(one, document.organ)), None)


def _understood(arrived: Arrived, bounds: Bounds) -> Envelope | StatusNotice:
    """Return what came as it is kept: what was not understood stands beside what was."""
    beside = Beside()
    said: Envelope | StatusNotice = tidied(
        read_envelope(arrived.body, bounds, came_at=arrived.received_at), beside
    )
    return replace(said, unread=(*said.unread, *beside.unread)) if isinstance(said, Envelope) else said


def _require_sound(faults: Sequence[tuple[str, str]]) -> None:
    if faults:
        raise _Waits(_reasons(faults))


def _reasons(faults: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{path}: {reason}" for path, reason in faults[:5])


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
    }
