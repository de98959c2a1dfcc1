"""Reviews, entries in the national database, and what hangs at offices."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.use_cases.laws.ports import Row

_ADD_REVIEW = Statement("""
INSERT INTO procedure_reviews (id, code, agency, state, findings, cost, saved, decision, outcome, authors,
    decided_by, proposed_on, decided_on, done_on, history, version)
VALUES (:id, :code, :agency, :state, :findings, :cost, :saved, NULL, NULL, :authors, NULL, :proposed_on,
    NULL, NULL, :history, 1)
""")
_SAVE_REVIEW = Statement("""
UPDATE procedure_reviews SET state = :state, decision = :decision::jsonb, outcome = :outcome::jsonb,
    decided_by = :decided_by::text, decided_on = :decided_on::date, done_on = :done_on::date,
    history = :history, version = version + 1
WHERE id = :id AND version = :seen::bigint
""")
_REVIEW = Statement("SELECT * FROM procedure_reviews WHERE id = :id")
_REVIEWS = Statement("""
SELECT * FROM procedure_reviews
WHERE (:state::text = '' OR state = :state) AND (:code::text = '' OR code = :code)
  AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
_FIGURES = Statement("""
SELECT count(*) FILTER (WHERE proposed_on BETWEEN :first::date AND :last::date) AS proposed,
    count(*) FILTER (WHERE decided_on BETWEEN :first::date AND :last::date
        AND state <> 'REJECTED') AS accepted,
    count(*) FILTER (WHERE decided_on BETWEEN :first::date AND :last::date
        AND state = 'REJECTED') AS rejected,
    count(*) FILTER (WHERE done_on BETWEEN :first::date AND :last::date) AS done,
    coalesce(sum(saved) FILTER (WHERE done_on BETWEEN :first::date AND :last::date), 0)::bigint AS saved,
    count(DISTINCT code) FILTER (WHERE proposed_on BETWEEN :first::date AND :last::date) AS procedures
FROM procedure_reviews
""")
_PUBLIC = Statement("""
SELECT EXISTS (SELECT 1 FROM procedure_versions v WHERE v.code = :code AND v.agency = :agency
    AND v.visibility = 'PUBLIC' AND v.valid_from <= :on::date AND (v.valid_to IS NULL OR v.valid_to >= :on))
""")
_MISSING = Statement("""
SELECT d.agency, d.number, d.level, d.is_short, d.signed_on,
    ARRAY(SELECT DISTINCT item->>'code' FROM jsonb_array_elements(d.items) AS item
        WHERE item->>'code' IS NOT NULL ORDER BY 1) AS procedures
FROM publication_decisions d
WHERE d.state = 'PUBLISHED'
  AND NOT EXISTS (SELECT 1 FROM national_entries e WHERE e.agency = d.agency AND e.number = d.number)
ORDER BY d.signed_on, d.id LIMIT 100
""")
_ADD_ENTRY = Statement("""
INSERT INTO national_entries (id, agency, number, level, is_short, signed_on, due_on, procedures, done_on,
    done_by, evidence, history, version)
VALUES (:id, :agency, :number, :level, :is_short, :signed_on, :due_on::date, :procedures, NULL, NULL, '',
    :history, 1)
ON CONFLICT (agency, number) DO NOTHING
""")
_SET_DUE = Statement(
    """
UPDATE national_entries e SET due_on = g.due_on, version = e.version + 1
FROM unnest(:ids::uuid[], :days::date[]) AS g(id, due_on) WHERE e.id = g.id AND e.due_on IS NULL
""",
    rows=None,
)
_COMPLETE = Statement("""
UPDATE national_entries SET done_on = :done_on, done_by = :done_by, evidence = :evidence,
    history = :history, version = version + 1
WHERE id = :id AND version = :seen::bigint
""")
_ENTRY = Statement("SELECT * FROM national_entries WHERE id = :id")
_HAS_ENTRY = Statement(
    "SELECT EXISTS (SELECT 1 FROM national_entries WHERE agency = :agency AND number = :number)"
)
_ENTRIES = Statement("""
SELECT * FROM national_entries
WHERE (:is_open::boolean IS NULL OR (done_on IS NULL) = :is_open) AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
_POINT = """
    SELECT p.code, p.agency, p.data->>'name' AS name, a.level FROM one_stop_points p
    LEFT JOIN agencies a ON a.code = p.agency
    WHERE p.valid_from <= :on::date AND (p.valid_to IS NULL OR p.valid_to >= :on::date)
"""
_OFFERED = """
    SELECT DISTINCT ON (s.code) s.code, s.name, s.version, s.valid_from FROM procedure_search s
    WHERE s.valid_from <= :on::date AND (s.valid_to IS NULL OR s.valid_to >= :on::date)
      AND (s.agencies @> ARRAY[p.agency] OR (p.level = 'COMMUNE' AND s.agencies @> ARRAY['ALL_COMMUNES']))
    ORDER BY s.code, s.version DESC
"""
_LAST = """
    SELECT c.found_version, c.condition, c.photo, c.checked_by, c.checked_at FROM posting_checks c
    WHERE c.point = p.code AND c.code = o.code ORDER BY c.checked_at DESC, c.id DESC LIMIT 1
"""
_OF_POINT = Statement(f"""
SELECT p.code AS point, p.agency, p.name AS point_name, o.code, o.name, o.version, o.valid_from,
    v.data->'decision'->>'number' AS decision, c.found_version, c.condition, c.photo, c.checked_by,
    c.checked_at
FROM ({_POINT} AND p.code = :point) AS p
LEFT JOIN LATERAL ({_OFFERED}) AS o ON true
LEFT JOIN procedure_versions v ON v.code = o.code AND v.version = o.version
LEFT JOIN LATERAL ({_LAST}) AS c ON true
ORDER BY o.code
""")
_CHECK = Statement("""
INSERT INTO posting_checks (id, point, code, found_version, condition, photo, note, checked_by, checked_at)
VALUES (:id, :point, :code, :found_version::bigint, :condition, :photo, :note, :checked_by, :checked_at)
""")
_OUTDATED = Statement("""
SELECT c.point, c.code, c.found_version, s.version, s.name FROM (
    SELECT DISTINCT ON (point, code) point, code, found_version, condition FROM posting_checks
    ORDER BY point, code, checked_at DESC, id DESC
) AS c
JOIN LATERAL (
    SELECT s.version, s.name FROM procedure_search s WHERE s.code = c.code
      AND s.valid_from <= :on::date AND (s.valid_to IS NULL OR s.valid_to >= :on::date)
    ORDER BY s.version DESC LIMIT 1
) AS s ON true
WHERE c.condition = 'POSTED' AND c.found_version < s.version
ORDER BY c.point, c.code LIMIT 1000
""")


class PostgresReviews:
    """Reviews in the catalogue's own table."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, row: Row) -> None:
        """Queue a new review."""
        self._unit.write(_ADD_REVIEW, **{name: row[name] for name in _ADD_REVIEW.names})

    def save(self, row: Row, seen: int) -> None:
        """Queue a changed review."""
        names = ["id", "state", "decision", "outcome", "decided_by", "decided_on", "done_on", "history"]
        self._unit.write(_SAVE_REVIEW, seen=seen, **{name: row[name] for name in names})

    async def find(self, review_id: UUID) -> Row | None:
        """Return a review."""
        row = await self._unit.fetch_one(_REVIEW, id=review_id)
        return None if row is None else dict(row)

    async def listed(self, state: str, code: str, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return reviews, newest first."""
        rows = await self._unit.fetch(_REVIEWS, state=state, code=code, after=after, limit=limit)
        return [dict(row) for row in rows]

    async def figures(self, first: date, last: date) -> Row:
        """Return the counts of a period."""
        row = await self._unit.fetch_one(_FIGURES, first=first, last=last)
        return dict(row) if row is not None else {}

    async def is_known(self, code: str, agency: str, on: date) -> bool:
        """Say whether a procedure is public on a day under this publishing agency."""
        return bool(await self._unit.fetch_value(_PUBLIC, code=code, agency=agency, on=on))


class PostgresNationalEntries:
    """Entries in the catalogue's own table."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def missing(self) -> Sequence[Row]:
        """Return published decisions without an entry."""
        return [dict(row) for row in await self._unit.fetch(_MISSING)]

    def add(self, row: Row) -> None:
        """Queue a new entry."""
        self._unit.write(_ADD_ENTRY, **{name: row[name] for name in _ADD_ENTRY.names})

    def set_due(self, days: Mapping[UUID, date]) -> None:
        """Queue due days of entries that had none."""
        self._unit.write(_SET_DUE, ids=list(days), days=list(days.values()))

    def complete(self, row: Row, seen: int) -> None:
        """Queue the completion."""
        names = ["id", "done_on", "done_by", "evidence", "history"]
        self._unit.write(_COMPLETE, seen=seen, **{name: row[name] for name in names})

    async def find(self, entry_id: UUID) -> Row | None:
        """Return an entry."""
        row = await self._unit.fetch_one(_ENTRY, id=entry_id)
        return None if row is None else dict(row)

    async def is_known(self, agency: str, number: str) -> bool:
        """Say whether a decision has an entry."""
        return bool(await self._unit.fetch_value(_HAS_ENTRY, agency=agency, number=number))

    async def listed(self, is_open: bool | None, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return entries, the latest first."""
        rows = await self._unit.fetch(_ENTRIES, is_open=is_open, after=after, limit=limit)
        return [dict(row) for row in rows]


class PostgresPostings:
    """Checks in the catalogue's own table."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def of_point(self, point: str, on: date) -> tuple[Row, Sequence[Row]] | None:
        """Return a point and each procedure offered there."""
        rows = [dict(row) for row in await self._unit.fetch(_OF_POINT, point=point, on=on)]
        if not rows:
            return None
        where = {"code": rows[0]["point"], "agency": rows[0]["agency"], "name": rows[0]["point_name"]}
        return where, [row for row in rows if row["code"] is not None]

    def add(self, row: Row) -> None:
        """Queue a check."""
        self._unit.write(_CHECK, **row)

    async def outdated(self, on: date) -> Sequence[Row]:
        """Return checks that found an older version than the public one."""
        return [dict(row) for row in await self._unit.fetch(_OUTDATED, on=on)]
