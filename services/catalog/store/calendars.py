"""Years of calendars, their versions, and the decisions that change them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.calendars.decisions import (
    CalendarDecision,
    CalendarDecisionState,
    DecisionKind,
    Signature,
)
from services.catalog.domain.items import canonical
from services.catalog.use_cases.calendars.ports import HeldYear

_HELD = Statement("SELECT code, data, version FROM calendars WHERE code = ANY(:keys::text[])")
_DECISION = Statement("""
SELECT d.*, (SELECT jsonb_object_agg(split_part(c.code, ':', 1),
        jsonb_build_object('data', c.data, 'version', c.version))
    FROM calendars c WHERE c.code = ANY(SELECT code || ':' || d.year FROM unnest(d.codes) AS code)) AS held
FROM calendar_decisions d WHERE d.id = :id
""")
_DECISIONS = Statement("""
SELECT * FROM calendar_decisions
WHERE (:state::text IS NULL OR state = :state) AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
_ADD = Statement("""
INSERT INTO calendar_decisions (id, kind, codes, year, content, reason, past_reason, authors, state, history,
    version, created_at, changed_at)
VALUES (:id, :kind, :codes, :year, :content, :reason, :past_reason, :authors, :state, :history, 1,
    :created_at, :changed_at)
""")
_SAVE = Statement("""
UPDATE calendar_decisions SET codes = :codes, content = :content, reason = :reason,
    past_reason = :past_reason, authors = :authors, state = :state, number = :number::text,
    signed_on = :signed_on::date, signer = :signer::text, approved_by = :approved_by::text,
    approved_at = :approved_at::timestamptz, history = :history, changed_at = :changed_at,
    version = version + 1
WHERE id = :id AND version = :version
""")
_PUT = """
INSERT INTO calendars AS held (code, data, digest, version, changed_at)
SELECT g.code, g.data::jsonb, g.digest, g.version, :at::timestamptz
FROM unnest(:keys::text[], :versions::bigint[], :texts::text[], :digests::text[])
    AS g(code, version, data, digest)
ON CONFLICT (code) DO UPDATE SET data = excluded.data, version = excluded.version,
    digest = CASE WHEN excluded.digest = '' THEN held.digest ELSE excluded.digest END,
    changed_at = excluded.changed_at
WHERE held.version = excluded.version - 1
"""
_VERSIONS = Statement("""
SELECT version, created_at, data->>'status_of_source' AS status_of_source, data->>'source' AS source,
    data->'decisions'->-1 AS decision
FROM calendar_versions WHERE code = :key ORDER BY version DESC
""")
_NUMBERED = Statement(
    "SELECT version, data FROM calendar_versions WHERE code = :key AND version = ANY(:numbers::bigint[])"
)
_OVERVIEW = Statement("""
SELECT 'year' AS what, split_part(code, ':', 1) AS code, (data->>'year')::int AS year,
    data->>'status_of_source' AS status, 0 AS agencies
FROM calendars WHERE (data->>'year')::int = ANY(:years::int[])
UNION ALL
SELECT 'use', coalesce(data->>'calendar', 'default'), 0, NULL, count(*)::int FROM agencies
WHERE valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
  AND data->>'kind' IS DISTINCT FROM 'MINISTRY'
GROUP BY 2
""")
_SAME_DAY = Statement("""
SELECT c.code AS calendar, jsonb_agg(jsonb_build_object('code', v.code, 'name', v.data->'name',
    'process', p.code, 'critical_hours', p.data->'critical_hours',
    'times', jsonb_path_query_array(v.data, '$.channels[*].processing_time')) ORDER BY v.code) AS procedures
FROM unnest(:codes::text[]) AS c(code)
CROSS JOIN procedure_versions v JOIN processes p ON p.code = v.data->>'process'
WHERE v.data->'channels' @> '[{"processing_time": {"unit": "SAME_DAY"}}]'
  AND v.visibility NOT IN ('SUPERSEDED', 'ABOLISHED') AND (v.valid_to IS NULL OR v.valid_to >= :today::date)
  AND EXISTS (SELECT FROM agencies a WHERE coalesce(a.data->>'calendar', 'default') = c.code
    AND (v.data->'performing_agencies' ? a.code
        OR (a.level = 'COMMUNE' AND v.data->'performing_agencies' = '"ALL_COMMUNES"')))
GROUP BY c.code
""")
_OF_AGENCY = Statement("""
SELECT c.data || jsonb_build_object('version', c.version) AS data
FROM agencies a JOIN calendars c ON c.code = coalesce(a.data->>'calendar', 'default') || ':' || :year::int
WHERE a.code = :agency
""")


class PostgresCalendars:
    """Calendars in the catalogue's own tables."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def held(self, keys: Sequence[str]) -> Mapping[str, HeldYear]:
        """Return years by `code:year`."""
        rows = {row["code"]: row for row in await self._unit.fetch(_HELD, keys=list(keys))}
        return {
            key: HeldYear(rows[key]["data"], rows[key]["version"]) if key in rows else HeldYear(None)
            for key in keys
        }

    async def decision(self, decision_id: UUID) -> tuple[CalendarDecision, Mapping[str, HeldYear]] | None:
        """Return a decision with the years it is about."""
        row = await self._unit.fetch_one(_DECISION, id=decision_id)
        if row is None:
            return None
        held = row["held"] or {}
        years = {
            code: HeldYear(held[code]["data"], held[code]["version"]) if code in held else HeldYear(None)
            for code in row["codes"]
        }
        return _decision(row), years

    async def decisions(
        self, state: CalendarDecisionState | None, after: UUID | None, limit: int
    ) -> Sequence[CalendarDecision]:
        """Return decisions, newest first."""
        rows = await self._unit.fetch(
            _DECISIONS, state=state.value if state else None, after=after, limit=limit
        )
        return [_decision(row) for row in rows]

    def add(self, decision: CalendarDecision) -> None:
        """Queue a new draft."""
        self._unit.write(
            _ADD,
            kind=decision.kind.value,
            year=decision.year,
            created_at=decision.created_at,
            **_written(decision),
        )

    def save(self, decision: CalendarDecision) -> None:
        """Queue a changed decision."""
        signed = decision.signature
        self._unit.write(
            _SAVE,
            version=decision.version,
            number=signed.number if signed else None,
            signed_on=signed.signed_on if signed else None,
            signer=signed.signer if signed else None,
            approved_by=decision.approved_by,
            approved_at=decision.approved_at,
            **_written(decision),
        )

    def put(self, years: Sequence[tuple[str, int, Mapping[str, Any], str]], at: datetime) -> None:
        """Queue years; one moved meanwhile makes the commit `Stale`."""
        self._unit.write(
            Statement(_PUT, rows=len(years)),
            keys=[key for key, *_ in years],
            versions=[version for _, version, *_ in years],
            texts=[canonical(data) for _, _, data, _ in years],
            digests=[digest for *_, digest in years],
            at=at,
        )

    async def versions(self, key: str) -> Sequence[Mapping[str, Any]]:
        """Return every version of a year, newest first."""
        return [dict(row) for row in await self._unit.fetch(_VERSIONS, key=key)]

    async def numbered(self, key: str, numbers: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return versions of a year by number."""
        rows = await self._unit.fetch(_NUMBERED, key=key, numbers=list(numbers))
        return {row["version"]: row["data"] for row in rows}

    async def overview(self, today: date) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, int]]:
        """Return the years held of this and the next year, and who uses each calendar."""
        rows = await self._unit.fetch(_OVERVIEW, years=[today.year, today.year + 1], today=today)
        years = [
            {"code": row["code"], "year": row["year"], "status_of_source": row["status"]}
            for row in rows
            if row["what"] == "year"
        ]
        return years, {row["code"]: row["agencies"] for row in rows if row["what"] == "use"}

    async def same_day(self, codes: Sequence[str], today: date) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return by calendar the procedures its agencies do within a day."""
        rows = await self._unit.fetch(_SAME_DAY, codes=list(codes), today=today)
        return {row["calendar"]: row["procedures"] for row in rows}

    async def of_agency(self, agency: str, year: int) -> Mapping[str, Any] | None:
        """Return the year an agency works by."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(_OF_AGENCY, agency=agency, year=year)
        return found


def _written(decision: CalendarDecision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "codes": list(decision.codes),
        "content": dict(decision.content),
        "reason": decision.reason,
        "past_reason": decision.past_reason,
        "authors": list(decision.authors),
        "state": decision.state.value,
        "history": list(decision.history),
        "changed_at": decision.changed_at,
    }


def _decision(row: Mapping[str, Any]) -> CalendarDecision:
    return CalendarDecision(
        id=row["id"],
        kind=DecisionKind(row["kind"]),
        codes=tuple(row["codes"]),
        year=row["year"],
        content=row["content"],
        reason=row["reason"],
        past_reason=row["past_reason"],
        authors=tuple(row["authors"]),
        state=CalendarDecisionState(row["state"]),
        signature=None
        if row["number"] is None
        else Signature(number=row["number"], signed_on=row["signed_on"], signer=row["signer"]),
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
        history=tuple(row["history"]),
    )
