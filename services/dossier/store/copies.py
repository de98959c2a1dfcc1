"""Copies of what the catalogue published: one changed by hand is decided by nowhere, and loudly so."""

from collections.abc import Iterable, MutableMapping
from datetime import date, datetime
from typing import Any

import structlog
from prometheus_client import Counter

from services.dossier.domain.errors import CopyChanged
from services.dossier.store.shown import shown
from services.dossier.use_cases.sealed_rows import RowSeals
from services.dossier.use_cases.sealed_tables import SEALED

CHOICE = "jsonb_strip_nulls(jsonb_build_object('choice', {0}.seals -> 'choice'))"
"""The seals of what a choice rests on, of a row by that name."""
STAMP = "sequence || ':' || coalesce(seals ->> 'told', '')"
"""What a process knows a row by that it has parsed: who changes the number alone comes to nothing."""
_refused = Counter("dossier_copies_refused_total", "Readings of copies changed by hand", ["table"])


_log = structlog.get_logger()


class Copies:
    """Looks at copies as they are read; what this process found sound is not counted again."""

    def __init__(self, rows: RowSeals, sound: MutableMapping[tuple[Any, ...], Any]) -> None:
        self._rows = rows
        self._sound = sound

    def require(self, table: str, read: Iterable[Any], *groups: str) -> None:
        """Raise `CopyChanged` unless every row is there and, by these groups or all, what was sealed."""
        for row in read:
            if row is None or not self.is_sound(table, row, *groups):
                _refused.labels(table).inc()
                raise CopyChanged

    def require_there(self, table: str, *, is_there: bool, name: str) -> None:
        """Raise `CopyChanged` where something was promised by a row that is gone.

        Not on an installation of before: there rows may have been overwritten before versions were kept.
        """
        if not is_there and self._rows.marks.has(table):
            _refused.labels(table).inc()
            _log.error("a row that was promised by is gone", table=table, row=name)
            raise CopyChanged

    def is_sound(self, table: str, row: Any, *groups: str) -> bool:
        """Tell whether a row is what was sealed."""
        found = dict(row)
        key = (table, groups, *(found[name] for name in SEALED[table].key))
        if self._sound.get(key) == found:
            return True
        # How the database writes a version that was always in force.
        if found.get("valid_from") == "-infinity":
            found["valid_from"] = date.min
        if isinstance(moment := found.get("decided_at"), str):
            found["decided_at"] = datetime.fromisoformat(moment)
        if not shown(table, found, self._rows, *groups):
            return False
        if "data" not in found or table == "staff":
            self._sound[key] = dict(row)
        return True
