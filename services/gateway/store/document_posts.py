"""The axis' two ends in PostgreSQL: messages waiting to go, and what came before it is understood."""

import hashlib
from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import SealBroken
from services.gateway.domain.documents.ledger import ArrivalState, Arrived, Message, MessageKind, Piece
from services.gateway.store.document_parts import ARRIVALS, MESSAGES, DocumentParts
from services.gateway.store.document_seals import DocumentSeals

_DUE = Statement(
    """
SELECT m.id, m.document, m.receiver, m.receiver_name, m.kind, m.code, m.attempts, d.agency AS sender
FROM document_messages m JOIN exchanged_documents d ON d.id = m.document
WHERE m.state = 'WAITING' AND m.next_attempt_at <= :now
  AND NOT EXISTS (SELECT 1 FROM document_messages e
                  WHERE e.receiver = m.receiver AND e.state = 'WAITING' AND e.seq < m.seq)
ORDER BY m.seq LIMIT 1
"""
)
_HANDED = Statement(
    "UPDATE document_messages SET state = 'HANDED', handed_at = :now, attempts = attempts + 1,"
    " reference = :reference, answer = '' WHERE id = :id AND state = 'WAITING'"
)
_TAKEN = Statement(
    "UPDATE document_messages SET state = 'TAKEN', handed_at = :now, settled_at = :now,"
    " attempts = attempts + 1, reference = :reference, answer = '' WHERE id = :id AND state = 'WAITING'"
)
_LATER = Statement(
    "UPDATE document_messages SET attempts = attempts + 1, next_attempt_at = :retry_at, answer = :answer"
    " WHERE id = :id AND state = 'WAITING'"
)
_RECEIPT = Statement(
    "UPDATE document_messages SET state = :state, settled_at = :now, answer = :answer,"
    " handed_at = coalesce(handed_at, :now),"
    " reference = CASE WHEN :reference::text = '' THEN reference ELSE :reference::text END"
    " WHERE id = :id AND state IN ('WAITING', 'HANDED')",
    rows=None,
)
_REPLAY = Statement(
    "UPDATE document_messages SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL"
    " WHERE id = :id AND document = :document AND state = 'REFUSED'"
)
_KEEP = Statement(
    "INSERT INTO document_arrivals (id, name, sha256, size, received_at, state, next_attempt_at, reason)"
    " VALUES (:id, :name, :sha256, :size, :now, :state, :next_attempt_at, :reason)"
    # Bytes forgotten since are kept anew, as sealed for the row they now are.
    " ON CONFLICT (sha256) DO UPDATE SET state = 'RECEIVED', next_attempt_at = :now,"
    " id = CASE WHEN document_arrivals.body = '' THEN excluded.id ELSE document_arrivals.id END,"
    " body = nullif(document_arrivals.body, '') WHERE document_arrivals.state = 'DONE' RETURNING id"
)
_ARRIVALS = Statement(
    "SELECT id FROM document_arrivals WHERE state IN ('RECEIVED', 'PARKED') AND next_attempt_at <= :now"
    " ORDER BY received_at, id LIMIT :limit"
)
_ARRIVAL = Statement(
    "SELECT id, name, size, attempts, received_at FROM document_arrivals WHERE id = :id"
    " AND (state IN ('RECEIVED', 'PARKED', 'REFUSED') OR (state = 'SETTLED' AND body IS DISTINCT FROM ''))"
)
_REFUSE = Statement(
    "UPDATE document_arrivals SET state = 'REFUSED', reason = :reason, next_attempt_at = NULL,"
    " attempts = attempts + 1 WHERE id = :id AND state IN ('RECEIVED', 'PARKED')"
)
_UNDERSTOOD = Statement(
    "UPDATE document_arrivals SET state = 'DONE', reason = '', next_attempt_at = NULL,"
    " attempts = attempts + 1, settled_at = :now WHERE id = :id AND state IN ('RECEIVED', 'PARKED')"
)
_PARK = Statement(
    "UPDATE document_arrivals SET state = 'PARKED', reason = :reason, next_attempt_at = :retry_at,"
    " attempts = attempts + 1 WHERE id = :id AND state IN ('RECEIVED', 'PARKED')",
    rows=None,
)
_SETTLE = Statement(
    "UPDATE document_arrivals SET state = 'SETTLED', next_attempt_at = NULL, settled_at = :now"
    " WHERE id = :id AND state = 'PARKED' AND attempts = :seen"
)
_AGAIN = Statement(
    "UPDATE document_arrivals SET state = 'RECEIVED', next_attempt_at = :now, settled_at = NULL"
    " WHERE id = :id"
    " AND (state IN ('PARKED', 'REFUSED') OR (state = 'SETTLED' AND body IS DISTINCT FROM ''))"
)


class PostgresDocumentPosts:
    """One message at a time goes out: it may be large, and the next of its receiver waits for it."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._parts = DocumentParts(unit, seals)

    async def next_due(self, now: datetime) -> Message | None:
        """Return the message whose turn it is, of each receiver the oldest; an unreadable body is empty."""
        row = await self._unit.fetch_one(_DUE, now=now)
        if row is None:
            return None
        try:
            body = await self._parts.whole(MESSAGES, row["id"]) or b""
        except SealBroken:
            # Of a key that is lost: it waits, and stops only what goes to the same receiver.
            body = b""
        return Message(**{**dict(row), "kind": MessageKind(row["kind"]), "body": body})

    def handed(self, message: UUID, reference: str, now: datetime) -> None:
        """Keep that the axis' door has it; `Stale` when somebody kept something else meanwhile."""
        self._unit.write(_HANDED, id=message, reference=reference, now=now)

    def taken(self, message: UUID, reference: str, now: datetime) -> None:
        """Keep that the axis has taken it; `Stale` when somebody kept something else meanwhile."""
        self._unit.write(_TAKEN, id=message, reference=reference, now=now)

    def later(self, message: UUID, answer: str, retry_at: datetime) -> None:
        """Keep why it did not go, and when it is tried again."""
        self._unit.write(_LATER, id=message, answer=answer, retry_at=retry_at)

    def receipt(self, message: UUID, *, state: str, reference: str, answer: str, now: datetime) -> None:
        """Keep what the axis said of it; said again it changes nothing."""
        self._unit.write(_RECEIPT, id=message, state=state, reference=reference, answer=answer, now=now)

    def replay(self, message: UUID, document: UUID, now: datetime) -> None:
        """Send again what the axis refused; `Stale` when it is refused no more."""
        self._unit.write(_REPLAY, id=message, document=document, now=now)

    async def keep(self, arrived: Arrived, *, size: int, reason: str, now: datetime) -> None:
        """Keep what came, before anything else; the same bytes again are looked at again, kept once."""
        is_parked = bool(reason)
        await self._unit.begin()
        row = await self._unit.fetch_one(
            _KEEP,
            id=arrived.id,
            name=arrived.name[:200],
            sha256=hashlib.sha256(arrived.body or arrived.name.encode()).digest(),
            size=size,
            state=ArrivalState.PARKED.value if is_parked else ArrivalState.RECEIVED.value,
            next_attempt_at=None if is_parked else now,
            reason=reason,
            now=now,
        )
        if row is not None and row["id"] == arrived.id:
            await self._parts.keep(arrived.id, arrived.body)

    async def waiting(self, now: datetime, limit: int) -> list[UUID]:
        """Return what came and is to be understood now, oldest first."""
        return [row["id"] for row in await self._unit.fetch(_ARRIVALS, now=now, limit=limit)]

    async def arrival(self, arrival: UUID) -> Arrived | None:
        """Return one that is not done, or that people are done with and is not forgotten; not its bytes."""
        row = await self._unit.fetch_one(_ARRIVAL, id=arrival)
        return None if row is None else Arrived(**dict(row))

    async def whole(self, arrival: UUID) -> bytes | None:
        """Return all bytes of one, as it came."""
        return await self._parts.whole(ARRIVALS, arrival)

    async def piece(self, arrival: UUID, place: int) -> Piece | None:
        """Return a part of one; None when it is kept no more."""
        return await self._parts.piece(ARRIVALS, arrival, place)

    def understood(self, arrival: UUID, now: datetime) -> None:
        """Keep that it is done."""
        self._unit.write(_UNDERSTOOD, id=arrival, now=now)

    def park(self, arrival: UUID, reason: str, retry_at: datetime | None) -> None:
        """Keep why it waits, for people or until then; nothing when people are done with it meanwhile."""
        self._unit.write(_PARK, id=arrival, reason=reason[:500], retry_at=retry_at)

    def refuse(self, arrival: UUID, reason: str) -> None:
        """Keep that it is not believed: its bytes stay as evidence and are forgotten by no term."""
        self._unit.write(_REFUSE, id=arrival, reason=reason[:500])

    def settle(self, arrival: UUID, *, seen: int, now: datetime) -> None:
        """Keep that people are done with it; `Stale` when it is not parked, or was tried again since."""
        self._unit.write(_SETTLE, id=arrival, seen=seen, now=now)

    def read_again(self, arrival: UUID, now: datetime) -> None:
        """Try one again that waits or people were done with; `Stale` when it does neither."""
        self._unit.write(_AGAIN, id=arrival, now=now)
