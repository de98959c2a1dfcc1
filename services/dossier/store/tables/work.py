"""The control slip: who gave a file to whom; and what dossiers are found by."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

control_slip = Table(
    "control_slip",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("dossier_id", UUID, nullable=False),
    Column("version", BigInteger, nullable=False),
    *texts("kind", "step"),
    *texts("giver_agency", "giver_unit", "giver_role", "giver_subject", "giver_name"),
    Column("given_at", moment, nullable=False),
    *texts("receiver_agency", "receiver_unit", "receiver_role", "receiver_subject", "receiver_name"),
    Column("received_at", moment),
    Column("taken_back_at", moment),
    Column("due_at", moment),
    *texts("punctuality", "note"),
    seals(),
)
Index("ix_control_slip_dossier_id_version", control_slip.c.dossier_id, control_slip.c.version)
Index(
    "ix_control_slip_waiting",
    control_slip.c.dossier_id,
    postgresql_where=text("received_at IS NULL AND taken_back_at IS NULL"),
)
Table(
    "deadline_warnings",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("threshold", Text, primary_key=True),
    Column("about", moment, primary_key=True),
    Column("raised_at", moment, nullable=False),
)
search = Table(
    "dossier_search",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("keys", ARRAY(Text), nullable=False),
)
Index("ix_dossier_search_keys", search.c["keys"], postgresql_using="gin")
