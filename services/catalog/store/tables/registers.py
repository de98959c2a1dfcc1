"""Sectors, agencies, staff, calendars, processes, interlinked groups: as they are now."""

from sqlalchemy import Column, Table, Text, UniqueConstraint

from services.catalog.store.tables.columns import data, metadata, period, state

Table(
    "sectors",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    data(),
    *state(),
)
Table(
    "agencies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("legacy_code", Text),
    Column("level", Text, nullable=False),
    Column("parent", Text),
    *period(),
    data(),
    *state(),
    UniqueConstraint("legacy_code"),
)
Table(
    "staff",
    metadata,
    Column("code", Text, primary_key=True),
    Column("agency", Text, nullable=False, index=True),
    data(),
    *state(),
)
for _name in ("calendars", "processes", "interlinked_groups"):
    Table(_name, metadata, Column("code", Text, primary_key=True), data(), *state())
