"""Drafts of procedures, the publication decisions that publish them, and the library of standard reasons."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import data, metadata, moment

_drafts = Table(
    "procedure_drafts",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("code", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("base", Integer, nullable=False),
    data(),
    Column("state", Text, nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    Column("approved_by", Text),
    Column("decision_id", UUID, index=True),
    Column("history", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
Index(
    "uq_procedure_drafts_open",
    _drafts.c.code,
    _drafts.c.agency,
    _drafts.c.part,
    unique=True,
    postgresql_where=text("state IN ('DRAFT', 'IN_REVIEW', 'APPROVED')"),
)
Index("ix_procedure_drafts_state", _drafts.c.state, _drafts.c.id)
_decisions = Table(
    "publication_decisions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("number", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("level", Text, nullable=False),
    Column("act", JSONB),
    Column("is_short", Boolean, nullable=False),
    Column("note", Text),
    Column("items", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("deadlines", JSONB, nullable=False),
    Column("publish_by_calendar_days", Date),
    Column("publish_by_working_days", Date),
    Column("made_by", Text, nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    moment("made_at"),
    Column("published_by", Text),
    Column("published_at", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
)
Index(
    "uq_publication_decisions_number",
    _decisions.c.agency,
    _decisions.c.number,
    unique=True,
    postgresql_where=text("state <> 'WITHDRAWN'"),
)
Index("ix_publication_decisions_state", _decisions.c.state, _decisions.c.id)
Table(
    "standard_reasons",
    metadata,
    Column("code", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("hint", Text),
    Column("sectors", ARRAY(Text), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
