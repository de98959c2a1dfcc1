"""What readers follow: changes of procedures as the feeds tell them, and subscriptions."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.catalog.store.tables.columns import metadata

_entries = Table(
    "feed_entries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("procedure", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("agencies", ARRAY(Text), nullable=False),
    Column("change_kind", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)
Index("uq_feed_entries_procedure", _entries.c.procedure, _entries.c.published_at, unique=True)
Index("ix_feed_entries_sector", _entries.c.sector, _entries.c.id)
Index("ix_feed_entries_agencies", _entries.c.agencies, postgresql_using="gin")

_subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("procedure", Text, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("contact", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("told_until", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)
Index("uq_subscriptions_address", _subscriptions.c.address, _subscriptions.c.procedure, unique=True)
Index(
    "ix_subscriptions_following",
    _subscriptions.c.procedure,
    _subscriptions.c.id,
    postgresql_where=text("state = 'FOLLOWING'"),
)
