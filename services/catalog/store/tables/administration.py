"""Administrative levels and units, one-stop points, dated competence, delegations, leave, mergers."""

from sqlalchemy import BigInteger, Column, Computed, Date, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import data, metadata, moment, period, state

Table(
    "administrative_levels",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    *period(),
)
_units = Table(
    "administrative_units",
    metadata,
    Column("key", Text, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("level", Text, nullable=False),
    Column("parent", Text, index=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, Computed("f_unaccent(lower(name))", persisted=True), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successors", ARRAY(Text), nullable=False),
    data(),
    *state(),
)
Index(
    "ix_administrative_units_name_folded",
    _units.c.name_folded,
    postgresql_using="gin",
    postgresql_ops={"name_folded": "gin_trgm_ops"},
)
Index("ix_administrative_units_successors", _units.c.successors, postgresql_using="gin")
Table(
    "one_stop_points",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency", Text, nullable=False, index=True),
    *period(),
    data(),
    Column("version", BigInteger, nullable=False),
    moment("changed_at"),
)
Table(
    "offerings",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("procedure", Text, primary_key=True, index=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("decision", JSONB, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
)
_changes = Table(
    "agency_changes",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("summary", JSONB, nullable=False),
    Column("deferred", JSONB, nullable=False),
    Column("questions", JSONB, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
    Column("applied_at", DateTime(timezone=True)),
    Column("withdrawal", JSONB),
    Column("version", BigInteger, nullable=False),
)
Index("ix_agency_changes_pending", _changes.c.effective_on, postgresql_where="state = 'PENDING'")
Table(
    "delegations",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("giver", Text, nullable=False, index=True),
    Column("taker", Text, nullable=False, index=True),
    Column("roles", ARRAY(Text), nullable=False),
    Column("procedures", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("decision", JSONB, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
)
Table(
    "absences",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("stand_in", Text, index=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
)
Table(
    "secondments",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("point", Text, nullable=False, index=True),
    *period(),
    Column("decision", JSONB, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
)
