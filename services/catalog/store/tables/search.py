"""What the search reads: rows in force, the words that find them, how people speak, what is asked often."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Double,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.catalog.store.tables.columns import metadata, moment, period

_FACTOR = """(CASE WHEN route = 'PROVINCE' THEN 1.05 ELSE 1 END
    + CASE WHEN levels @> ARRAY['COMMUNE'] THEN 0.12 WHEN levels <@ ARRAY['MINISTRY'] THEN -0.06 ELSE 0 END
    + CASE WHEN applicants @> ARRAY['CITIZEN'] THEN 0.03 ELSE 0 END
    + least(0.25, 0.025 * ln(1 + uses::double precision)))
    / sqrt(0.4 + 0.6 * least(size, 60) / 16.0)"""
_FACET_KEY = "search_facet_key(sector, sector_name, levels, applicants, online_level, agencies)"

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
    Column("doc", Integer, Identity(always=True), nullable=False),
    Column("applicants", ARRAY(Text), nullable=False, server_default="{}"),
    Column("uses", BigInteger, nullable=False, server_default="0"),
    Column("factor", Double, Computed(_FACTOR, persisted=True), nullable=False),
    Column("facet_key", UUID, Computed(_FACET_KEY, persisted=True), nullable=False),
    UniqueConstraint("doc", postgresql_include=["factor", "valid_from", "valid_to", "code", "facet_key"]),
)
Index(
    "ix_procedure_search_name_folded",
    _search.c.name_folded,
    postgresql_using="gin",
    postgresql_ops={"name_folded": "gin_trgm_ops"},
)
Index("ix_procedure_search_valid_to", _search.c.valid_to, postgresql_where=_search.c.valid_to.is_not(None))
_terms = Table(
    "search_terms",
    metadata,
    Column("term", Text(collation="C"), primary_key=True),
    Column("docs", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("df", Integer, nullable=False, server_default="0"),
)
Index(
    "ix_search_terms_likeness", _terms.c.term, postgresql_using="gin", postgresql_ops={"term": "gin_trgm_ops"}
)
Table(
    "search_state",
    metadata,
    Column("one", Boolean, primary_key=True, server_default="true"),
    Column("docs", Integer, nullable=False, server_default="0"),
    Column("phrases", BigInteger, nullable=False, server_default="0"),
)
Table(
    "procedure_uses",
    metadata,
    Column("code", Text, primary_key=True),
    Column("uses", BigInteger, nullable=False),
    Column("set_by", Text, nullable=False),
    moment("set_at"),
    Column("demand", BigInteger, nullable=False, server_default="0"),
)
Table(
    "synonyms",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("phrase", Text, primary_key=True),
    Column("meaning", Text, primary_key=True),
    Column("is_removed", Boolean, nullable=False),
    Column("changed_by", Text, nullable=False),
    moment("changed_at"),
)
