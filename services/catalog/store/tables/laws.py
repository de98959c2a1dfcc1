"""Legal documents, reviews, entries in the national database, postings at offices."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import metadata


def _moment(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


def _kept() -> list[Column[object]]:
    return [Column("history", JSONB, nullable=False), Column("version", BigInteger, nullable=False)]


_documents = Table(
    "legal_documents",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text),
    Column(
        "title_folded",
        Text,
        Computed("f_unaccent(lower(((number || ' '::text) || COALESCE(title, ''::text))))", persisted=True),
        nullable=False,
    ),
    Column("issuer", Text),
    *(Column(name, Date) for name in ("issued_on", "effective_on", "expires_on", "ended_on")),
    Column("ended_as", Text),
    Column("source", Text, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("spellings", JSONB, nullable=False),
    Column("doubts", ARRAY(Text), nullable=False),
    *_kept(),
    _moment("changed_at"),
)
Index(
    "ix_legal_documents_title_folded",
    _documents.c.title_folded,
    postgresql_using="gin",
    postgresql_ops={"title_folded": "gin_trgm_ops"},
)
Index("ix_legal_documents_key", _documents.c.key, postgresql_ops={"key": "text_pattern_ops"})
Index("ix_legal_documents_ended_on", _documents.c.ended_on, postgresql_where=text("ended_on IS NOT NULL"))
Table(
    "legal_relations",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("target", Text, primary_key=True, index=True),
    Column("from_on", Date, nullable=False),
    Column("provisions", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    _moment("made_at"),
)
Table(
    "legal_citations",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("of", Text, primary_key=True),
    Column("key", Text, primary_key=True, index=True),
    Column("written", Text, nullable=False),
    Column("is_draft", Boolean, nullable=False),
)
Table(
    "legal_readings",
    metadata,
    Column("code", Text, primary_key=True),
    Column("of", Text, primary_key=True),
    Column("stamp", BigInteger, nullable=False),
    Column("unread", JSONB, nullable=False),
)
_tasks = Table(
    "law_tasks",
    metadata,
    Column("id", UUID, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("code", "agency", "key")),
    Column("is_draft", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("note", Text, nullable=False),
    Column("closed_by", Text),
    Column("closed_as", Text),
    _moment("opened_at"),
    Column("closed_at", DateTime(timezone=True)),
    *_kept(),
)
Index(
    "uq_law_tasks_open",
    _tasks.c.code,
    _tasks.c.agency,
    _tasks.c.key,
    _tasks.c.is_draft,
    unique=True,
    postgresql_where=text("state = 'OPEN'"),
)
Index("ix_law_tasks_state", _tasks.c.state, _tasks.c.id)
_reviews = Table(
    "procedure_reviews",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("agency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("cost", JSONB, nullable=False),
    Column("saved", BigInteger, nullable=False),
    Column("decision", JSONB),
    Column("outcome", JSONB),
    Column("authors", ARRAY(Text), nullable=False),
    Column("decided_by", Text),
    Column("proposed_on", Date, nullable=False),
    Column("decided_on", Date),
    Column("done_on", Date),
    *_kept(),
)
Index("ix_procedure_reviews_state", _reviews.c.state, _reviews.c.id)
_entries = Table(
    "national_entries",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("is_short", Boolean, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("due_on", Date),
    Column("procedures", ARRAY(Text), nullable=False),
    Column("done_on", Date),
    Column("done_by", Text),
    Column("evidence", Text, nullable=False),
    *_kept(),
    UniqueConstraint("agency", "number", name="uq_national_entries_number"),
)
Index("ix_national_entries_due_on", _entries.c.due_on, postgresql_where=text("done_on IS NULL"))
_checks = Table(
    "posting_checks",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("point", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("found_version", BigInteger),
    *(Column(name, Text, nullable=False) for name in ("condition", "photo", "note", "checked_by")),
    _moment("checked_at"),
)
Index("ix_posting_checks_point", _checks.c.point, _checks.c.code, _checks.c.checked_at)
