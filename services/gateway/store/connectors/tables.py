"""The tables of connectors, in the gateway's metadata."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.gateway.store.document_tables import metadata

__all__ = ["metadata"]

_moment = DateTime(timezone=True)


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False, server_default=text("''")) for name in names]


def _counts(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False, server_default=text("0")) for name in names]


connector_sources = Table(
    "connector_sources",
    metadata,
    Column("name", Text, primary_key=True),
    *_texts("cursor", "failure"),
    Column("last_page", LargeBinary),
    Column("pulled_at", _moment),
    Column("next_pull_at", _moment),
    *_counts("failures"),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
)

connector_deliveries = Table(
    "connector_deliveries",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("received_at", _moment, nullable=False),
    Column("state", Text, nullable=False),
    *_texts("form", "reason"),
    *_counts("rows", "new_rows", "changed_rows", "unchanged_rows", "refused_rows"),
    Column("read_at", _moment),
    Column("forgotten_at", _moment),
)
Index("ix_connector_deliveries_source", connector_deliveries.c.source, connector_deliveries.c.id)
Index(
    "uq_connector_deliveries_file",
    connector_deliveries.c.source,
    connector_deliveries.c.position,
    unique=True,
    postgresql_where=text("way = 'FILE'"),
)
Index(
    "ix_connector_deliveries_unread",
    connector_deliveries.c.id,
    postgresql_where=text("state = 'RECEIVED'"),
)
Index(
    "ix_connector_deliveries_kept",
    connector_deliveries.c.received_at,
    postgresql_where=text("forgotten_at IS NULL"),
)

connector_records = Table(
    "connector_records",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("delivery_id", UUID, nullable=False),
    Column("line", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("outside_code", Text, nullable=False),
    Column("told_at", _moment),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("standing", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content", Text, nullable=False),
    *_texts("outcome", "reason", "mirror_id"),
    Column("needs", JSONB, nullable=False, server_default=text("'[]'")),
    *_counts("attempts"),
    Column("next_attempt_at", _moment),
    Column("settled_at", _moment),
)
Index("ix_connector_records_delivery", connector_records.c.delivery_id, connector_records.c.line)
Index(
    "uq_connector_records_fingerprint",
    connector_records.c.source,
    connector_records.c.fingerprint,
    unique=True,
    postgresql_where=text("standing IN ('NEW', 'CHANGED')"),
)
Index(
    "ix_connector_records_code",
    connector_records.c.source,
    connector_records.c.outside_code,
    connector_records.c.told_at,
    postgresql_where=text("standing IN ('NEW', 'CHANGED')"),
)
Index(
    "ix_connector_records_due",
    connector_records.c.next_attempt_at,
    connector_records.c.id,
    postgresql_where=text("state = 'WAITING'"),
)
Index(
    "ix_connector_records_open",
    connector_records.c.source,
    connector_records.c.id,
    postgresql_where=text("state IN ('UNMAPPED', 'REFUSED')"),
)
Index(
    "ix_connector_records_kept",
    connector_records.c.settled_at,
    postgresql_where=text("state = 'DONE' AND content <> ''"),
)

connector_mappings = Table(
    "connector_mappings",
    metadata,
    Column("source", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("outside", Text, primary_key=True),
    Column("ours", Text, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", _moment, nullable=False),
)
