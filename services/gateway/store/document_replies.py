"""Replies in PostgreSQL: those to be told to the dossier service, and the work list of the rest."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.documents.replies import Reply, ReplyState
from services.gateway.store.directory import KEPT
from services.gateway.store.document_seals import DocumentSeals

_NAMES = tuple(one.name for one in fields(Reply))
_COLUMNS = ", ".join(_NAMES)
_ADD = Statement(
    f"INSERT INTO document_replies ({_COLUMNS}, next_attempt_at)"
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)},"
    " CASE WHEN :state::text = 'WAITING' THEN :created_at::timestamptz END)",
    races=["ux_document_replies_answering"],
)
_LIST_QUESTION = Statement(
    """
    INSERT INTO document_replies
        (id, document, agency, asked, dossier_id, dossier_code, state, why, created_at)
    SELECT :id::uuid, d.id, d.agency, d.id, d.dossier_id, d.dossier_code, 'LISTED', :why::text,
        :now::timestamptz
    FROM exchanged_documents d
    WHERE d.id = coalesce(:document::uuid,
            (SELECT m.document FROM document_messages m WHERE m.id = :message::uuid AND m.kind = 'DOCUMENT'))
        AND d.request_id IS NOT NULL AND d.purpose <> 1
        AND NOT EXISTS (SELECT FROM document_replies r WHERE r.document = d.id AND r.state = 'LISTED')
    """,
    rows=None,
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM document_replies WHERE id = :id")
_OF_DOCUMENT = Statement(f"SELECT {_COLUMNS} FROM document_replies WHERE document = :document ORDER BY id")
_ANSWERED = Statement(
    "SELECT 1 FROM document_replies WHERE request_id = :request_id AND state IN ('WAITING', 'TOLD')"
)
_DUE = Statement(
    f"SELECT {_COLUMNS} FROM document_replies WHERE state = 'WAITING' AND next_attempt_at <= :now"
    " ORDER BY next_attempt_at, id LIMIT :limit"
)
_JUDGED = Statement(
    "UPDATE document_replies SET state = :state, why = :why, outcome = :outcome, next_attempt_at = NULL,"
    " attempts = attempts + 1, version = version + 1,"
    " settled_at = CASE WHEN :state::text = 'TOLD' THEN :now::timestamptz END"
    " WHERE id = :id AND state = 'WAITING'"
)
_LATER = Statement(
    "UPDATE document_replies SET attempts = attempts + 1, next_attempt_at = :retry_at"
    " WHERE id = :id AND state = 'WAITING'"
)
_SETTLE = Statement(
    "UPDATE document_replies SET state = 'SETTLED', settled_at = :now, settled_by = :by, words = :words,"
    " version = version + 1 WHERE id = :id AND version = :seen AND state = 'LISTED'"
)
_LINES = Statement(f"""
SELECT r.id, r.document, d.organ, d.organ_name, d.number, d.promulgated_on, r.asked, r.dossier_id,
       r.dossier_code, r.state, r.why, r.outcome, r.attempts, r.next_attempt_at, r.created_at, r.settled_at,
       r.settled_by, r.version
FROM document_replies r JOIN exchanged_documents d ON d.id = r.document
WHERE r.agency IN {KEPT} AND (:state::text IS NULL OR r.state = :state)
  AND (:before::uuid IS NULL OR r.id < :before)
ORDER BY r.id DESC LIMIT :limit
""")


class PostgresDocumentReplies:
    """One reply ends a step: the unique index says so to whoever commits second."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, reply: Reply) -> None:
        """Keep a reply; `Stale` at the commit when another one ends its step already."""
        values = {name: getattr(reply, name) for name in _NAMES}
        values |= {"state": reply.state.value, "why": str(reply.why), "words": ""}
        self._unit.write(_ADD, **values)

    def list_question(
        self, why: str, now: datetime, *, document: UUID | None = None, message: UUID | None = None
    ) -> None:
        """Put a step's question that could not be asked on its agency's work list, once until settled."""
        self._unit.write(
            _LIST_QUESTION, id=new_id(), document=document, message=message, why=str(why), now=now
        )

    async def is_answered(self, request_id: UUID) -> bool:
        """Tell whether a reply ends this step already."""
        return await self._unit.fetch_one(_ANSWERED, request_id=request_id) is not None

    async def find(self, reply: UUID) -> Reply | None:
        """Return a reply."""
        return self._reply(await self._unit.fetch_one(_FIND, id=reply))

    async def of_document(self, document: UUID) -> list[Reply]:
        """Return what a document answers."""
        rows = await self._unit.fetch(_OF_DOCUMENT, document=document)
        return [one for row in rows if (one := self._reply(row))]

    async def due(self, now: datetime, limit: int) -> list[Reply]:
        """Return replies to be told now, the longest waiting first."""
        rows = await self._unit.fetch(_DUE, now=now, limit=limit)
        return [one for row in rows if (one := self._reply(row))]

    def judged(self, reply: UUID, state: ReplyState, why: str, outcome: str, now: datetime) -> None:
        """Keep what the dossier service said of it."""
        self._unit.write(_JUDGED, id=reply, state=state.value, why=str(why), outcome=outcome[:100], now=now)

    def later(self, reply: UUID, retry_at: datetime) -> None:
        """Tell it again then."""
        self._unit.write(_LATER, id=reply, retry_at=retry_at)

    def settle(self, reply: UUID, note: str, *, seen: int, by: str, now: datetime) -> None:
        """Take it off the work list; `Stale` when it changed."""
        words = self._seals.seal_words({"note": note}, reply)
        self._unit.write(_SETTLE, id=reply, words=words, seen=seen, by=by, now=now)

    async def lines(
        self, *, agency: str, today: date, state: str | None, before: UUID | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return the replies of an agency and of those it goes on for, newest first."""
        rows = await self._unit.fetch(
            _LINES, agency=agency, today=today, state=state, before=before, limit=limit
        )
        return [dict(row) for row in rows]

    def _reply(self, row: Any) -> Reply | None:
        if row is None:
            return None
        words = self._seals.open_words(row["words"], row["id"]) if row["words"] else {}
        return Reply(**{**dict(row), "state": ReplyState(row["state"]), "words": words})
