"""The book of certified copies in PostgreSQL: the counter's row is locked until the lines are committed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.copies import CertifiedCopy, CopyFigure, CopyRequest, ElectronicCopy
from services.dossier.store.shown import SEALED_ON
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
    " WHERE id = ANY(:ids::uuid[]) AND agency = ANY(:agencies::text[]) ORDER BY id"
)
_OF_ASKING = Statement(f"SELECT {_REQUEST}, seals FROM copy_requests WHERE asking_id = :asking ORDER BY id")
_ENDED_BEFORE = Statement(
    f"SELECT {_REQUEST}, seals FROM copy_requests WHERE state <> 'CERTIFIED' AND requester_sealed <> ''"
    " AND asked_at < :day::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' ORDER BY asked_at LIMIT :limit"
)
_FORGET = Statement(
    "UPDATE copy_requests SET state = :state, requester_sealed = '', requester_index = NULL,"
    " document_name = '', reason = '',"
    f" exempt_reason = NULL, {SEALED_ON} WHERE id = :id AND state <> 'CERTIFIED'"
)
_WAITING = Statement(
    f"SELECT {_REQUEST} FROM copy_requests WHERE agency = ANY(:agencies::text[]) AND state = 'WAITING'"
    " AND id > :after ORDER BY id LIMIT :limit"
)
_DECIDE = Statement(
    "UPDATE copy_requests SET state = :state, decided_by = :decided_by, decided_at = :decided_at,"
    f" reason = :reason, {SEALED_ON} WHERE id = :id AND state = 'WAITING'"
)
# What was certified counts by the book, money by its receipts and what went back: each in its own period.
_FIGURES = Statement(
    """
    SELECT agency, sum(documents) AS documents, sum(copies) AS copies, sum(pages) AS pages, sum(fees) AS fees,
        sum(exempted) AS exempted, sum(collected) AS collected, sum(refunded) AS refunded,
        sum(electronic) AS electronic
    FROM (
        SELECT c.agency, 1 AS documents, c.copies, c.copies::bigint * c.pages AS pages,
            coalesce(c.fee, 0) AS fees, CASE WHEN r.exempt_reason IS NULL THEN 0 ELSE coalesce(r.fee, 0) END
            AS exempted, 0::bigint AS collected, 0::bigint AS refunded, 0 AS electronic
        FROM certified_copies c LEFT JOIN copy_requests r ON r.id = c.id
        WHERE c.certified_at >= :first AND c.certified_at < :end
        UNION ALL
        SELECT agency, 0, 0, 0, 0, 0, amount, 0, 0 FROM receipts
        WHERE asking_id IS NOT NULL AND state = 'VALID'
          AND day >= (:first AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
          AND day < (:end AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        UNION ALL
        SELECT agency, 0, 0, 0, 0, 0, 0, amount, 0 FROM refunds
        WHERE asking_id IS NOT NULL AND state = 'APPROVED' AND decided_at >= :first AND decided_at < :end
        UNION ALL
        SELECT agency, 0, 0, 0, 0, 0, 0, 0, 1 FROM electronic_copies
        WHERE issued_at >= :first AND issued_at < :end
    ) told
    WHERE :agencies::text[] IS NULL OR agency = ANY(:agencies)
    GROUP BY agency ORDER BY agency
    """
)
_PERIOD = Statement(
    f"SELECT {_COLUMNS} FROM certified_copies WHERE agency = :agency AND (year, number) > (:year, :number)"
    " AND certified_at >= :first AND certified_at < :end ORDER BY year, number LIMIT :limit"
)
_COUNTED = [name for name in CopyFigure.__dataclass_fields__ if name != "agency"]
_PAGE = Statement(
    f"SELECT {_COLUMNS} FROM certified_copies WHERE agency = :agency AND year = :year AND number > :after"
    " ORDER BY number LIMIT :limit"
)


_ELECTRONIC = tuple(ElectronicCopy.__dataclass_fields__)
_DRAFTED = Statement(
    f"INSERT INTO electronic_copies ({', '.join(_ELECTRONIC)}, seals)"
    f" VALUES ({', '.join(f':{name}' for name in _ELECTRONIC)}, :seals)",
    races=("pk_electronic_copies",),
)
_ISSUED = Statement(
    "UPDATE electronic_copies SET file_id = :file_id, issued_by = :issued_by,"
    f" issued_by_name = :issued_by_name, issued_at = :issued_at, {SEALED_ON}"
    " WHERE copy_id = :copy_id AND file_id IS NULL"
)
_LINE = Statement(
    f"SELECT {', '.join(f'c.{name}' for name in _NAMES)}, e.copy_id, e.agency_name, e.draft_id, e.drafted_by,"
    " e.drafted_at, e.file_id, e.issued_by, e.issued_by_name, e.issued_at, e.seals"
    " FROM certified_copies c LEFT JOIN electronic_copies e ON e.copy_id = c.id WHERE c.id = :id"
)
_OF_PERSON = Statement(
    f"SELECT {', '.join(f'c.{name}' for name in _NAMES)}, e.copy_id, e.agency_name, e.draft_id, e.drafted_by,"
    " e.drafted_at, e.file_id, e.issued_by, e.issued_by_name, e.issued_at, e.seals"
    " FROM certified_copies c JOIN electronic_copies e ON e.copy_id = c.id"
    " WHERE c.requester_index = :person AND e.file_id IS NOT NULL AND c.id < :before"
    " ORDER BY c.id DESC LIMIT :limit"
)


def _request(row: Any) -> CopyRequest:
    found = {name: row[name] for name in _ASKED}
    asking = row["asking_id"]
    plain = {"id": _id(row["id"]), "asking_id": _id(asking), "scan_id": _id(row["scan_id"])}
    return CopyRequest(**{**found, **plain})


def _line(row: Any) -> CertifiedCopy:
    found: dict[str, Any] = {name: row[name] for name in _NAMES}
    return CertifiedCopy(**{**found, "id": _id(row["id"]), "scan_id": _id(row["scan_id"])})


def _electronic(row: Any) -> ElectronicCopy | None:
    if row["copy_id"] is None:
        return None
    found: dict[str, Any] = {name: row[name] for name in _ELECTRONIC}
    plain = {name: _id(row[name]) for name in ("copy_id", "draft_id", "file_id")}
    return ElectronicCopy(**{**found, **plain})


def _id(value: Any) -> UUID | None:
    """Return the driver's id as everybody else's."""
    return UUID(int=value.int) if value else None


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

    async def line(self, copy_id: UUID) -> tuple[CertifiedCopy, ElectronicCopy | None] | None:
        """Return a line of the book and what there is of its electronic copy."""
        row = await self._unit.fetch_one(_LINE, id=copy_id)
        if row is None:
            return None
        if row["copy_id"] is not None:
            self._seals.see("electronic_copies", row)
        return _line(row), _electronic(row)

    async def electronic_of(
        self, person: bytes, before: UUID, limit: int
    ) -> list[tuple[CertifiedCopy, ElectronicCopy]]:
        """Return a person's issued electronic copies, newest first."""
        rows = await self._unit.fetch(_OF_PERSON, person=person, before=before, limit=limit)
        return [(_line(row), found) for row in rows if (found := _electronic(row)) is not None]

    def draft(self, copy: ElectronicCopy) -> None:
        """Keep what the signer is to sign; `Stale` at the commit when there is a draft already."""
        columns: dict[str, Any] = {name: getattr(copy, name) for name in _ELECTRONIC}
        self._unit.write(_DRAFTED, **columns, seals=self._seals.made("electronic_copies", columns))

    def issue(self, copy: ElectronicCopy) -> None:
        """Keep the sealed file; `Stale` at the commit when somebody was faster."""
        names = ("copy_id", "file_id", "issued_by", "issued_by_name", "issued_at")
        columns: dict[str, Any] = {name: getattr(copy, name) for name in names}
        self._unit.write(_ISSUED, **columns, seals=self._seals.made("electronic_copies", columns, "course"))

    def ask(self, requests: Sequence[CopyRequest]) -> None:
        """Keep what is asked for."""
        for item in requests:
            columns: dict[str, Any] = {name: getattr(item, name) for name in _ASKED}
            self._unit.write(_ASK, **columns, seals=self._seals.made("copy_requests", columns))

    async def asked(self, ids: Sequence[UUID], agencies: Sequence[str]) -> list[CopyRequest]:
        """Return requests of these agencies by their ids, in the order they were asked."""
        return self._seen(await self._unit.fetch(_OF, ids=list(ids), agencies=list(agencies)))

    async def of_asking(self, asking_id: UUID) -> list[CopyRequest]:
        """Return everything asked for in one call, in its order."""
        return self._seen(await self._unit.fetch(_OF_ASKING, asking=asking_id))

    async def ended_before(self, day: date, limit: int) -> list[CopyRequest]:
        """Return requests of days before this one that came to nothing and still name who asked."""
        return self._seen(await self._unit.fetch(_ENDED_BEFORE, day=day, limit=limit))

    def forget(self, request: CopyRequest) -> None:
        """Empty who asked and for what; nothing of a request that was changed by hand is made good."""
        emptied = request.forgotten()
        seals = self._seals.made("copy_requests", {name: getattr(emptied, name) for name in _ASKED})
        self._unit.write(_FORGET, id=request.id, state=emptied.state, seals=seals)

    def _seen(self, rows: Sequence[Any]) -> list[CopyRequest]:
        for row in rows:
            self._seals.see("copy_requests", row)
        return [_request(row) for row in rows]

    async def waiting(self, agencies: Sequence[str], after: UUID, limit: int) -> list[CopyRequest]:
        """Return what waits for its signer, in the order it was asked."""
        rows = await self._unit.fetch(_WAITING, agencies=list(agencies), after=after, limit=limit)
        return [_request(row) for row in rows]

    def decide(self, request: CopyRequest) -> None:
        """Keep the decision on a waiting request; `Stale` at the commit when somebody was faster."""
        names = ("id", "state", "decided_by", "decided_at", "reason")
        columns: dict[str, Any] = {name: getattr(request, name) for name in names}
        self._unit.write(_DECIDE, **columns, seals=self._seals.made("copy_requests", columns, "course"))

    async def figures(
        self, first: datetime, end: datetime, agencies: Sequence[str] | None
    ) -> list[CopyFigure]:
        """Count the books between two moments by agency: of these, or of all (None)."""
        rows = await self._unit.fetch(_FIGURES, first=first, end=end, agencies=agencies)
        return [
            CopyFigure(**{name: int(row[name]) for name in _COUNTED}, agency=row["agency"]) for row in rows
        ]

    async def page(self, agency: str, year: int, after: int, limit: int) -> list[CertifiedCopy]:
        """Return lines in the order of their numbers."""
        rows = await self._unit.fetch(_PAGE, agency=agency, year=year, after=after, limit=limit)
        return [_line(row) for row in rows]

    async def period(
        self, agency: str, first: datetime, end: datetime, after: tuple[int, int], limit: int
    ) -> list[CertifiedCopy]:
        """Return lines certified between two moments, past a year and number, in the book's order."""
        year, number = after
        rows = await self._unit.fetch(
            _PERIOD, agency=agency, first=first, end=end, year=year, number=number, limit=limit
        )
        return [_line(row) for row in rows]
