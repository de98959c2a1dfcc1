"""Lines of the chained log about rows as they are written, all of a commit in one statement."""

from typing import Any
from uuid import UUID

from kernel.core.clock import Clock
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.told_rows import word_of

_TELL = Statement(
    """
    INSERT INTO access_log (at, subject, kind, agency, what, object_id)
    SELECT :at::timestamptz, '', 'system', '', what, object_id
    FROM jsonb_to_recordset(:rows::jsonb) AS given(what text, object_id uuid)
    """,
    rows=None,
)


class ToldRows:
    """What one unit of work tells."""

    def __init__(self, unit: UnitOfWork, keys: HistoryKeys, clock: Clock) -> None:
        self._unit = unit
        self._keys = keys
        self._clock = clock
        self._rows: list[dict[str, Any]] = []
        self._flushes = -1

    def tell(self, table: str, row_id: UUID, made: str) -> None:
        """Queue a line about a row whose course is sealed so from here on."""
        if self._flushes != self._unit.flushes:
            # What was flushed is written; what comes now goes with the next statement, in one list again.
            self._rows, self._flushes = [], self._unit.flushes
            self._unit.write(_TELL, rows=self._rows, at=self._clock.now())
        self._rows.append({"what": word_of(table, row_id, made, self._keys), "object_id": str(row_id)})
