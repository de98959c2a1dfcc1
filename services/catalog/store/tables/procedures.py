"""Procedures: the parts that are said, each with its chain of versions, and what is published of them."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.catalog.store.tables.columns import data, metadata, moment, period, state

Table("procedures", metadata, Column("code", Text, primary_key=True), *state())
Table(
    "procedure_parts",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    *period(),
    Column("is_superseded", Boolean, nullable=False, server_default=text("false")),
    Column("change_kind", Text, nullable=False),
    Column("is_abolished", Boolean, nullable=False),
    Column("successors", ARRAY(Text), nullable=False),
    Column("decision_id", UUID, index=True),
    data(),
    Column("raw", JSONB),
    Column("digest", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    moment("created_at"),
)
Table(
    "procedure_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("national_number", Integer),
    Column("local_number", Integer),
    *period(),
    Column("visibility", Text, nullable=False),
    data(),
    Column("digest", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    moment("created_at"),
)
