"""The tables of what is exchanged with the portal besides dossiers, in the gateway's metadata."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.gateway.store.tables import metadata

_moment = DateTime(timezone=True)


def _blank(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _due(table: Table) -> None:
    """Let what is to be told be found at once."""
    Index(
        f"ix_{table.name}_due",
        table.c.next_attempt_at,
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    )


portal_turns = Table(
    "portal_turns",
    metadata,
    Column("queue", Boolean, primary_key=True),
    Column("free_at", _moment, nullable=False),
)

portal_mappings = Table(
    "portal_mappings",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("local_code", Text, primary_key=True),
    Column("portal_code", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", _moment, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
)
Index("ix_portal_mappings_kind_portal_code", portal_mappings.c.kind, portal_mappings.c.portal_code)

portal_codes = Table(
    "portal_codes",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("seen_at", _moment, nullable=False),
    Column("gone_at", _moment),
)

portal_reads = Table(
    "portal_reads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("read_at", _moment),
    Column("lines", BigInteger, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("fault_at", _moment),
)

portal_questions = Table(
    "portal_questions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("agency", Text, nullable=False),
    Column("agency_name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("kept_at", _moment, nullable=False),
    Column("state", Text, nullable=False),
    _blank("answer"),
    _blank("answered_by"),
    _blank("answered_position"),
    Column("answered_at", _moment),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    Column("portal_code", Integer),
    _blank("portal_answer"),
    Column("told_at", _moment),
    Column("forgotten_at", _moment),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    _blank("portal_agency"),
    UniqueConstraint("origin", "number"),
)
_due(portal_questions)
Index("ix_portal_questions_agency_id", portal_questions.c.agency, portal_questions.c.id)
Index(
    "ix_portal_questions_kept",
    portal_questions.c.told_at,
    postgresql_where=text("forgotten_at IS NULL"),
)
question_numbers = Sequence("portal_question_numbers", metadata=metadata)

portal_question_readings = Table(
    "portal_question_readings",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("question_id", UUID, nullable=False, index=True),
    Column("at", _moment, nullable=False),
    Column("subject", Text, nullable=False),
)

portal_summaries = Table(
    "portal_summaries",
    metadata,
    Column("month", Date, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("procedure", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _moment),
    Column("portal_code", Integer),
    _blank("portal_answer"),
    Column("told_at", _moment),
)
_due(portal_summaries)
