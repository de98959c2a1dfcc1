"""The catalogue's tables, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()


def _state() -> list[Column[object]]:
    return [
        Column("digest", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        _moment("changed_at"),
    ]


def _moment(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


def _period() -> list[Column[object]]:
    return [Column("valid_from", Date, nullable=False), Column("valid_to", Date)]


def _data() -> Column[object]:
    return Column("data", JSONB, nullable=False)


Table(
    "sectors",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    _data(),
    *_state(),
)
Table(
    "agencies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("legacy_code", Text),
    Column("level", Text, nullable=False),
    Column("parent", Text),
    *_period(),
    _data(),
    *_state(),
    UniqueConstraint("legacy_code"),
)
Table(
    "staff",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency", Text, nullable=False, index=True),
    _data(),
    *_state(),
)
for _name in ("calendars", "processes", "interlinked_groups"):
    Table(_name, metadata, Column("code", Text, primary_key=True), _data(), *_state())
Table(
    "process_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    _data(),
    _moment("created_at"),
)
Table("procedures", metadata, Column("code", Text, primary_key=True), *_state())
Table(
    "procedure_sources",
    metadata,
    Column("code", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    _data(),
    Column("raw", JSONB),
    Column("digest", Text, nullable=False),
    _moment("changed_at"),
)
Table(
    "procedure_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    *_period(),
    Column("visibility", Text, nullable=False),
    _data(),
    _moment("created_at"),
)
_search = Table(
    "procedure_search",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    *_period(),
    Column("sector", Text, nullable=False),
    Column("sector_name", Text, nullable=False),
    Column("levels", ARRAY(Text), nullable=False),
    Column("agencies", ARRAY(Text), nullable=False),
    Column("online_level", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("submit_here", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, Computed("f_unaccent(lower(name))", persisted=True), nullable=False),
    Column("terms", ARRAY(Text), nullable=False),
    Column("size", Integer, nullable=False),
)
Index("ix_procedure_search_terms", _search.c.terms, postgresql_using="gin")
Index(
    "ix_procedure_search_name_folded",
    _search.c.name_folded,
    postgresql_using="gin",
    postgresql_ops={"name_folded": "gin_trgm_ops"},
)
_terms = Table("search_terms", metadata, Column("term", Text, primary_key=True))
Index(
    "ix_search_terms_likeness", _terms.c.term, postgresql_using="gin", postgresql_ops={"term": "gin_trgm_ops"}
)
