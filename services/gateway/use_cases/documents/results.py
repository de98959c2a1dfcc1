"""What goes to other agencies by itself: planned with its event, made ready when its papers are at hand.

Results, the questions of outside steps, and revocations of both.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Stale, Unavailable
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import (
    Attachment,
    DocumentType,
    Envelope,
    Number,
    Organ,
    Purpose,
    Signer,
    Trace,
    document_id_of,
    same_document,
)
from services.gateway.domain.documents.ledger import (
    Direction,
    Document,
    DocumentState,
    kept_files,
)
from services.gateway.domain.documents.questions import (
    components_of,
    content_of,
    data_file,
    due_of,
    is_question,
    system_key,
    told_of,
)
from services.gateway.domain.documents.replies import Why
from services.gateway.domain.portal.telling.view import FileRef, PortalView
from services.gateway.use_cases.documents.ports import Office
from services.gateway.use_cases.documents.writing import Faulty, keep_letters
from services.gateway.use_cases.portal.ports import DossierService

_log = structlog.get_logger()
_MACHINE = "gateway-documents"
_BATCH = 20
_OK = 200


class _NotSendable(Exception):  # noqa: N818 - the fact is the name.
    """People must look: the reason is Vietnamese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A result as its event tells it."""

    dossier_id: UUID
    version: int
    dossier_code: str
    procedure_code: str
    agency: Organ
    name: str
    number: str
    at: datetime


def planned_result(issued: Issued, now: datetime) -> Document:
    """Return the document to be sent of a result; its number comes with its notation after the first `/`."""
    number = number_of(issued.number)
    document_id = document_id_of(issued.agency.id, issued.at.date(), number)
    return Document(
        id=new_id(),
        direction=Direction.OUT,
        agency=issued.agency.id,
        agency_name=issued.agency.name,
        document_id=document_id,
        document_key=same_document(document_id),
        distinction=f"{issued.dossier_id}:{issued.version}",
        number=issued.number,
        promulgated_on=issued.at.date(),
        type_name=issued.name,
        dossier_id=issued.dossier_id,
        dossier_code=issued.dossier_code,
        dossier_version=issued.version,
        state=DocumentState.PLANNED,
        procedure_code=issued.procedure_code,
        words={"subject": f"{issued.name} của hồ sơ {issued.dossier_code}"},
        created_by=_MACHINE,
        created_at=now,
    )


def number_of(text: str) -> Number:
    """Return number and notation as people write them together."""
    number, _, notation = text.partition("/")
    return Number(number, notation)


class PrepareDocuments:
    """Fetches the papers and writes the messages, in one commit; killed before it, nothing was sent."""

    def __init__(
        self,
        *,
        open_work: Callable[[], AbstractAsyncContextManager[Any]],
        dossiers: DossierService,
        clock: Clock,
        office: Office,
    ) -> None:
        self._open_work = open_work
        self._dossiers = dossiers
        self._clock = clock
        self._office = office

    async def prepare_due(self) -> int:
        """Make ready what is planned, oldest first; return how many were looked at."""
        async with self._open_work() as work:
            due: list[Document] = await work.documents.planned(self._clock.now(), _BATCH)
        for document in due:
            await self._prepare(document)
        return len(due)

    async def _prepare(self, document: Document) -> None:
        try:
            if document.purpose is Purpose.REVOKE:
                await self._revoke(document)
            elif is_question(document):
                await self._ask(document)
            else:
                await self._send(document)
        except Unavailable as silence:
            wait = self._office.backoff.wait(document.attempts + 1, 1.0)
            async with self._open_work() as work:
                work.documents.postpone(
                    document.id, silence.detail or silence.title, self._clock.now() + wait
                )
        except Faulty as faulty:
            await self._faulty(document, "; ".join(f"{path}: {reason}" for path, reason in faulty.fields[:5]))
        except _NotSendable as reason:
            await self._faulty(document, str(reason))
        except Stale:
            # What it was made ready for went on meanwhile: it is planned no more, and nothing of it was kept.
            _log.info("document_planned_no_more", document=str(document.id))

    async def _faulty(self, document: Document, reason: str) -> None:
        async with self._open_work() as work:
            faulty = replace(document, state=DocumentState.FAULTY, failure=reason[:500])
            work.documents.settle(faulty, self._clock.now())
            if is_question(document):
                work.document_replies.list_question(
                    Why.QUESTION_NOT_SENT, self._clock.now(), document=document.id
                )

    async def _ask(self, document: Document) -> None:
        """Ask for an outside step with what its process names of the dossier as it is now."""
        data = await self._view(document, 0)
        told, wanted = told_of(document, data), components_of(document)
        handed = [one.file for one in PortalView.of(data).handed if one.component_code in wanted]
        attachments = [data_file(document, told), *[one async for one in self._contents(handed)]]
        now = self._clock.now()
        async with self._open_work() as work:
            system = str(document.words.get("system", ""))
            receivers = await work.document_routes.receivers(system_key(system))
            if not receivers:
                raise _NotSendable(f"Chưa khai báo nơi nhận yêu cầu của hệ thống {system}")
            ready = replace(document, state=DocumentState.READY, failure="")
            ready = replace(ready, words={**document.words, "content": content_of(document, told)})
            due = due_of(document)
            envelope = replace(
                self._envelope(ready, attachments, Signer(), None),
                content=ready.words["content"],
                due_on=due.date() if due else None,
            )
            await self._keep(ready, envelope, attachments, receivers, work, now)

    async def _view(self, document: Document, version: int) -> dict[str, Any]:
        data = await self._dossiers.view(document.dossier_id, version) if document.dossier_id else None
        if data is None:
            raise _NotSendable("Hồ sơ không còn")
        return data

    async def _keep(
        self,
        ready: Document,
        envelope: Envelope,
        attachments: list[Attachment],
        receivers: Sequence[Organ],
        work: Any,
        now: datetime,
    ) -> None:
        """Keep the messages, the files and that it is ready: one commit, or nothing was sent."""
        await keep_letters(ready, envelope, receivers, self._office, work, now)
        await work.documents.add_files(kept_files(ready.id, attachments))
        work.documents.settle(ready, now)

    async def _send(self, document: Document) -> None:
        data = await self._view(document, document.dossier_version)
        files = [file for paper in PortalView.of(data).results for file in paper.files]
        attachments = [one async for one in self._contents(files)]
        if not attachments:
            raise _NotSendable("Kết quả không có bản điện tử")
        now = self._clock.now()
        async with self._open_work() as work:
            receivers = await work.document_routes.receivers(document.procedure_code)
            earlier = await work.documents.earlier_result(document.dossier_id, document.dossier_version)
            ready = replace(document, state=DocumentState.READY, failure="")
            if earlier is not None and not earlier.is_revoked:
                ready = replace(ready, purpose=Purpose.REPLACE, about=earlier.id)
            envelope = self._envelope(ready, attachments, _signer(data), earlier)
            await self._keep(ready, envelope, attachments, receivers, work, now)

    async def _revoke(self, document: Document) -> None:
        """Tell whoever was sent it that it holds no more."""
        now = self._clock.now()
        async with self._open_work() as work:
            about: Document | None = await work.documents.find(document.about) if document.about else None
            rows = await work.documents.receivers(about.id) if about else []
            if about is None:
                raise _NotSendable("Không có văn bản bị thu hồi")
            receivers = [
                Organ(row["receiver"], row["receiver_name"]) for row in rows if row["kind"] == "DOCUMENT"
            ]
            ready = replace(
                document,
                state=DocumentState.READY,
                words={"subject": f"Thu hồi: {about.words.get('subject', '')}"[:500], **document.words},
            )
            envelope = self._envelope(ready, [], Signer(), about)
            await keep_letters(ready, envelope, receivers, self._office, work, now)
            work.documents.settle(ready, now)
            work.documents.mark(about.id, now, is_revoked=True)

    def _envelope(
        self, document: Document, attachments: list[Attachment], signer: Signer, about: Document | None
    ) -> Envelope:
        words = document.words
        is_new = document.purpose is Purpose.NEW
        return Envelope(
            sender=Organ(document.agency, document.agency_name),
            receivers=(),
            number=number_of(document.number),
            place=self._office.place or document.agency_name,
            promulgated_on=document.promulgated_on,
            type=DocumentType(name=document.type_name),
            subject=str(words.get("subject", "")),
            signer=signer,
            sphere=self._office.sphere,
            document_id=document.document_id,
            traces=(Trace(document.agency, self._clock.now()),),
            purpose=document.purpose,
            purpose_reason=str(words.get("reason", "")),
            about="" if is_new or about is None else about.document_id,
            attachments=tuple(attachments),
        )

    async def _contents(self, files: list[FileRef]) -> AsyncIterator[Attachment]:
        left = self._office.most_file_bytes
        for index, file in enumerate(files):
            opened = await self._dossiers.open_file(UUID(file.attachment_id))
            try:
                if opened.status != _OK:
                    raise Unavailable(f"dossier: HTTP {opened.status}")
                parts = []
                async for chunk in opened.chunks:
                    left -= len(chunk)
                    if left < 0:
                        raise _NotSendable("Tệp kết quả quá lớn để gửi trên trục")
                    parts.append(chunk)
            finally:
                await opened.close()
            content = b"".join(parts)
            media_type = opened.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
            yield Attachment(
                f"tep-{index + 1}", file.name, media_type.strip().lower(), content, "Kết quả giải quyết"
            )


def _signer(data: dict[str, Any]) -> Signer:
    """Return who signed, as the dossier service tells it; nothing is made up."""
    for result in data.get("results") or ():
        signed = result.get("signed_by")
        if isinstance(signed, dict):
            return Signer(str(signed.get("name") or ""), str(signed.get("position") or ""))
        if signed:
            return Signer(str(signed))
    return Signer()
