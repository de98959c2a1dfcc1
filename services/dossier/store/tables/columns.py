"""What the tables share; statements are written beside their use."""

from typing import Any

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()
moment = DateTime(timezone=True)


def texts(*names: str, nullable: bool = False) -> list[Column[str]]:
    """Return columns of text."""
    return [Column(name, Text, nullable=nullable) for name in names]


def seals() -> Column[Any]:
    """Return the column of a row's keyed seals, by group (`use_cases/sealed_tables.py`)."""
    return Column("seals", JSONB, nullable=False, server_default="{}")
