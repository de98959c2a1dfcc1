"""The tables of petitions, in survey's metadata."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.survey.store.tables import metadata

__all__ = ["metadata"]

_moment = DateTime(timezone=True)

petitions = Table(
    "petitions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("portal_id", Text, unique=True),
    Column("kind", Text),
    Column("stage", Text, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("agency_name", Text, nullable=False),
    Column("been_at", JSONB, nullable=False),
    Column("subject", Text),
    Column("sender", LargeBinary),
    Column("code_hash", LargeBinary),
    Column("dossier_code", Text, nullable=False),
    Column("received_at", _moment, nullable=False),
    Column("arrived_at", _moment, nullable=False),
    Column("due_at", _moment),
    Column("answer_due_at", _moment),
    Column("stops", JSONB, nullable=False),
    Column("closed_at", _moment),
    Column("is_late", Boolean, nullable=False),
    Column("reject_reason", Text),
    Column("published_at", _moment),
    Column("published", JSONB),
    Column("is_satisfied", Boolean),
    Column("times_again", Integer, nullable=False),
    Column("is_secret", Boolean, nullable=False, server_default="false"),
    Column("ask_due_at", _moment),
    Column("publish_due_at", _moment),
    Column("published_words", Text, nullable=False, server_default=""),
    Column("version", BigInteger, nullable=False),
    Column("words", Text, nullable=False),
)
Index(
    "ix_petitions_agency_code_due_at",
    petitions.c.agency_code,
    text("coalesce(due_at, 'infinity'::timestamptz)"),
    petitions.c.id,
)
Index("ix_petitions_subject_id", petitions.c.subject, petitions.c.id)
Index("ix_petitions_sender_received_at", petitions.c.sender, petitions.c.received_at)
Index("ix_petitions_published_at_id", petitions.c.published_at, petitions.c.id)
Index("ix_petitions_closed_at", petitions.c.closed_at)
Index("ix_petitions_dossier_code", petitions.c.dossier_code)

petition_acts = Table(
    "petition_acts",
    metadata,
    Column("petition_id", UUID, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", _moment, nullable=False),
    Column("agency", Text),
    Column("due_at", _moment),
    Column("next_due_at", _moment),
    Column("is_late", Boolean),
    Column("is_satisfied", Boolean),
)
Index("ix_petition_acts_at", petition_acts.c.at)

ended_dossiers = Table(
    "ended_dossiers",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("code", Text, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("ended_on", Date, nullable=False),
    Column("is_overdue", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)
Index("ix_ended_dossiers_ended_on_agency_code", ended_dossiers.c.ended_on, ended_dossiers.c.agency_code)

petition_readings = Table(
    "petition_readings",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("petition_id", UUID, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("at", _moment, nullable=False),
)

offices = Table(
    "offices",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("continuing", Text, nullable=False, server_default=""),
    Column("heirs", ARRAY(Text), nullable=False, server_default="{}"),
)

work_years = Table(
    "work_years",
    metadata,
    Column("code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("record", JSONB, nullable=False),
    UniqueConstraint("code", "year"),
)
