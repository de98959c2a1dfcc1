"""Commands that count due moments again, and what each moves."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

commands = Table(
    "due_commands",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("calendar", "agency", "reason", "legal_basis", "state", "asked_by", "asked_by_name"),
    *texts("approved_by", "approved_by_name"),
    Column("asked_at", moment, nullable=False),
    Column("approved_at", moment),
    Column("done_at", moment),
    Column("reached", UUID, nullable=False),
    seals(),
)
Index("ix_due_commands_open", commands.c.id, postgresql_where=text("state IN ('ASKED', 'APPROVED')"))
Table(
    "due_moves",
    metadata,
    Column("command_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    Column("dossier_code", Text, nullable=False),
    Column("previous_due_at", moment, nullable=False),
    Column("due_at", moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("applied_at", moment),
    seals(),
)
