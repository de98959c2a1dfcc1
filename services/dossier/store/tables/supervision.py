"""Supervision: checks, findings, anomalies, how far the history was read."""

from sqlalchemy import BigInteger, Column, Date, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, texts

inspections = Table(
    "inspections",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("point", "agency", "kind", "opened_by", "opened_by_name", "conclusion"),
    Column("opened_at", moment, nullable=False),
    Column("closed_at", moment),
)
Index("ix_inspections_agency_id", inspections.c.agency, inspections.c.id)
Table(
    "inspection_findings",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("inspection_id", UUID, nullable=False, index=True),
    *texts("agency", "check_code", "severity", "text", "state"),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("found_at", moment, nullable=False),
    Column("due_on", Date),
    Column("course", JSON, nullable=False),
)
anomalies = Table(
    "anomalies",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("dossier_id", UUID, nullable=False),
    Column("dossier_version", BigInteger, nullable=False),
    *texts("dossier_code", "kind", "about", "agency", "outcome", "note", "closed_by"),
    Column("at", moment, nullable=False),
    Column("found_at", moment, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("closed_at", moment),
    UniqueConstraint("dossier_id", "dossier_version", "kind", "about"),
)
Index("ix_anomalies_agency_id", anomalies.c.agency, anomalies.c.id)
Table(
    "anomaly_readings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seen_through", moment, nullable=False),
)
