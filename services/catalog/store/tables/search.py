"""What the search reads."""

from sqlalchemy import BigInteger, Boolean, Column, Computed, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.catalog.store.tables.columns import metadata, period

_search = Table(
    "procedure_search",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    *period(),
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
