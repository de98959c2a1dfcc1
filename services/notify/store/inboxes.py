"""What people read: their inboxes, and for staff the state of what was sent about a dossier."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.notify.store.messages import open_text
from services.notify.use_cases.ports import InboxItem, Place, Seals, SentMessage

# One index range for each inbox, then the newest of all: a plain ANY would sort a desk's whole past.
_PAGE = Statement(
    """
    SELECT message.*, reading.read_at
    FROM unnest(:keys::text[]) AS wanted (key)
    CROSS JOIN LATERAL (
        SELECT id, event_id, dossier_id, template, content, created_at FROM messages
        WHERE channel = 'IN_APP' AND recipient_key = wanted.key
            AND (:before_event::uuid IS NULL OR (event_id, id) < (:before_event, :before_id::uuid))
            AND NOT (:unread_only AND EXISTS (
                SELECT 1 FROM readings WHERE message_id = messages.id AND subject = ANY(:subjects::text[])))
        ORDER BY event_id DESC, id DESC LIMIT :limit
    ) AS message
    CROSS JOIN LATERAL (
        SELECT min(read_at) AS read_at FROM readings
        WHERE message_id = message.id AND subject = ANY(:subjects)
    ) AS reading
    ORDER BY message.event_id DESC, message.id DESC LIMIT :limit
    """,
    rows=None,
)
_HOLDS = Statement(
    "SELECT 1 FROM messages WHERE id = :id AND channel = 'IN_APP' AND recipient_key = ANY(:keys::text[])"
)
_READ = Statement(
    "INSERT INTO readings (message_id, subject, read_at) VALUES (:message_id, :subject, :now)"
    " ON CONFLICT DO NOTHING",
    rows=None,
)
_ABOUT = Statement(
    """
    SELECT id, template, template_version, channel, recipient_masked, state, reason, skipped, attempts,
        not_before, created_at, sent_at, provider_id, version
    FROM messages
    WHERE dossier_id = :dossier_id AND (:agency::text IS NULL OR agencies @> to_jsonb(:agency::text))
    ORDER BY event_id, id LIMIT 500
    """,
    rows=None,
)


class PostgresInboxes:
    """Inboxes of this unit of work."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    async def page(
        self,
        keys: Sequence[str],
        *,
        subjects: Sequence[str],
        unread_only: bool,
        before: Place | None,
        limit: int,
    ) -> Sequence[InboxItem]:
        """Return the messages to these recipients, newest event first, that stand after `before`."""
        rows = await self._unit.fetch(
            _PAGE,
            keys=list(keys),
            subjects=list(subjects),
            unread_only=unread_only,
            before_event=before.event_id if before else None,
            before_id=before.id if before else None,
            limit=limit,
        )
        return [
            InboxItem(
                id=row["id"],
                event_id=row["event_id"],
                dossier_id=row["dossier_id"],
                template=row["template"],
                text=open_text(self._seals, row["content"]),
                created_at=row["created_at"],
                read_at=row["read_at"],
            )
            for row in rows
        ]

    async def holds(self, message_id: UUID, keys: Sequence[str]) -> bool:
        """Tell whether this message is in one of these inboxes."""
        return await self._unit.fetch_value(_HOLDS, id=message_id, keys=list(keys)) is not None

    def mark_read(self, message_id: UUID, *, subject: str, now: datetime) -> None:
        """Note that this person has read it; a second time changes nothing."""
        self._unit.write(_READ, message_id=message_id, subject=subject, now=now)


class PostgresSentMessages:
    """What was sent about dossiers."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def about(self, dossier_id: UUID, *, agency: str | None) -> Sequence[SentMessage]:
        """Return the messages about a dossier, oldest first, at most 500."""
        rows = await self._unit.fetch(_ABOUT, dossier_id=dossier_id, agency=agency)
        return [SentMessage(**row) for row in rows]
