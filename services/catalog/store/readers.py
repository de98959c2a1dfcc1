"""Forms and pages by day, changes as feeds tell them, subscriptions: in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.readers.feed import Entry, entry_of
from services.catalog.domain.readers.following import Subscription, SubscriptionState
from services.catalog.use_cases.readers.ports import Match

# An approved draft whose day is to come speaks for the days from then on, as with processes.
_FORM = Statement("""
SELECT known.data || jsonb_build_object('procedure_version', (
        SELECT v.version FROM procedure_versions v
        WHERE v.code = :code AND v.visibility <> 'SUPERSEDED' AND v.valid_from <= :day::date
          AND (v.valid_to IS NULL OR v.valid_to >= :day)
        ORDER BY v.visibility = 'ABOLISHED', v.agency = 'QG', v.agency LIMIT 1)) AS data
FROM (
    SELECT d.data || jsonb_build_object('approved_by', d.approval, 'version', NULL,
        'valid_from', d.effective_on) AS data, d.effective_on AS first, d.approved_at AS at, 0 AS version
    FROM workflow_drafts d
    WHERE d.kind = 'form' AND d.code = :code AND d.state = 'APPROVED'
      AND d.effective_on > :today::date AND d.effective_on <= :day
    UNION ALL
    SELECT v.data || jsonb_build_object('version', v.version, 'valid_from', v.valid_from,
        'changed_at', v.created_at), NULL, NULL, v.version
    FROM form_versions v WHERE v.code = :code AND v.valid_from <= :day
) AS known
ORDER BY first DESC NULLS LAST, at DESC, version DESC LIMIT 1
""")
_LISTED = {
    "form": Statement("""
SELECT jsonb_build_object('code', code, 'title', data->>'title', 'version', version) AS data
FROM forms WHERE code > :after AND (:procedure::text = '' OR code = :procedure)
ORDER BY code LIMIT :limit::int
"""),
    "page": Statement("""
SELECT jsonb_build_object('code', code, 'title', data->>'title', 'summary', data->>'summary',
    'procedures', data->'procedures', 'version', version) AS data
FROM pages WHERE code > :after AND (:procedure::text = '' OR data->'procedures' ? :procedure)
ORDER BY code LIMIT :limit::int
"""),
}
_ENTRIES = Statement("""
SELECT e.* FROM feed_entries e
WHERE (:before::bigint IS NULL OR e.id < :before)
  AND (:scope::text <> 'sector' OR e.sector = :code::text)
  AND (:scope <> 'procedure' OR e.procedure = :code)
  AND (:scope <> 'agency' OR e.agencies && ARRAY[:code] OR (e.agencies && ARRAY['ALL_COMMUNES'] AND EXISTS (
      SELECT 1 FROM agencies a WHERE a.code = :code AND a.level = 'COMMUNE')))
ORDER BY e.id DESC LIMIT :limit::int
""")
_SUBJECTS = {
    "sector": Statement("SELECT name FROM sectors WHERE code = :code"),
    "agency": Statement("SELECT data->>'name' FROM agencies WHERE code = :code"),
    "procedure": Statement("""
SELECT data->>'name' FROM procedure_versions WHERE code = :code AND visibility <> 'SUPERSEDED'
ORDER BY version DESC LIMIT 1
"""),
}
_DIRECTORY = Statement("""
SELECT jsonb_build_object('id', 'agency:' || code, 'what', 'AGENCY', 'code', code, 'name', data->>'name',
    'agency', code, 'kind', data->>'kind', 'level', level, 'address', data->>'address',
    'phone', data->>'phone', 'latitude', data->'latitude', 'longitude', data->'longitude',
    'boundary', data->'boundary', 'valid_from', valid_from, 'valid_to', valid_to) AS data
FROM agencies WHERE valid_from <= :day::date AND (valid_to IS NULL OR valid_to >= :day)
UNION ALL
SELECT jsonb_build_object('id', 'point:' || code, 'what', 'ONE_STOP_POINT', 'code', code,
    'name', data->>'name', 'agency', agency, 'kind', data->>'kind', 'level', NULL,
    'address', data->>'address', 'phone', data->>'phone', 'latitude', data->'latitude',
    'longitude', data->'longitude', 'boundary', NULL, 'valid_from', valid_from, 'valid_to', valid_to)
FROM one_stop_points WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
ORDER BY 1
""")
_SUBSCRIPTION = Statement("""
SELECT s.*, (SELECT v.data->>'name' FROM procedure_versions v
        WHERE v.code = s.procedure AND v.visibility <> 'SUPERSEDED' ORDER BY v.version DESC LIMIT 1) AS name
FROM subscriptions s WHERE s.id = :id
""")
_ASKED = Statement("""
SELECT (SELECT to_jsonb(s) FROM subscriptions s WHERE s.address = :address AND s.procedure = :code) AS held,
    (SELECT v.data->>'name' FROM procedure_versions v WHERE v.code = :code::text
        AND v.visibility <> 'SUPERSEDED' ORDER BY v.version DESC LIMIT 1) AS name,
    (SELECT count(*) FROM subscriptions s WHERE s.address = :address::bytea
        AND s.asked_at >= :since::timestamptz) AS asked
""")
_ADD = Statement("""
INSERT INTO subscriptions (id, procedure, address, contact, state, asked_at, told_until, version)
VALUES (:id, :procedure, :address, :contact, :state, :asked_at, :told_until, 1) ON CONFLICT DO NOTHING
""")
_SAVE = Statement("""
UPDATE subscriptions SET state = :state, asked_at = :asked_at, confirmed_at = :confirmed_at::timestamptz,
    told_until = :told_until, version = version + 1
WHERE id = :id AND version = :version
""")
_FORGET = Statement("DELETE FROM subscriptions WHERE id = :id", rows=None)
_FORGET_UNCONFIRMED = Statement(
    "DELETE FROM subscriptions WHERE state = 'ASKED' AND asked_at < :before::timestamptz", rows=None
)
# One publication may lay several versions out in time (a change carried into a later period): one entry.
_UNGATHERED = Statement("""
SELECT code, version FROM (
    SELECT DISTINCT ON (v.code, v.created_at) v.code, v.version, v.created_at
    FROM procedure_versions v
    WHERE v.visibility <> 'SUPERSEDED'
      AND NOT EXISTS (
          SELECT 1 FROM feed_entries e WHERE e.procedure = v.code AND e.published_at = v.created_at)
    ORDER BY v.code, v.created_at, v.valid_from, v.version
) AS found ORDER BY created_at, code LIMIT :limit::int
""")
_GATHER = """
INSERT INTO feed_entries (procedure, version, name, sector, agencies, change_kind, decision, valid_from,
    published_at)
SELECT v.code, v.version, coalesce(v.data->>'name', v.code), coalesce(v.data->>'sector', ''),
    array_remove(ARRAY[nullif(v.agency, 'QG')] || CASE jsonb_typeof(v.data->'performing_agencies')
        WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(v.data->'performing_agencies'))
        WHEN 'string' THEN ARRAY[v.data->>'performing_agencies'] ELSE '{}' END, NULL),
    CASE WHEN v.visibility = 'ABOLISHED' THEN 'ABOLISHED' ELSE coalesce(
        (SELECT p.change_kind FROM procedure_parts p WHERE p.code = v.code AND p.created_at = v.created_at
         ORDER BY p.part LIMIT 1), v.data->'decision'->>'change_kind', 'AMENDED') END,
    coalesce(v.data->'decision'->>'number', ''), v.valid_from, v.created_at
FROM unnest(:codes::text[], :versions::bigint[]) WITH ORDINALITY AS g(code, version, place)
JOIN procedure_versions v ON v.code = g.code AND v.version = g.version
ORDER BY g.place
"""
_UNMATCHED = Statement("""
SELECT DISTINCT ON (s.id) to_jsonb(s) AS subscription, e.*
FROM subscriptions s JOIN feed_entries e ON e.procedure = s.procedure AND e.id > s.told_until
    AND e.published_at > s.confirmed_at
WHERE s.state = 'FOLLOWING' ORDER BY s.id, e.id LIMIT :limit::int
""")


class PostgresReaders:
    """What is read, and who follows it."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def form(self, code: str, day: date, today: date) -> Mapping[str, Any] | None:
        """Return the form that applies on a day."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(_FORM, code=code, day=day, today=today)
        return found

    async def listed(self, kind: str, procedure: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return brief lines of the forms or pages in force."""
        rows = await self._unit.fetch(_LISTED[kind], procedure=procedure, after=after, limit=limit)
        return [row["data"] for row in rows]

    async def entries(self, scope: str, code: str, before: int | None, limit: int) -> Sequence[Entry]:
        """Return changes newest first."""
        rows = await self._unit.fetch(_ENTRIES, scope=scope, code=code, before=before, limit=limit)
        return [entry_of(row) for row in rows]

    async def subject(self, scope: str, code: str) -> str | None:
        """Return the name of what a feed is of."""
        found: str | None = await self._unit.fetch_value(_SUBJECTS[scope], code=code)
        return found

    async def directory(self, day: date) -> Sequence[Mapping[str, Any]]:
        """Return agencies and one-stop points that work on a day."""
        return [row["data"] for row in await self._unit.fetch(_DIRECTORY, day=day)]

    async def subscription(self, subscription_id: UUID) -> tuple[Subscription, str] | None:
        """Return a subscription and its procedure's name."""
        row = await self._unit.fetch_one(_SUBSCRIPTION, id=subscription_id)
        return None if row is None else (_subscription(dict(row)), row["name"] or "")

    async def asked(
        self, address: bytes, procedure: str, since: datetime
    ) -> tuple[Subscription | None, str | None, int]:
        """Return what this address has of the procedure, its name, and how often the address asked."""
        row = await self._unit.fetch_one(_ASKED, address=address, code=procedure, since=since)
        held = _of_json(row["held"]) if row["held"] else None  # type: ignore[index]  # one row always
        return held, row["name"], row["asked"]  # type: ignore[index]  # one row always

    def add(self, subscription: Subscription) -> None:
        """Queue a new subscription."""
        self._unit.write(
            _ADD,
            id=subscription.id,
            procedure=subscription.procedure,
            address=subscription.address,
            contact=subscription.contact,
            state=subscription.state.value,
            asked_at=subscription.asked_at,
            told_until=subscription.told_until,
        )

    def save(self, subscription: Subscription) -> None:
        """Queue a changed subscription."""
        self._unit.write(
            _SAVE,
            id=subscription.id,
            version=subscription.version,
            state=subscription.state.value,
            asked_at=subscription.asked_at,
            confirmed_at=subscription.confirmed_at,
            told_until=subscription.told_until,
        )

    def forget(self, subscription_id: UUID) -> None:
        """Queue that a subscription was never there."""
        self._unit.write(_FORGET, id=subscription_id)

    def forget_unconfirmed(self, before: datetime) -> None:
        """Queue that nobody asked who did not confirm."""
        self._unit.write(_FORGET_UNCONFIRMED, before=before)

    async def gather(self, limit: int) -> int:
        """Queue entries for publications that have none yet."""
        rows = await self._unit.fetch(_UNGATHERED, limit=limit)
        if rows:
            codes, versions = [row["code"] for row in rows], [row["version"] for row in rows]
            self._unit.write(Statement(_GATHER, rows=len(rows)), codes=codes, versions=versions)
        return len(rows)

    async def unmatched(self, limit: int) -> Sequence[Match]:
        """Return changes that are followed and not told, one a subscription."""
        rows = await self._unit.fetch(_UNMATCHED, limit=limit)
        return [Match(_of_json(row["subscription"]), entry_of(row)) for row in rows]


def _subscription(row: Mapping[str, Any]) -> Subscription:
    return Subscription(
        id=row["id"],
        procedure=row["procedure"],
        address=row["address"],
        contact=row["contact"],
        state=SubscriptionState(row["state"]),
        asked_at=row["asked_at"],
        confirmed_at=row["confirmed_at"],
        told_until=row["told_until"],
        version=row["version"],
    )


def _of_json(row: Mapping[str, Any]) -> Subscription:
    confirmed = row["confirmed_at"]
    return _subscription(
        {
            **row,
            "id": UUID(row["id"]),
            "address": bytes.fromhex(row["address"].removeprefix("\\x")),
            "asked_at": datetime.fromisoformat(row["asked_at"]),
            "confirmed_at": datetime.fromisoformat(confirmed) if confirmed else None,
        }
    )
