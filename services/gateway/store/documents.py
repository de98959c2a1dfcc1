"""Documents of the exchange in PostgreSQL: what is sent, what came, and every word said of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
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
)
from services.gateway.domain.documents.statuses import Said
from services.gateway.store.document_seals import DocumentSeals

_NAMES = tuple(one.name for one in fields(Document))
_COLUMNS = ", ".join(_NAMES)
_CASTS = {
    **dict.fromkeys(("id", "about", "dossier_id", "arrival"), "uuid"),
    **dict.fromkeys(("purpose", "attempts"), "int"),
    **dict.fromkeys(("version", "dossier_version"), "bigint"),
    **dict.fromkeys(("is_asked_back", "is_revoked"), "boolean"),
    "promulgated_on": "date",
    "created_at": "timestamptz",
}
_VALUES = ", ".join(f":{name}::{_CASTS.get(name, 'text')}" for name in _NAMES)
_ADD = (
    f"INSERT INTO exchanged_documents ({_COLUMNS}, changed_at, next_attempt_at)"
    f" VALUES ({_VALUES}, :created_at::timestamptz,"
    " CASE WHEN :state::text = 'PLANNED' THEN :created_at::timestamptz END)"
)
_ADD_NEW = Statement(f"{_ADD} ON CONFLICT DO NOTHING")
_PLAN_RESULT = Statement(
    f"""
INSERT INTO exchanged_documents ({_COLUMNS}, changed_at, next_attempt_at)
SELECT {_VALUES}, :created_at::timestamptz, :created_at::timestamptz
WHERE EXISTS (SELECT 1 FROM document_routes WHERE procedure_code = :procedure_code::text
              AND jsonb_array_length(receivers) > 0)
ON CONFLICT DO NOTHING
""",
    rows=None,
)
_CANCEL_PLANNED = Statement(
    "UPDATE exchanged_documents SET state = 'CANCELLED', version = version + 1, changed_at = :now"
    " WHERE dossier_id = :dossier_id AND direction = 'OUT' AND state = 'PLANNED' AND purpose <> 1"
    " AND dossier_version < :version",
    rows=None,
)
_PLAN_RECALL = Statement(
    """
INSERT INTO exchanged_documents (id, direction, agency, agency_name, organ, organ_name, document_id,
    document_key, purpose, distinction, about, number, promulgated_on, type_name, dossier_id,
    dossier_code, dossier_version, state, procedure_code, words, created_by, created_at, changed_at,
    next_attempt_at)
SELECT :id::uuid, 'OUT', d.agency, d.agency_name, '', '', d.document_id, d.document_key, 1,
    :version::bigint::text, d.id, d.number, d.promulgated_on, d.type_name, d.dossier_id, d.dossier_code,
    :version::bigint, 'PLANNED', d.procedure_code, :words::text,
    :created_by::text, :now::timestamptz, :now::timestamptz, :now::timestamptz
FROM exchanged_documents d
WHERE d.dossier_id = :dossier_id AND d.direction = 'OUT' AND d.state = 'READY' AND d.purpose <> 1
  AND d.dossier_version > 0 AND NOT d.is_revoked
ORDER BY d.dossier_version DESC LIMIT 1
""",
    rows=None,
)
_FIND = f"SELECT {_COLUMNS} FROM exchanged_documents"
_FIND_ONE = Statement(f"{_FIND} WHERE id = :id")
_FIND_BY_KEY = Statement(
    f"{_FIND} WHERE document_key = :key AND direction = :direction AND (:all::boolean OR purpose <> 1)"
    " AND (:organ::text = '' OR organ = :organ::text)"
    " AND (:agency::text = '' OR agency = :agency::text) ORDER BY id"
)
_PLANNED = Statement(
    f"{_FIND} WHERE state = 'PLANNED' AND next_attempt_at <= :now ORDER BY created_at, id LIMIT :limit"
)
_EARLIER_RESULT = Statement(
    f"{_FIND} WHERE dossier_id = :dossier_id AND direction = 'OUT' AND state = 'READY' AND purpose <> 1"
    " AND dossier_version > 0 AND dossier_version < :version ORDER BY dossier_version DESC LIMIT 1"
)
_READY = Statement(
    "UPDATE exchanged_documents SET state = :state, purpose = :purpose, about = :about, failure = :failure,"
    " words = :words, next_attempt_at = NULL, changed_at = :now, version = version + 1"
    " WHERE id = :id AND state = 'PLANNED'"
)
_LATER = Statement(
    "UPDATE exchanged_documents SET attempts = attempts + 1, next_attempt_at = :retry_at, failure = :failure"
    " WHERE id = :id AND state = 'PLANNED'"
)
_CHANGE = Statement(
    "UPDATE exchanged_documents SET status = :status, dossier_id = :dossier_id, dossier_code = :dossier_code,"
    " is_asked_back = :is_asked_back, is_revoked = :is_revoked, version = version + 1, changed_at = :now"
    " WHERE id = :id AND version = :seen"
)
_PREPARE_AGAIN = Statement(
    "UPDATE exchanged_documents SET state = 'PLANNED', next_attempt_at = :now, version = version + 1"
    " WHERE id = :id AND version = :seen AND state = 'FAULTY'"
)
_MARK = Statement(
    "UPDATE exchanged_documents SET is_revoked = is_revoked OR :is_revoked, changed_at = :now,"
    " is_asked_back = is_asked_back OR :is_asked_back, version = version + 1 WHERE id = :id",
    rows=None,
)
_ADD_FILE = Statement(
    "INSERT INTO document_files (id, document, position, name, media_type, size, sha256, content)"
    " VALUES (:id, :document, :position, :name, :media_type, :size, :sha256, :content)"
)
_FILES = Statement(
    "SELECT id, document, position, name, media_type, size, sha256 FROM document_files"
    " WHERE document = :document ORDER BY position"
)
_FILE = Statement("SELECT * FROM document_files WHERE id = :id AND document = :document")
_ADD_MESSAGE = Statement(
    "INSERT INTO document_messages (id, document, receiver, receiver_name, kind, code, body, sha256, state,"
    " next_attempt_at, created_at) VALUES (:id, :document, :receiver, :receiver_name, :kind, :code, :body,"
    " :sha256, 'WAITING', :now, :now) ON CONFLICT (document, receiver, kind, code) DO UPDATE"
    " SET state = 'WAITING', next_attempt_at = :now WHERE document_messages.kind = 'STATUS'",
    rows=None,
)
_ADD_STATUS = Statement(
    "INSERT INTO document_statuses (id, document, receiver, code, at, words, heard_at)"
    " VALUES (:id, :document, :receiver, :code, :at, :words, :now)"
    " ON CONFLICT (document, receiver, code, at) DO NOTHING",
    rows=None,
)
_SAID = Statement(
    "SELECT at, code FROM document_statuses WHERE document = :document AND receiver = :receiver"
)
_STATUSES = Statement(
    "SELECT id, receiver, code, at, words, heard_at FROM document_statuses WHERE document = :document"
    " ORDER BY at, id LIMIT 500"
)
_STAND = Statement(
    "UPDATE document_messages SET standing = :standing, answer = :answer, state = 'TAKEN',"
    " settled_at = coalesce(settled_at, :now)"
    " WHERE document = :document AND receiver = :receiver AND kind = 'DOCUMENT'",
    rows=None,
)
_RECEIVERS = Statement(
    "SELECT id, receiver, receiver_name, kind, code, state, attempts, next_attempt_at, reference, answer,"
    " standing, handed_at, settled_at FROM document_messages WHERE document = :document ORDER BY seq"
)
_LOG = Statement(
    "INSERT INTO document_acts (id, document, at, subject, action, reason)"
    " VALUES (:id, :document, :at, :subject, :action, :reason)"
)
_ITS = "SELECT id FROM exchanged_documents WHERE dossier_id = :dossier_id::uuid"
_FORGET = tuple(
    Statement(sql, rows=None)
    for sql in (
        f"DELETE FROM document_files WHERE document IN ({_ITS})",
        f"UPDATE document_messages SET body = '', answer = '' WHERE document IN ({_ITS})",
        f"UPDATE document_statuses SET words = '' WHERE document IN ({_ITS})",
        f"UPDATE document_acts SET reason = '' WHERE document IN ({_ITS})",
        "UPDATE document_arrivals SET body = '', reason = '' WHERE id IN"
        " (SELECT arrival FROM exchanged_documents WHERE dossier_id = :dossier_id::uuid)",
        "UPDATE exchanged_documents SET words = '', failure = '', version = version + 1,"
        " state = CASE WHEN state IN ('PLANNED', 'FAULTY') THEN 'CANCELLED' ELSE state END"
        " WHERE dossier_id = :dossier_id::uuid",
    )
)
_FORGET_DONE = Statement(
    "UPDATE document_arrivals SET body = '', reason = '' WHERE id IN (SELECT id FROM document_arrivals"
    " WHERE state = 'DONE' AND body <> '' AND settled_at < :before LIMIT 500)",
    rows=None,
)
_OURS = Statement("SELECT code, name FROM agencies WHERE code = ANY(:codes)")


class PostgresDocuments:
    """Reads and queued writes of one unit of work."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, document: Document) -> None:
        """Keep a document; `Stale` at the commit when somebody kept it meanwhile."""
        self._unit.write(_ADD_NEW, **self._values(document))

    def plan_result(self, document: Document) -> None:
        """Keep that a result is to be sent, if its procedure names receivers; the same one once."""
        self._unit.write(_PLAN_RESULT, **self._values(document))

    def plan_recall(self, dossier_id: UUID, version: int, *, by: str, reason: str, now: datetime) -> None:
        """Keep that what was sent of a dossier is revoked; what was not sent yet never goes."""
        row = new_id()
        self._unit.write(_CANCEL_PLANNED, dossier_id=dossier_id, version=version, now=now)
        self._unit.write(
            _PLAN_RECALL,
            id=row,
            dossier_id=dossier_id,
            version=version,
            words=self._seals.seal_words({"reason": reason}, row),
            created_by=by,
            now=now,
        )

    async def find(self, document: UUID) -> Document | None:
        """Return a document."""
        return self._document(await self._unit.fetch_one(_FIND_ONE, id=document))

    async def named(
        self, key: str, direction: Direction, *, organ: str = "", agency: str = "", all_of_it: bool = False
    ) -> list[Document]:
        """Return documents of this identifier, oldest first; revocations only with `all_of_it`."""
        rows = await self._unit.fetch(
            _FIND_BY_KEY, key=key, direction=direction.value, organ=organ, agency=agency, all=all_of_it
        )
        return [one for row in rows if (one := self._document(row))]

    async def planned(self, now: datetime, limit: int) -> list[Document]:
        """Return documents that are to be made ready, oldest first."""
        rows = await self._unit.fetch(_PLANNED, now=now, limit=limit)
        return [one for row in rows if (one := self._document(row))]

    async def earlier_result(self, dossier_id: UUID, version: int) -> Document | None:
        """Return the result sent before this one."""
        return self._document(
            await self._unit.fetch_one(_EARLIER_RESULT, dossier_id=dossier_id, version=version)
        )

    def settle(self, document: Document, now: datetime) -> None:
        """Keep how a planned document turned out; `Stale` when it is planned no more."""
        self._unit.write(
            _READY,
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
        self._unit.write(_LATER, id=document, failure=failure, retry_at=retry_at)

    def prepare_again(self, document: UUID, *, seen: int, now: datetime) -> None:
        """Try a faulty one again; `Stale` when it changed."""
        self._unit.write(_PREPARE_AGAIN, id=document, seen=seen, now=now)

    def change(self, document: Document, *, seen: int, now: datetime) -> None:
        """Keep what an officer did; `Stale` at the commit when it changed meanwhile."""
        self._unit.write(
            _CHANGE,
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
        self._unit.write(_MARK, id=document, is_revoked=is_revoked, is_asked_back=is_asked_back, now=now)

    def add_files(self, files: Sequence[KeptFile]) -> None:
        """Keep files byte for byte."""
        for one in files:
            self._unit.write(
                _ADD_FILE,
                id=one.id,
                document=one.document,
                position=one.position,
                name=self._seals.seal_words({"name": one.name}, one.id),
                media_type=one.media_type,
                size=len(one.content),
                sha256=hashlib.sha256(one.content).digest(),
                content=self._seals.seal(one.content, one.id),
            )

    async def files(self, document: UUID) -> list[dict[str, Any]]:
        """Return what files there are, without their contents."""
        rows = await self._unit.fetch(_FILES, document=document)
        return [{**dict(row), "name": self._name(row), "sha256": row["sha256"].hex()} for row in rows]

    async def file(self, document: UUID, file: UUID) -> KeptFile | None:
        """Return one file with its content."""
        row = await self._unit.fetch_one(_FILE, id=file, document=document)
        if row is None:
            return None
        return KeptFile(
            id=row["id"],
            document=row["document"],
            position=row["position"],
            name=self._name(row),
            media_type=row["media_type"],
            content=self._seals.open(row["content"], row["id"]),
        )

    def add_message(self, message: Message, now: datetime) -> None:
        """Keep a message to be sent; an acknowledgement said again is sent again, a document never."""
        self._unit.write(
            _ADD_MESSAGE,
            id=message.id,
            document=message.document,
            receiver=message.receiver,
            receiver_name=message.receiver_name,
            kind=message.kind.value,
            code=message.code,
            body=self._seals.seal(message.body, message.id),
            sha256=hashlib.sha256(message.body).digest(),
            now=now,
        )

    async def receivers(self, document: UUID) -> list[dict[str, Any]]:
        """Return every message of a document and how far it is."""
        return [dict(row) for row in await self._unit.fetch(_RECEIVERS, document=document)]

    def hear(self, heard: Heard, now: datetime) -> None:
        """Keep a status; the same one again changes nothing."""
        self._unit.write(
            _ADD_STATUS,
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
        rows = await self._unit.fetch(_SAID, document=document, receiver=receiver)
        return [Said(row["at"], row["code"]) for row in rows]

    async def statuses(self, document: UUID) -> list[dict[str, Any]]:
        """Return every status with its words, oldest first."""
        rows = await self._unit.fetch(_STATUSES, document=document)
        return [{**dict(row), **self._opened(row)} for row in rows]

    def stand(self, document: UUID, receiver: str, standing: str, now: datetime) -> None:
        """Keep what a receiver's statuses mean together; whoever answers has it."""
        self._unit.write(_STAND, document=document, receiver=receiver, standing=standing, answer="", now=now)

    def log(self, act: Act) -> None:
        """Keep who did what, in the same commit."""
        self._unit.write(_LOG, **self._act(act))

    async def log_reading(self, act: Act) -> None:
        """Keep that somebody read it, at once: a read commits nothing else."""
        await self._unit.fetch(_LOG, **self._act(act))

    def forget(self, dossier_id: UUID) -> None:
        """Forget what the documents of a destroyed dossier said: texts, files, messages, what came raw."""
        for statement in _FORGET:
            self._unit.write(statement, dossier_id=dossier_id)

    def forget_done(self, before: datetime) -> None:
        """Forget the raw bytes of what was understood before then; what they said is kept elsewhere."""
        self._unit.write(_FORGET_DONE, before=before)

    async def ours(self, organs: Sequence[str]) -> list[Organ]:
        """Return which of these are agencies of this province."""
        rows = await self._unit.fetch(_OURS, codes=list(organs))
        return [Organ(row["code"], row["name"]) for row in rows]

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
        found = {name: getattr(one, name) for name in _NAMES}
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
