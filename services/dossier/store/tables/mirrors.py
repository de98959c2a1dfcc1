"""Dossiers worked elsewhere, and every status their systems told."""

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

mirrors = Table(
    "mirrors",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("source", "outside_code", "route", "procedure_code", "procedure_name", "sector", "agency"),
    *texts("agency_name", "owner_sealed"),
    Column("submitted_at", moment, nullable=False),
    Column("accepted_at", moment),
    Column("due_at", moment),
    Column("secret_hash", Text),
    Column("dossier_id", UUID),
    *[Column(name, moment) for name in ("counted_at", "linked_at", "follows_since", "follow_at")],
    seals(),
    UniqueConstraint("source", "outside_code"),
)
Index("ix_mirrors_agency_id", mirrors.c.agency, mirrors.c.id)
Index("ix_mirrors_to_follow", mirrors.c.id, postgresql_where=text("follow_at IS NOT NULL"))
Table(
    "mirror_statuses",
    metadata,
    Column("mirror_id", UUID, primary_key=True),
    Column("at", moment, primary_key=True),
    Column("status", SmallInteger, primary_key=True),
    Column("text", Text, nullable=False),
    Column("received_at", moment, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("accepted_at", moment),
    Column("due_at", moment),
    seals(),
)
