"""Columns many tables share, and the one metadata."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()


def state() -> list[Column[object]]:
    """Give what is held now: its digest, the number of its last change, and when."""
    return [
        Column("digest", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        moment("changed_at"),
    ]


def moment(name: str) -> Column[object]:
    """Give when the row was written."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


def period() -> list[Column[object]]:
    """Give the first and the last day; no last day: open."""
    return [Column("valid_from", Date, nullable=False), Column("valid_to", Date)]


def data() -> Column[object]:
    """Give the record itself."""
    return Column("data", JSONB, nullable=False)
