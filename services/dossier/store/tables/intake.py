"""What the ways in keep beside a dossier: evidence, visits."""

from sqlalchemy import Column, Index, Table
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, texts

evidence = Table(
    "evidence",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    *texts("kind", "source", "component_code", "by"),
    Column("at", moment, nullable=False),
    Column("details", JSON, nullable=False),
)
Index("ix_evidence_dossier_id", evidence.c.dossier_id, evidence.c.id)
Table(
    "visit_dossiers",
    metadata,
    Column("visit_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    *texts("agency", "officer"),
    Column("at", moment, nullable=False),
)
