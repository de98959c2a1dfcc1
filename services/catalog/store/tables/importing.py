"""Files on their way into the catalogue."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.store.tables.columns import metadata

_imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("is_dry_run", Boolean, nullable=False),
    Column("sets_aside", Boolean, nullable=False),
    Column("asked_by", JSONB, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("counts", JSONB, nullable=False, server_default="{}"),
    Column("dirt", JSONB, nullable=False, server_default="[]"),
    Column("report", JSONB, nullable=False, server_default="[]"),
    Column("problem", JSONB),
    Column("content", LargeBinary),
    Column("version", BigInteger, nullable=False, server_default="1"),
)
Index("ix_imports_state", _imports.c.state, postgresql_where=_imports.c.state.in_(["WAITING", "RUNNING"]))
