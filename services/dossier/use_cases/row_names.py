"""What a sealed row is called: to people, and in the chained log."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from services.dossier.use_cases.sealed_tables import SEALED

_NAMES = UUID("0b6c6f0e-2d0c-4c3e-9a53-5e0c6d0f7a42")


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """Return a row's key as people read it."""
    return "/".join(str(row[name]) for name in SEALED[table].key)


def object_of(table: str, row: Mapping[str, Any]) -> UUID:
    """Return what a line of the log about a row is about."""
    return uuid5(_NAMES, f"{table}/{key_of(table, row)}")
