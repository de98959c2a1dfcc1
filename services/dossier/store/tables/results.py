"""The register of results."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

results = Table(
    "result_register",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    *texts("dossier_code", "procedure_code", "type", "name", "number", "holder_sealed"),
    Column("holder_index", LargeBinary),
    Column("holder_subject", Text),
    *texts("agency", "agency_name", "signed_by"),
    Column("issued_at", moment, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("attachment_ids", ARRAY(UUID), nullable=False),
    *texts("state", "reason", "legal_basis", "ended_by"),
    Column("ended_at", moment),
    Column("replaced_by", UUID),
    Column("version", BigInteger, nullable=False),
    seals(),
)
Index("uq_result_register_valid", results.c.dossier_id, unique=True, postgresql_where=text("state = 'VALID'"))
Index("ix_result_register_superseded", results.c.dossier_id, postgresql_where=text("state = 'SUPERSEDED'"))
# As `folded` of the domain says; no locale and no function of the database has a say in it.
FOLDED = (
    r"translate(regexp_replace(regexp_replace(number, '[ \t\n\r\f\v\u00a0]+', '', 'g'),"
    r" '(?<![0-9])0+(?=[0-9])', '', 'g'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"
    "\u00d0\u00f0\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    "', 'abcdefghijklmnopqrstuvwxyzđđđ-------')"
)
"""A result's number as a book has it once; indexed for who looks for one and for what an agency has given."""
Index("ix_result_register_folded_id", text(FOLDED), results.c.id)
Index("ix_result_register_agency_folded", results.c.agency, text(FOLDED), results.c.id)
Index("ix_result_register_holder_index_id", results.c.holder_index, results.c.id)
Index("ix_result_register_holder_subject_id", results.c.holder_subject, results.c.id)
uses = Table(
    "result_uses",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("component_code", Text, primary_key=True),
    Column("result_id", UUID, nullable=False, index=True),
    Column("result_version", BigInteger, nullable=False),
    Column("at", moment, nullable=False),
    seals(),
)
