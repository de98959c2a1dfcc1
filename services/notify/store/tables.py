"""Notify's tables, for `alembic check`; the SQL stands beside what it serves."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()
_moment = DateTime(timezone=True)

messages = Table(
    "messages",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("recipient_key", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("dossier_id", UUID, index=True),
    Column("agencies", JSONB, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_masked", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("skipped", JSONB, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", _moment, nullable=False),
    Column("due_at", _moment),
    Column("lease", UUID),
    Column("provider_id", Text),
    Column("created_at", _moment, nullable=False),
    Column("sent_at", _moment),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("event_id", "recipient_key", "template", "channel"),
)
Index(
    "ix_messages_due",
    messages.c.channel,
    messages.c.due_at,
    postgresql_where=text("state IN ('PLANNED', 'SENDING', 'FAILED_TEMPORARY')"),
)
Index(
    "ix_messages_inbox",
    messages.c.recipient_key,
    messages.c.event_id,
    messages.c.id,
    postgresql_where=text("channel = 'IN_APP'"),
)

readings = Table(
    "readings",
    metadata,
    Column("message_id", UUID, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("read_at", _moment, nullable=False),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("since", _moment, nullable=False),
)
