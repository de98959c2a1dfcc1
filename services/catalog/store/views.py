"""What the screens read, each with one statement."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind

_PROCEDURE = Statement("""
SELECT v.data || jsonb_build_object('version', v.version, 'agency', v.agency, 'valid_from', v.valid_from,
    'valid_to', v.valid_to, 'visibility', v.visibility, 'changed_at', greatest(v.created_at,
        (SELECT p.changed_at FROM procedures p WHERE p.code = v.code))) AS data
FROM procedure_versions v
WHERE v.code = :code AND v.visibility <> 'SUPERSEDED' AND (:agency::text = '' OR v.agency = :agency)
  AND v.valid_from <= :day::date AND (v.valid_to IS NULL OR v.valid_to >= :day::date)
ORDER BY v.visibility = 'ABOLISHED', v.agency = 'QG',
    NOT EXISTS (SELECT FROM procedure_search s WHERE s.code = v.code AND s.version = v.version), v.agency
LIMIT 1
""")
_TABLES = {
    ItemKind.SECTOR: "sectors",
    ItemKind.AGENCY: "agencies",
    ItemKind.STAFF: "staff",
    ItemKind.CALENDAR: "calendars",
    ItemKind.PROCESS: "processes",
    ItemKind.INTERLINKED_GROUP: "interlinked_groups",
    ItemKind.FORM: "forms",
    ItemKind.PAGE: "pages",
}
_ENTRY = {
    kind: Statement(
        f"SELECT (data - 'decided') || jsonb_build_object('version', version) AS data FROM {table}"
        " WHERE code = :code"
    )
    for kind, table in _TABLES.items()
}
_ENTRIES = {
    kind: Statement(
        f"SELECT (data - 'decided') || jsonb_build_object('version', version) AS data FROM {table}"
        " WHERE code > :after ORDER BY code LIMIT :limit::int"
    )
    for kind, table in _TABLES.items()
}


class PostgresViews:
    """One statement a screen."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def procedure(self, code: str, on: date, agency: str = "") -> Mapping[str, Any] | None:
        """Return the version in force on that day, of one publishing agency or of the first there is."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(
            _PROCEDURE, code=code, day=on, agency=agency
        )
        return found

    async def entry(self, kind: ItemKind, code: str) -> Mapping[str, Any] | None:
        """Return an entry."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(_ENTRY[kind], code=code)
        return found

    async def entries(self, kind: ItemKind, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return entries in the order of their codes."""
        rows = await self._unit.fetch(_ENTRIES[kind], after=after, limit=limit)
        return [row["data"] for row in rows]
