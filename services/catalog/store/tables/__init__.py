"""The catalogue's tables, as the migrations leave them, by what they hold."""

from services.catalog.store.tables import (
    administration,
    decisions,
    forms,
    importing,
    laws,
    outcomes,
    procedures,
    readers,
    registers,
    search,
    workflows,
    working_time,
)
from services.catalog.store.tables.columns import metadata

__all__ = [
    "administration",
    "decisions",
    "forms",
    "importing",
    "laws",
    "metadata",
    "outcomes",
    "procedures",
    "readers",
    "registers",
    "search",
    "workflows",
    "working_time",
]
