"""The public catalogue, page by page, for those who take all of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_IN_FORCE = """visibility = 'PUBLIC' AND valid_from <= :today::date
    AND (valid_to IS NULL OR valid_to >= :today::date)"""
# A day's switch changes what is public without a change of any row, so the day is part of the state.
_STATE = Statement(f"""
SELECT count(*) AS procedures, max(created_at) AS written_at, max(valid_from) AS begun_on,
    md5(coalesce(string_agg(code || ':' || version, ',' ORDER BY code, version), '')) AS digest
FROM procedure_versions WHERE {_IN_FORCE}
""")
_PAGE = Statement(f"""
SELECT code, version, agency, valid_from, valid_to, data FROM procedure_versions
WHERE {_IN_FORCE} AND (code, version) > (:after_code::text, :after_version::bigint)
ORDER BY code, version LIMIT :limit::int
""")


class PostgresOpenData:
    """Reads without a sort of everything: the key orders."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def state(self, today: date) -> Mapping[str, Any]:
        """Return {procedures, written_at, begun_on, digest} of what is public that day."""
        row: Mapping[str, Any] | None = await self._unit.fetch_one(_STATE, today=today)
        return row or {}

    async def page(self, today: date, after: tuple[str, int], limit: int) -> Sequence[Mapping[str, Any]]:
        """Return versions in force with their records, those after one."""
        return await self._unit.fetch(
            _PAGE, today=today, after_code=after[0], after_version=after[1], limit=limit
        )
