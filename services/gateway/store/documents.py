"""Documents of the exchange in PostgreSQL: what is sent, what came, and every word said of them."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.documents.envelope import Organ, Purpose
from services.gateway.domain.documents.ledger import (
    Act,
    Direction,
    Document,
    DocumentState,
    Heard,
    KeptFile,
    Message,
    Piece,
)
from services.gateway.domain.documents.statuses import Said
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.store.document_parts import FILES as IN_FILES
from services.gateway.store.document_parts import DocumentParts
from services.gateway.store.document_seals import DocumentSeals
from services.gateway.store.document_sql import (
    ADD_FILE,
    ADD_MESSAGE,
    ADD_NEW,
    ADD_STATUS,
    AFTER_SET_BACK,
    ARRIVALS_AFTER_SET_BACK,
    CANCEL_PLANNED,
    CANCEL_QUESTIONS,
    CHANGE,
    EARLIER_RESULT,
    FILES,
    FIND_BY_KEY,
    FIND_ONE,
    FORGET,
    FORGET_DONE,
    GOES_ON,
    IS_KEPT,
    LATER,
    LOG,
    MARK,
    NAMES,
    OURS,
    PLAN_QUESTION,
    PLAN_RECALL,
    PLAN_RESULT,
    PLAN_WITHDRAWALS,
    PLANNED,
    PREPARE_AGAIN,
    READY,
    RECEIVERS,
    SAID,
    STAND,
    STATUSES,
    SUPERSEDE,
    USERS,
)


class PostgresDocuments:
    """Reads and queued writes of one unit of work."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._seals = seals
        self._parts = DocumentParts(unit, seals)

    def add(self, document: Document) -> None:
        """Keep a document; `Stale` at the commit when somebody kept it meanwhile."""
        self._unit.write(ADD_NEW, **self._values(document))

    def plan_result(self, document: Document) -> None:
        """Keep that a result is to be sent, if its procedure names receivers; the same one once."""
        self._unit.write(PLAN_RESULT, **self._values(document))

    def plan_recall(self, dossier_id: UUID, version: int, *, by: str, reason: str, now: datetime) -> None:
        """Keep that what was sent of a dossier is revoked; what was not sent yet never goes."""
        row = new_id()
        self._unit.write(CANCEL_PLANNED, dossier_id=dossier_id, version=version, now=now)
        self._unit.write(
            PLAN_RECALL,
            id=row,
            dossier_id=dossier_id,
            version=version,
            words=self._seals.seal_words({"reason": reason}, row),
            created_by=by,
            now=now,
        )

    def plan_question(self, document: Document) -> None:
        """Keep that an outside step is to be asked for; the same step once, however often it is heard of."""
        self._unit.write(PLAN_QUESTION, **self._values(document))

    def withdraw_questions(
        self, dossier_id: UUID, *, current: UUID | None, by: str, reason: str, now: datetime
    ) -> None:
        """Keep that a dossier left its outside step: what was not sent never goes, what was is revoked."""
        row = new_id()
        where = {"dossier_id": dossier_id, "current": current, "asker": by, "now": now}
        self._unit.write(CANCEL_QUESTIONS, **where)
        words = self._seals.seal_words({"reason": reason}, row)
        self._unit.write(PLAN_WITHDRAWALS, id=row, words=words, **where)

    async def find(self, document: UUID) -> Document | None:
        """Return a document."""
        return self._document(await self._unit.fetch_one(FIND_ONE, id=document))

    async def named(
        self, key: str, direction: Direction, *, organ: str = "", agency: str = "", all_of_it: bool = False
    ) -> list[Document]:
        """Return documents of this identifier, oldest first; revocations only with `all_of_it`."""
        rows = await self._unit.fetch(
            FIND_BY_KEY, key=key, direction=direction.value, organ=organ, agency=agency, all=all_of_it
        )
        return [one for row in rows if (one := self._document(row))]

    async def planned(self, now: datetime, limit: int) -> list[Document]:
        """Return documents that are to be made ready, oldest first."""
        rows = await self._unit.fetch(PLANNED, now=now, limit=limit)
        return [one for row in rows if (one := self._document(row))]

    async def earlier_result(self, dossier_id: UUID, version: int) -> Document | None:
        """Return the result sent before this one."""
        return self._document(
            await self._unit.fetch_one(EARLIER_RESULT, dossier_id=dossier_id, version=version)
        )

    def settle(self, document: Document, now: datetime) -> None:
        """Keep how a planned document turned out; `Stale` when it is planned no more."""
        self._unit.write(
            READY,
            id=document.id,
            state=document.state.value,
            purpose=document.purpose.value,
            about=document.about,
            failure=document.failure,
            words=self._seals.seal_words(document.words, document.id),
            now=now,
        )

    def postpone(self, document: UUID, failure: str, retry_at: datetime) -> None:
        """Try to make it ready again then."""
        self._unit.write(LATER, id=document, failure=failure, retry_at=retry_at)

    def prepare_again(self, document: UUID, *, seen: int, now: datetime) -> None:
        """Try a faulty one again; `Stale` when it changed."""
        self._unit.write(PREPARE_AGAIN, id=document, seen=seen, now=now)

    def change(self, document: Document, *, seen: int, now: datetime) -> None:
        """Keep what an officer did; `Stale` at the commit when it changed meanwhile."""
        self._unit.write(
            CHANGE,
            id=document.id,
            seen=seen,
            status=document.status,
            dossier_id=document.dossier_id,
            dossier_code=document.dossier_code,
            is_asked_back=document.is_asked_back,
            is_revoked=document.is_revoked,
            now=now,
        )

    def mark(
        self, document: UUID, now: datetime, *, is_revoked: bool = False, is_asked_back: bool = False
    ) -> None:
        """Mark what the other side said of it."""
        self._unit.write(MARK, id=document, is_revoked=is_revoked, is_asked_back=is_asked_back, now=now)

    def supersede(self, document: UUID, by: UUID, now: datetime, *, is_revoked: bool) -> None:
        """Mark a document as no longer holding; it is kept as it came."""
        self._unit.write(SUPERSEDE, id=document, by=by, is_revoked=is_revoked, now=now)

    async def users(self, document: UUID) -> list[str]:
        """Return who read it, answered it or put it to a dossier."""
        return [row["subject"] for row in await self._unit.fetch(USERS, document=document)]

    async def add_files(self, files: Sequence[KeptFile]) -> None:
        """Keep files byte for byte, each in parts that go to the server as they are sealed."""
        for one in files:
            self._unit.write(
                ADD_FILE,
                id=one.id,
                document=one.document,
                position=one.position,
                name=self._seals.seal_words({"name": one.name}, one.id),
                media_type=one.media_type,
                size=len(one.content),
                sha256=hashlib.sha256(one.content).digest(),
            )
            await self._parts.keep(one.id, one.content)

    async def files(self, document: UUID) -> list[dict[str, Any]]:
        """Return what files there are, without their contents."""
        rows = await self._unit.fetch(FILES, document=document)
        return [{**dict(row), "name": self._name(row), "sha256": row["sha256"].hex()} for row in rows]

    async def piece(self, file: UUID, place: int) -> Piece | None:
        """Return a part of a file; None when it is kept no more."""
        return await self._parts.piece(IN_FILES, file, place)

    async def part_longest(self, past: Collection[UUID]) -> tuple[UUID, bool] | None:
        """Put the longest value an earlier version kept whole into parts: whose, and whether it could be."""
        return await self._parts.move(past)

    async def add_letter(self, message: Message, now: datetime) -> None:
        """Keep a message that carries files, in parts: as large as all of them together."""
        self._unit.write(ADD_MESSAGE, **self._message(message, now), body=None)
        await self._parts.keep(message.id, message.body)

    def add_message(self, message: Message, now: datetime) -> None:
        """Keep a short message to be sent; an acknowledgement said again is sent again, a document never."""
        body = self._seals.seal(message.body, message.id)
        self._unit.write(ADD_MESSAGE, **self._message(message, now), body=body)

    async def receivers(self, document: UUID) -> list[dict[str, Any]]:
        """Return every message of a document and how far it is."""
        return [dict(row) for row in await self._unit.fetch(RECEIVERS, document=document)]

    def hear(self, heard: Heard, now: datetime) -> None:
        """Keep a status; the same one again changes nothing."""
        self._unit.write(
            ADD_STATUS,
            id=heard.id,
            document=heard.document,
            receiver=heard.receiver,
            code=heard.code,
            at=heard.at,
            words=self._seals.seal_words(heard.words, heard.id),
            now=now,
        )

    async def said(self, document: UUID, receiver: str) -> list[Said]:
        """Return the statuses a receiver said."""
        rows = await self._unit.fetch(SAID, document=document, receiver=receiver)
        return [Said(row["at"], row["code"]) for row in rows]

    async def statuses(self, document: UUID) -> list[dict[str, Any]]:
        """Return every status with its words, oldest first."""
        rows = await self._unit.fetch(STATUSES, document=document)
        return [{**dict(row), **self._opened(row)} for row in rows]

    def stand(self, document: UUID, receiver: str, standing: str, now: datetime) -> None:
        """Keep what a receiver's statuses mean together; whoever answers has it."""
        self._unit.write(STAND, document=document, receiver=receiver, standing=standing, answer="", now=now)

    def log(self, act: Act) -> None:
        """Keep who did what, in the same commit."""
        self._unit.write(LOG, **self._act(act))

    async def log_reading(self, act: Act) -> None:
        """Keep that somebody read it, at once: a read commits nothing else."""
        await self._unit.fetch(LOG, **self._act(act))

    def forget(self, dossier_id: UUID) -> None:
        """Forget what the documents of a destroyed dossier said: texts, files, messages, what came raw."""
        for statement in FORGET:
            self._unit.write(statement, dossier_id=dossier_id)

    def after_set_back(self, now: datetime, backoff: Backoff) -> None:
        """Let what waits longer than anything may wait go on now: its clock was ahead."""
        for statement in AFTER_SET_BACK:
            self._unit.write(statement, now=now, first=backoff.first_seconds, longest=backoff.longest_seconds)
        self._unit.write(ARRIVALS_AFTER_SET_BACK, now=now)

    def forget_done(self, before: datetime) -> None:
        """Forget the raw bytes of what was understood before then; what they said is kept elsewhere."""
        for statement in FORGET_DONE:
            self._unit.write(statement, before=before)

    async def is_kept(self, of: str, agency: str, today: date) -> bool:
        """Tell whether an agency goes on for another, which ended: what was that one's is its to work."""
        return bool(await self._unit.fetch_value(IS_KEPT, of=of, agency=agency, today=today))

    async def goes_on(self, agency: str, today: date) -> str:
        """Return who works what comes for an agency: itself, or who goes on for it since it ended."""
        return str(await self._unit.fetch_value(GOES_ON, agency=agency, today=today))

    async def ours(self, organs: Sequence[str]) -> list[Organ]:
        """Return which of these are agencies of this province."""
        rows = await self._unit.fetch(OURS, codes=list(organs))
        return [Organ(row["code"], row["name"]) for row in rows]

    def _message(self, message: Message, now: datetime) -> dict[str, Any]:
        return {
            "id": message.id,
            "document": message.document,
            "receiver": message.receiver,
            "receiver_name": message.receiver_name,
            "kind": message.kind.value,
            "code": message.code,
            "sha256": hashlib.sha256(message.body).digest(),
            "now": now,
        }

    def _act(self, act: Act) -> dict[str, Any]:
        row = new_id()
        return {
            "id": row,
            "document": act.document,
            "at": act.at,
            "subject": act.subject,
            "action": act.action,
            "reason": self._seals.seal_words({"reason": act.reason}, row) if act.reason else "",
        }

    def _opened(self, row: Any) -> dict[str, Any]:
        """Return a row's words; those of a destroyed dossier are gone."""
        return self._seals.open_words(row["words"], row["id"]) if row["words"] else {}

    def _name(self, row: Any) -> str:
        return str(self._seals.open_words(row["name"], row["id"])["name"])

    def _values(self, one: Document) -> dict[str, Any]:
        found = {name: getattr(one, name) for name in NAMES}
        found["words"] = self._seals.seal_words(one.words, one.id)
        return {
            **found,
            "direction": one.direction.value,
            "state": one.state.value,
            "purpose": one.purpose.value,
        }

    def _document(self, row: Any) -> Document | None:
        if row is None:
            return None
        found = dict(row)
        found["words"] = self._opened(row)
        found |= {"direction": Direction(row["direction"]), "state": DocumentState(row["state"])}
        return Document(**{**found, "purpose": Purpose(row["purpose"])})
