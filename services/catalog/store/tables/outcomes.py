"""Dossiers that ended, as their owner told: how often procedures are asked for and how long they take."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.catalog.store.tables.columns import metadata

_outcomes = Table(
    "dossier_outcomes",
    metadata,
    Column("dossier_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("procedure", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("ended_on", Date, nullable=False),
    Column("worked_minutes", Integer),
)
Index("ix_dossier_outcomes_procedure", _outcomes.c.procedure, _outcomes.c.ended_on)
Index("ix_dossier_outcomes_ended_on", _outcomes.c.ended_on)
