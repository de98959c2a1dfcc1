"""The archive: records and holds, batches and packages, what the archive answered."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

records = Table(
    "archive_records",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("code", "procedure_code", "procedure_name", "agency", "ending", "retention", "source", "state"),
    *texts("archive_code"),
    Column("ended_on", Date, nullable=False),
    Column("is_checked", Boolean, nullable=False),
    Column("counted_from", Date, nullable=False),
    Column("kept_through", Date),
    Column("submit_by", Date, nullable=False),
    Column("destroyed_by", UUID),
    seals(),
)
Index(
    "ix_archive_records_agency", *(records.c[name] for name in ("agency", "state", "ended_on", "dossier_id"))
)
Index(
    "ix_archive_records_over",
    *(records.c[name] for name in ("agency", "kept_through", "dossier_id")),
    postgresql_where=text("kept_through IS NOT NULL AND state <> 'DESTROYED'"),
)
Table(
    "archive_holds",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("dossier_id", UUID, nullable=False, index=True),
    *texts("agency", "kind", "reason", "legal_basis", "placed_by", "placed_by_name", "released_by"),
    *texts("release_reason"),
    Column("placed_at", moment, nullable=False),
    Column("released_at", moment),
    seals(),
)
batches = Table(
    "archive_batches",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("agency", "agency_name", "state", "prepared_by", "prepared_by_name", "handed_by"),
    *texts("handed_by_name", "last_failure"),
    Column("prepared_at", moment, nullable=False),
    Column("number", Integer),
    Column("year", Integer),
    Column("handed_at", moment),
    Column("protocol", JSON),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", moment),
    Column("closed_at", moment),
    UniqueConstraint("agency", "year", "number"),
)
Index("ix_archive_batches_agency_id", batches.c.agency, batches.c.id)
Index("ix_archive_batches_building", batches.c.id, postgresql_where=text("state = 'BUILDING'"))
Index(
    "ix_archive_batches_due",
    batches.c.next_attempt_at,
    postgresql_where=text("state IN ('HANDED', 'SENT')"),
)
packages = Table(
    "archive_packages",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("batch_id", UUID, nullable=False, index=True),
    Column("dossier_id", UUID, nullable=False),
    *texts("code", "state", "reason", "archive_code"),
    Column("dossier_version", BigInteger, nullable=False),
    Column("sha256", LargeBinary),
    Column("size", BigInteger),
    Column("files", Integer),
    Column("built_at", moment),
    Column("answered_at", moment),
    seals(),
)
Index(
    "uq_archive_packages_live",
    packages.c.dossier_id,
    unique=True,
    postgresql_where=text("state NOT IN ('REFUSED', 'WITHDRAWN')"),
)
Table(
    "archive_numbers",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("book", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
Table(
    "archive_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("batch_id", UUID, index=True),
    Column("said_at", moment),
    *texts("received_by", "failure"),
    Column("received_at", moment, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
Table(
    "archive_message_lines",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("package_id", UUID, primary_key=True),
    *texts("judgement", "reason"),
    Column("at", moment, nullable=False),
)
lists = Table(
    "destruction_lists",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("agency", "agency_name", "state", "prepared_by", "prepared_by_name", "approved_by"),
    *texts("approved_by_name", "decision_number", "reason"),
    Column("number", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("prepared_at", moment, nullable=False),
    Column("reviewers", ARRAY(Text), nullable=False),
    Column("approved_at", moment),
    Column("decided_on", Date),
    Column("council", ARRAY(Text), nullable=False),
    Column("document_id", UUID),
    Column("protocol", JSON),
    Column("done_at", moment),
    UniqueConstraint("agency", "year", "number"),
    seals(),
)
Index("ix_destruction_lists_agency_id", lists.c.agency, lists.c.id)
Index("ix_destruction_lists_approved", lists.c.id, postgresql_where=text("state = 'APPROVED'"))
Table(
    "destruction_lines",
    metadata,
    Column("list_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True, index=True),
    *texts("code", "procedure_code", "procedure_name", "retention", "verdict", "reviewed_by"),
    *texts("reviewed_by_name", "reason", "outcome"),
    Column("ended_on", Date, nullable=False),
    Column("kept_through", Date, nullable=False),
    Column("reviewed_at", moment),
    Column("done_at", moment),
    Column("history_head", LargeBinary),
    seals(),
)
removals = Table(
    "archive_removals",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("list_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    Column("asked_at", moment, nullable=False),
    Column("done_at", moment),
)
Index("ix_archive_removals_due", removals.c.asked_at, postgresql_where=text("done_at IS NULL"))
