"""Decisions about working calendars, the versions they leave, and what editors were reminded of."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import data, metadata, moment

_decisions = Table(
    "calendar_decisions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("year", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("past_reason", Text, nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("number", Text),
    Column("signed_on", Date),
    Column("signer", Text),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("history", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
Index("ix_calendar_decisions_state", _decisions.c.state, _decisions.c.id)
Table(
    "calendar_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    data(),
    moment("created_at"),
)
Table(
    "catalog_reminders",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    data(),
    Column("raised_at", DateTime(timezone=True), nullable=False),
)
