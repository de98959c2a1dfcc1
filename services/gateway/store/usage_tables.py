"""The tables of counted use, in the gateway's metadata."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.gateway.store.connectors.tables import metadata

__all__ = ["metadata"]

_PLACE = ("kind", "channel", "procedure", "agency")

usage_counts = Table(
    "usage_counts",
    metadata,
    Column("day", Date, primary_key=True),
    *(Column(name, Text, primary_key=True) for name in _PLACE),
    Column("count", BigInteger, nullable=False),
)

usage_notes = Table(
    "usage_notes",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("day", Date, nullable=False),
    *(Column(name, Text, nullable=False) for name in _PLACE),
)

usage_writers = Table(
    "usage_writers",
    metadata,
    Column("writer", UUID, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)
