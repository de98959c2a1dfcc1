"""Files on their way, links to files, papers being signed, scans being split."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, texts

uploads = Table(
    "uploads",
    metadata,
    Column("id", UUID, primary_key=True),
    *texts("uploader", "file_name", "component_code", "procedure_code"),
    Column("length", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attachment_id", UUID),
    Column("created_at", moment, nullable=False),
    Column("expires_at", moment, nullable=False, index=True),
)
Index("ix_uploads_uploader", uploads.c.uploader, postgresql_where=text("state = 'OPEN'"))
Table(
    "upload_parts",
    metadata,
    Column("upload_id", UUID, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
)
Table(
    "signings",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("attachment_id", UUID, nullable=False),
    Column("new_attachment_id", UUID, nullable=False),
    *texts("subject", "kind"),
    Column("chain", JSON, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
    Column("prepared_sha256", LargeBinary, nullable=False),
    Column("place", JSON, nullable=False),
    Column("created_at", moment, nullable=False),
    Column("expires_at", moment, nullable=False, index=True),
    Column("is_done", Boolean, nullable=False, server_default="false"),
)
Table(
    "scan_batches",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("attachment_id", UUID, nullable=False, index=True),
    *texts("officer", "agency", "confirmed_by"),
    Column("pages", JSON, nullable=False),
    Column("least_dpi", Integer, nullable=False),
    Column("created_at", moment, nullable=False),
    Column("confirmed_at", moment),
    Column("decision", JSON),
)
Table(
    "file_links",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("attachment_id", UUID, nullable=False),
    *texts("subject", "kind", "agency"),
    Column("created_at", moment, nullable=False),
    Column("expires_at", moment, nullable=False, index=True),
    Column("is_once", Boolean, nullable=False),
    Column("used_at", moment),
    Column("revoked_at", moment),
)
