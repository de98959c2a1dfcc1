"""Rows that are one record each, sealed as they are written and held against their seals when read."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.account import plain
from services.dossier.store.shown import SEALED_ON
from services.dossier.use_cases.payments.ports import Portion
from services.dossier.use_cases.row_names import key_of
from services.dossier.use_cases.sealed_rows import RowSeals

Record = TypeVar("Record")
_log = structlog.get_logger()
AS_SEEN = " AND version = :version - 1"
"""For records that several people change: nothing is updated of what is not as it was seen."""


def names_of(kind: type) -> list[str]:
    """Return a record's columns."""
    return [one.name for one in fields(kind)]


def columns_of(record: Any) -> dict[str, Any]:
    """Return a record as columns."""
    return {name: getattr(record, name) for name in names_of(type(record))}


def insert(table: str, names: Sequence[str]) -> Statement:
    """Return the statement that adds a row of these columns."""
    columns = ", ".join(f'"{name}"' for name in names)
    given = ", ".join(f":{name}" for name in names)
    return Statement(f"INSERT INTO {table} ({columns}, seals) VALUES ({given}, :seals)")


def update(table: str, names: Sequence[str], key: str, guard: str = "") -> Statement:
    """Return the statement that changes a row of these columns."""
    changed = ", ".join(f'"{name}" = :{name}' for name in names if name != key)
    return Statement(f"UPDATE {table} SET {changed}, {SEALED_ON} WHERE {key} = :{key}{guard}")


class SealedRecords:
    """Writes and reads such rows in one unit of work."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._seals = seals

    def write(self, statement: Statement, table: str, record: Any, *groups: str, **more: Any) -> None:
        """Queue a row with the seals of what is written anew."""
        columns = columns_of(record) | more
        self._unit.write(statement, **columns, seals=self.seals(table, columns, *groups))

    def seals(self, table: str, columns: dict[str, Any], *groups: str) -> dict[str, str]:
        """Return the seals of these columns, of all groups or some."""
        return self._seals.made(table, columns, *groups)

    def seen(self, table: str, row: Any) -> dict[str, Any]:
        """Return a row that was held against its seals."""
        self._seals.see(table, row)
        return plain(row)

    def readable(self, table: str, rows: Sequence[Any], kind: TypeAdapter[Record]) -> list[Record]:
        """Return the records of a list or a portion; a row that is none is left out and told, by its table.

        One row changed by hand holds up no other. `verify-history` names it.
        """
        found = []
        for row in rows:
            try:
                found.append(kind.validate_python(self.seen(table, row)))
            except ValidationError:
                # Its own words would say what stood there, which may be of a person.
                _log.error("a row cannot be read", table=table, row=key_of(table, row))
        return found

    def portion(
        self, table: str, rows: Sequence[Any], kind: TypeAdapter[Record], limit: int
    ) -> Portion[Record]:
        """Return a page of the rows found, of which one more than `limit` was asked for."""
        records = self.readable(table, rows[:limit], kind)
        known = {one.id for one in cast("list[Any]", records)}
        ids = [UUID(int=row["id"].int) for row in rows[:limit]]
        following = ids[-1] if len(rows) > limit else None
        return Portion(records, [one for one in ids if one not in known], following)
