"""The book of certified copies in PostgreSQL: the counter's row is locked until the lines are committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.copies import CertifiedCopy, CopyFigure, CopyRequest
from services.dossier.use_cases.sealed_rows import RowSeals

_NAMES = tuple(CertifiedCopy.__dataclass_fields__)
_COLUMNS = ", ".join(_NAMES)
_NEXT = Statement(
    "INSERT INTO book_counters (book, agency, year, last) VALUES ('CERTIFIED_COPIES', :agency, :year, :count)"
    " ON CONFLICT (book, agency, year) DO UPDATE SET last = book_counters.last + excluded.last RETURNING last"
)
_ADD = Statement(
    f"INSERT INTO certified_copies ({_COLUMNS}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _NAMES)}, :seals)"
)
_ASKED = tuple(CopyRequest.__dataclass_fields__)
_REQUEST = ", ".join(_ASKED)
_ASK = Statement(
    f"INSERT INTO copy_requests ({_REQUEST}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _ASKED)}, :seals)"
)
_OF = Statement(
    f"SELECT {_REQUEST}, seals FROM copy_requests"
    " WHERE id = ANY(:ids::uuid[]) AND agency = :agency ORDER BY id"
)
_WAITING = Statement(
    f"SELECT {_REQUEST} FROM copy_requests WHERE agency = :agency AND state = 'WAITING' AND id > :after"
    " ORDER BY id LIMIT :limit"
)
_DECIDE = Statement(
    "UPDATE copy_requests SET state = :state, decided_by = :decided_by, decided_at = :decided_at,"
    " reason = :reason, seals = seals || :seals::jsonb WHERE id = :id AND state = 'WAITING'"
)
_FIGURES = Statement(
    "SELECT agency, count(*) AS documents, sum(copies) AS copies, sum(copies::bigint * pages) AS pages,"
    " coalesce(sum(fee), 0) AS fees"
    " FROM certified_copies WHERE certified_at >= :first AND certified_at < :end"
    " AND (:agency::text = '' OR agency = :agency OR starts_with(agency, :agency || '.'))"
    " GROUP BY agency ORDER BY agency"
)
_PAGE = Statement(
    f"SELECT {_COLUMNS} FROM certified_copies WHERE agency = :agency AND year = :year AND number > :after"
    " ORDER BY number LIMIT :limit"
)


def _request(row: Any) -> CopyRequest:
    found = {name: row[name] for name in _ASKED}
    return CopyRequest(**{**found, "id": UUID(int=row["id"].int)})


class PostgresCopyBook:
    """One book an agency and year."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._seals = seals

    async def next_numbers(self, agency: str, year: int, how_many: int) -> int:
        """Return the first of the next numbers; given back when the unit does not commit."""
        await self._unit.begin()
        last: int = await self._unit.fetch_value(_NEXT, agency=agency, year=year, count=how_many)
        return last - how_many + 1

    def add(self, copies: Sequence[CertifiedCopy]) -> None:
        """Keep lines of the book."""
        for item in copies:
            columns: dict[str, Any] = {name: getattr(item, name) for name in _NAMES}
            self._unit.write(_ADD, **columns, seals=self._seals.made("certified_copies", columns))

    def ask(self, requests: Sequence[CopyRequest]) -> None:
        """Keep what is asked for."""
        for item in requests:
            columns: dict[str, Any] = {name: getattr(item, name) for name in _ASKED}
            self._unit.write(_ASK, **columns, seals=self._seals.made("copy_requests", columns))

    async def asked(self, ids: Sequence[UUID], agency: str) -> list[CopyRequest]:
        """Return requests of an agency by their ids, in the order they were asked."""
        rows = await self._unit.fetch(_OF, ids=list(ids), agency=agency)
        for row in rows:
            self._seals.see("copy_requests", row)
        return [_request(row) for row in rows]

    async def waiting(self, agency: str, after: UUID, limit: int) -> list[CopyRequest]:
        """Return what waits for its signer, in the order it was asked."""
        return [
            _request(row) for row in await self._unit.fetch(_WAITING, agency=agency, after=after, limit=limit)
        ]

    def decide(self, request: CopyRequest) -> None:
        """Keep the decision on a waiting request; `Stale` at the commit when somebody was faster."""
        names = ("id", "state", "decided_by", "decided_at", "reason")
        columns: dict[str, Any] = {name: getattr(request, name) for name in names}
        self._unit.write(_DECIDE, **columns, seals=self._seals.made("copy_requests", columns, "course"))

    async def figures(self, first: datetime, end: datetime, agency: str) -> list[CopyFigure]:
        """Count the book between two moments by agency: one and those below it, or all (empty code)."""
        rows = await self._unit.fetch(_FIGURES, first=first, end=end, agency=agency)
        return [
            CopyFigure(
                row["agency"], row["documents"], int(row["copies"]), int(row["pages"]), int(row["fees"])
            )
            for row in rows
        ]

    async def page(self, agency: str, year: int, after: int, limit: int) -> list[CertifiedCopy]:
        """Return lines in the order of their numbers."""
        rows = await self._unit.fetch(_PAGE, agency=agency, year=year, after=after, limit=limit)
        found: list[dict[str, Any]] = [{name: row[name] for name in _NAMES} for row in rows]
        return [CertifiedCopy(**{**item, "id": UUID(int=item["id"].int)}) for item in found]
