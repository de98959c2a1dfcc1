"""Messages in PostgreSQL: planned in one statement, claimed in one, settled in one with their events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import SealBroken
from services.notify.domain.messages import Channel, Claimed, Message, MessageState, Settlement, Text
from services.notify.use_cases.ports import Seals

ADDRESS, CONTENT = "message address", "message content"
"""Purposes of the seals."""

# The id is made of the occurrence, so either of the two unique keys may notice a second one first.
_ADD = Statement(
    """
    INSERT INTO messages (id, event_id, recipient_key, template, template_version, channel, dossier_id,
        agencies, recipient, recipient_masked, content, state, reason, skipped, attempts, not_before, due_at,
        created_at, sent_at, version)
    SELECT id, event_id, recipient_key, template, template_version, channel, dossier_id,
        agencies, recipient, recipient_masked, content, state, reason, skipped, 0, not_before, due_at,
        created_at, sent_at, 1
    FROM jsonb_to_recordset(:messages::jsonb) AS given (id uuid, event_id uuid, recipient_key text,
        template text, template_version int, channel text, dossier_id uuid, agencies jsonb, recipient text,
        recipient_masked text, content text, state text, reason text, skipped jsonb, not_before timestamptz,
        due_at timestamptz, created_at timestamptz, sent_at timestamptz)
    ON CONFLICT DO NOTHING
    """,
    rows=None,
)
_CLAIM = Statement(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM messages
        WHERE channel = :channel AND state IN ('PLANNED', 'SENDING', 'FAILED_TEMPORARY') AND due_at <= :now
        ORDER BY due_at LIMIT :at_most FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET state = 'SENDING', lease = :lease, due_at = :ends_at, attempts = attempts + 1,
        version = version + 1
    FROM due WHERE messages.id = due.id
    RETURNING messages.id, event_id, lease, channel, recipient, content, template, template_version,
        dossier_id, attempts, version
    """,
    rows=None,
)
# The ids stand beside the rows: PostgreSQL takes JSON for a hundred rows, and reads the whole table for them.
_SETTLE = """
    UPDATE messages SET state = given.state, reason = given.reason, provider_id = given.provider_id,
        sent_at = given.sent_at, due_at = given.due_at, lease = NULL, version = messages.version + 1
    FROM jsonb_to_recordset(:settled::jsonb) AS given (id uuid, lease uuid, version bigint, state text,
        reason text, provider_id text, sent_at timestamptz, due_at timestamptz)
    WHERE messages.id = ANY(:ids::uuid[]) AND messages.id = given.id AND messages.lease = given.lease
        AND messages.version = given.version
    """
_FORGET = Statement("DELETE FROM messages WHERE dossier_id = :dossier_id", rows=None)


@cache
def _settle(rows: int) -> Statement:
    """Return the statement that settles exactly so many messages, or nothing at all."""
    return Statement(_SETTLE, rows=rows)


class PostgresMessages:
    """Messages of this unit of work; addresses and texts are sealed at rest."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    def add(self, messages: Sequence[Message]) -> None:
        """Plan messages; one whose occurrence is there already is left out."""
        self._unit.write(_ADD, messages=[self._row(message) for message in messages])

    async def claim(
        self, channel: Channel, *, at_most: int, now: datetime, lease: timedelta
    ) -> Sequence[Claimed]:
        """Take due messages. The unit has no open transaction, so the statement commits by itself."""
        rows = await self._unit.fetch(
            _CLAIM, channel=channel.value, now=now, at_most=at_most, lease=new_id(), ends_at=now + lease
        )
        return [self._claimed(row) for row in rows]

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Keep what became of messages, all in one statement."""
        settled = [
            {
                "id": one.message.id,
                "lease": one.message.lease,
                "version": one.message.version,
                "state": one.state,
                "reason": one.reason,
                "provider_id": one.provider_id,
                "sent_at": one.sent_at,
                "due_at": one.due_at,
            }
            for one in settlements
        ]
        ids = [one.message.id for one in settlements]
        self._unit.write(_settle(len(settled)), settled=settled, ids=ids)

    def forget(self, dossier_id: UUID) -> None:
        """Forget every message about a dossier, readings with them."""
        self._unit.write(_FORGET, dossier_id=dossier_id)

    def _row(self, message: Message) -> dict[str, Any]:
        return {
            "id": message.id,
            "event_id": message.event_id,
            "recipient_key": message.recipient_key,
            "template": message.template,
            "template_version": message.template_version,
            "channel": message.channel,
            "dossier_id": message.dossier_id,
            "agencies": list(message.agencies),
            "recipient": self._seals.seal(message.address, purpose=ADDRESS),
            "recipient_masked": message.address_masked,
            "content": self._seals.seal(_content(message.text), purpose=CONTENT),
            "state": message.state,
            "reason": message.reason,
            "skipped": [{"channel": skip.channel, "reason": skip.reason} for skip in message.skipped],
            "not_before": message.not_before,
            "due_at": message.not_before if message.state is MessageState.PLANNED else None,
            "created_at": message.created_at,
            "sent_at": message.created_at if message.state is MessageState.SENT else None,
        }

    def _claimed(self, row: Any) -> Claimed:
        address, text = self._opened(row)
        return Claimed(
            id=row["id"],
            event_id=row["event_id"],
            lease=row["lease"],
            channel=Channel(row["channel"]),
            address=address,
            text=text,
            template=row["template"],
            template_version=row["template_version"],
            dossier_id=row["dossier_id"],
            attempts=row["attempts"],
            version=row["version"],
        )

    def _opened(self, row: Any) -> tuple[str | None, Text | None]:
        try:
            address = self._seals.open(row["recipient"], purpose=ADDRESS)
            return str(address), open_text(self._seals, row["content"])
        except SealBroken:
            # One unreadable row must not hold up the batch it was claimed with.
            return None, None


def _content(text: Text) -> list[str]:
    kept = [text.subject, text.body]
    return [*kept, text.unsubscribe] if text.unsubscribe else kept


def open_text(seals: Seals, content: str) -> Text:
    """Return the text of a message's sealed content."""
    opened = cast("list[str]", seals.open(content, purpose=CONTENT))
    return Text(*opened)
