"""Procedures: what each source says, and the versions in time."""

from sqlalchemy import BigInteger, Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.store.tables.columns import data, metadata, moment, period, state

Table("procedures", metadata, Column("code", Text, primary_key=True), *state())
Table(
    "procedure_sources",
    metadata,
    Column("code", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    data(),
    Column("raw", JSONB),
    Column("digest", Text, nullable=False),
    moment("changed_at"),
)
Table(
    "procedure_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    *period(),
    Column("visibility", Text, nullable=False),
    data(),
    moment("created_at"),
)
