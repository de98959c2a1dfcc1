"""The book of certified copies in PostgreSQL: the counter's row is locked until the lines are committed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.copies import CertifiedCopy

_NAMES = tuple(CertifiedCopy.__dataclass_fields__)
_COLUMNS = ", ".join(_NAMES)
_NEXT = Statement(
    "INSERT INTO book_counters (book, agency, year, last) VALUES ('CERTIFIED_COPIES', :agency, :year, :count)"
    " ON CONFLICT (book, agency, year) DO UPDATE SET last = book_counters.last + excluded.last RETURNING last"
)
_ADD = Statement(
    f"""
    INSERT INTO certified_copies ({_COLUMNS}) SELECT {_COLUMNS}
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, agency text, year integer, number integer,
        document_name text, pages integer, copies integer, requester_sealed text, signed_by text,
        entered_by text, entered_by_name text, certified_at timestamptz)
    """,
    rows=None,
)
_PAGE = Statement(
    f"SELECT {_COLUMNS} FROM certified_copies WHERE agency = :agency AND year = :year AND number > :after"
    " ORDER BY number LIMIT :limit"
)


class PostgresCopyBook:
    """One book an agency and year."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def next_numbers(self, agency: str, year: int, how_many: int) -> int:
        """Return the first of the next numbers; given back when the unit does not commit."""
        await self._unit.begin()
        last: int = await self._unit.fetch_value(_NEXT, agency=agency, year=year, count=how_many)
        return last - how_many + 1

    def add(self, copies: Sequence[CertifiedCopy]) -> None:
        """Keep lines of the book."""
        self._unit.write(_ADD, rows=[{name: getattr(item, name) for name in _NAMES} for item in copies])

    async def page(self, agency: str, year: int, after: int, limit: int) -> list[CertifiedCopy]:
        """Return lines in the order of their numbers."""
        rows = await self._unit.fetch(_PAGE, agency=agency, year=year, after=after, limit=limit)
        found: list[dict[str, Any]] = [{name: row[name] for name in _NAMES} for row in rows]
        return [CertifiedCopy(**{**item, "id": UUID(int=item["id"].int)}) for item in found]
