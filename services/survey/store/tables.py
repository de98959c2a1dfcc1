"""Survey's tables, for `alembic check`. No column leads from a response to an invitation, on purpose."""

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
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()

invitations = Table(
    "invitations",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("questionnaire", Text, nullable=False),
    Column("questionnaire_version", Integer, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("agency_name", Text, nullable=False),
    Column("procedure_code", Text, nullable=False),
    Column("procedure_name", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("is_answered", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("dossier_id", "person"),
)

responses = Table(
    "responses",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("questionnaire", Text, nullable=False),
    Column("questionnaire_version", Integer, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("procedure_code", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("answers", JSONB, nullable=False),
)
Index("ix_responses_agency_code_received_on", responses.c.agency_code, responses.c.received_on)
Index("ix_responses_received_on", responses.c.received_on)
