"""Rows whose columns are named as the fields of what they keep."""

from enum import Enum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.sealed_tables import SEALED

_Kept = TypeVar("_Kept")


def inserting(table: str, kept: type[Any]) -> Statement:
    """Return the statement that adds one."""
    names = list(kept.__dataclass_fields__)
    if table in SEALED:
        names.append("seals")
    return Statement(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
    )


@lru_cache(maxsize=512)
def touching(sql: str, rows: int) -> Statement:
    """Return a statement that must touch so many rows."""
    return Statement(sql, rows=rows)


class Rows(Generic[_Kept]):
    """A store of such rows around one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def values(self, kept: _Kept, statement: Statement | None = None) -> dict[str, Any]:
        """Return the values a statement asks for, all of them without one."""
        names = [one for one in statement.names if one != "seals"] if statement else vars_of(kept)
        return {name: _plain(getattr(kept, name)) for name in names}


def vars_of(kept: Any) -> list[str]:
    """Return the names of its fields."""
    return list(kept.__dataclass_fields__)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
