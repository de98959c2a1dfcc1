"""Which tables `seal-rows` has been through, or that were sealed from their first row: marked ones.

In a marked table a row without any seal was robbed of it: it is relied on as little as a changed one.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.row_seals import fits, seal
from services.dossier.use_cases.sealed_tables import SEALED

MARK = ("name", "at")
"""What a mark says, sealed."""
MARKED = "table_marked"
"""How the chained log of readings calls the deed: who takes out a mark takes out no line of that."""
_NAMES = UUID("6f1d7c1e-5a0b-4d53-9b9c-2f7f1a0c5e11")


class SealMarks:
    """The marks one process knows; they only grow."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = set(names)

    def learn(self, names: Collection[str]) -> None:
        """Remember marks that were read; one that is gone since still counts here."""
        self._names |= set(names)

    def has(self, table: str) -> bool:
        """Tell whether a table is marked."""
        return table in self._names

    def forget(self) -> None:
        """Know none any more: as a process of an installation that was never marked."""
        self._names.clear()

    @property
    def is_complete(self) -> bool:
        """Tell whether every sealed table is marked."""
        return self._names >= set(SEALED)


def mark_seal(name: str, at: datetime, keys: HistoryKeys) -> str:
    """Return the seal of a table's mark."""
    return seal("seal-mark", MARK, {"name": name, "at": at}, keys)


def is_mark_sound(row: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a mark is what was sealed."""
    return fits(row["seal"], "seal-mark", MARK, row, keys)


def object_of(table: str) -> UUID:
    """Return what a line of the log about a table's mark is about."""
    return uuid5(_NAMES, table)
