"""Interlinked submissions: groups of the catalogue, parents, their children, their history."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, SmallInteger, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID
from sqlalchemy.types import Text

from services.dossier.store.tables.columns import metadata, moment, seals, texts

Table(
    "interlinked_groups",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    seals(),
)
parents = Table(
    "interlinked_parents",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("reference", "origin", "channel", "state", "outcome", "owner_name"),
    *texts("owner_subject", "submitter_subject", nullable=True),
    Column("owner_index", LargeBinary),
    *texts("parties_sealed", "contact_sealed", "form_sealed", "secret_hash"),
    Column("lead_agency", JSON, nullable=False),
    Column("agencies", ARRAY(Text), nullable=False),
    Column("group_data", JSON, nullable=False),
    *[Column("submitted_at", moment, nullable=False)],
    *[Column(name, moment) for name in ("expected_at", "due_at", "original_due_at", "ended_at", "look_at")],
    Column("is_withdrawn", Boolean, nullable=False),
    Column("work", JSON, nullable=False),
    seals(),
)
Index("ix_interlinked_parents_look_at", parents.c.look_at, postgresql_where=text("look_at IS NOT NULL"))
Index("ix_interlinked_parents_agencies", parents.c.agencies, postgresql_using="gin")
Index("ix_interlinked_parents_owner_index_id", parents.c.owner_index, parents.c.id)
Index("ix_interlinked_parents_owner_subject_id", parents.c.owner_subject, parents.c.id)
Index("ix_interlinked_parents_submitter_subject_id", parents.c.submitter_subject, parents.c.id)
children = Table(
    "interlinked_children",
    metadata,
    Column("parent_id", UUID, primary_key=True),
    Column("procedure_code", Text, primary_key=True),
    Column("position", SmallInteger, nullable=False),
    Column("dossier_id", UUID, nullable=False, unique=True),
    *texts("status", "source", "outside_code"),
    Column("data", JSON, nullable=False),
    Column("looked", BigInteger, nullable=False),
    Column("told_version", BigInteger, nullable=False),
    Column("told", JSON, nullable=False),
    seals(),
)
Index("ix_interlinked_children_news", children.c.parent_id, postgresql_where=text("told_version > looked"))
Index(
    "uq_interlinked_children_outside",
    children.c.source,
    children.c.outside_code,
    unique=True,
    postgresql_where=text("outside_code <> ''"),
)
Table(
    "interlinked_history",
    metadata,
    Column("parent_id", UUID, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", JSON, nullable=False),
    seals(),
)
