"""What the tables share; statements are written beside their use."""

from sqlalchemy import Column, DateTime, Text

from kernel.postgres.ddl import new_metadata

metadata = new_metadata()
moment = DateTime(timezone=True)


def texts(*names: str, nullable: bool = False) -> list[Column[str]]:
    """Return columns of text."""
    return [Column(name, Text, nullable=nullable) for name in names]
