"""Drafts and approvals of internal processes and interlinked groups, and the versions in time."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import data, metadata, moment

_TODAY = text("(clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date")

_drafts = Table(
    "workflow_drafts",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("base_version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    data(),
    Column("authors", ARRAY(Text), nullable=False),
    Column("note", Text, nullable=False),
    Column("approval", JSONB),
    Column("effective_on", Date),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("published_version", BigInteger),
    Column("history", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
Index(
    "uq_workflow_drafts_open",
    _drafts.c.kind,
    _drafts.c.code,
    unique=True,
    postgresql_where=text("state IN ('DRAFT', 'IN_REVIEW')"),
)
Index("ix_workflow_drafts_due", _drafts.c.effective_on, postgresql_where=text("state = 'APPROVED'"))

for _name in ("process_versions", "interlinked_group_versions"):
    Table(
        _name,
        metadata,
        Column("code", Text, primary_key=True),
        Column("version", BigInteger, primary_key=True),
        data(),
        moment("created_at"),
        Column("valid_from", Date, nullable=False, server_default=_TODAY),
    )
