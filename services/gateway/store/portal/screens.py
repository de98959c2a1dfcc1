"""What supervisors and administrators see of the portal's side: one statement a screen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.inbound.messages import FAULTY
from services.gateway.store.portal.ledger import reason_of

# Tried again and again, or for hours: people look into it, whatever it waits for.
_STUCK = (
    "(state IN ('WAITING', 'SENDING') AND attempts > 0"
    " AND (attempts >= 10 OR occurred_at < :now::timestamptz - interval '2 hours'))"
)
# What waits of a dossier another system ended is not told any more, and nobody's task.
_LEFT = "EXISTS (SELECT FROM portal_owners o WHERE o.dossier_id = portal_ledger.dossier_id AND o.has_ended)"
_FIGURES = Statement(f"""
WITH open AS (SELECT * FROM portal_ledger WHERE state <> 'CONFIRMED' AND NOT {_LEFT}),
recent AS (SELECT extract(epoch FROM settled_at - occurred_at) AS lag FROM portal_ledger
    WHERE state = 'CONFIRMED' AND settled_at > :now::timestamptz - interval '1 hour')
SELECT
    (SELECT count(*) FROM open WHERE state = 'WAITING') AS waiting,
    (SELECT count(*) FROM open WHERE state = 'SENDING') AS sending,
    (SELECT count(*) FROM open WHERE state = 'REFUSED') AS refused,
    (SELECT count(*) FROM open WHERE state = 'UNMAPPED') AS unmapped,
    (SELECT count(*) FROM open WHERE is_silence) AS waiting_out_silence,
    (SELECT count(*) FROM portal_ledger WHERE state = 'CONFIRMED') AS confirmed,
    (SELECT coalesce(extract(epoch FROM :now::timestamptz - min(occurred_at)), 0)::float8 FROM open
        WHERE state IN ('WAITING', 'SENDING')) AS lag_seconds,
    (SELECT count(*) FROM recent) AS confirmed_last_hour,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) FROM recent)::float8 AS lag_median_seconds,
    (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY lag) FROM recent)::float8 AS lag_p95_seconds,
    (SELECT coalesce(jsonb_agg(x ORDER BY x.rows DESC), '[]') FROM (SELECT answer_code AS code,
        left(min(answer), 200) AS message, count(*) AS rows FROM open WHERE state = 'REFUSED'
        GROUP BY 1, {reason_of("answer")} ORDER BY 3 DESC LIMIT 50) AS x) AS refused_by_reason,
    (SELECT count(*) FROM open WHERE {_STUCK}) AS stuck,
    (SELECT coalesce(jsonb_agg(x ORDER BY x.rows DESC), '[]') FROM (SELECT answer_code AS code,
        left(min(answer), 200) AS message, count(*) AS rows FROM open WHERE {_STUCK}
        GROUP BY 1, {reason_of("answer")} ORDER BY 3 DESC LIMIT 50) AS x) AS stuck_by_reason,
    (SELECT coalesce(jsonb_agg(x ORDER BY x.rows DESC), '[]') FROM (SELECT procedure_code,
        count(*) AS rows FROM open WHERE state = 'UNMAPPED' GROUP BY 1 ORDER BY 2 DESC LIMIT 100) AS x)
        AS unmapped_procedures,
    (SELECT coalesce(jsonb_object_agg(state, n), '{{}}') FROM (SELECT state, count(*) AS n
        FROM portal_inbound GROUP BY 1) AS x) AS inbound,
    (SELECT count(*) FROM portal_inbound WHERE state = 'PARKED' AND starts_with(reason, :faulty))
        AS inbound_faulty,
    (SELECT coalesce(jsonb_agg(x ORDER BY x.messages DESC, x.path), '[]') FROM (SELECT path,
        count(*) AS messages, count(*) FILTER (WHERE state = 'PARKED') AS waiting
        FROM (SELECT unnest(unread) AS path, state FROM portal_inbound
            WHERE unread <> '{{}}' AND received_at > :now::timestamptz - interval '30 days') AS u
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100) AS x) AS inbound_unread,
    (SELECT count(*) FROM portal_differences d WHERE NOT EXISTS (SELECT FROM portal_owners o
        WHERE o.dossier_id = d.dossier_id AND NOT o.is_ours)) AS differences
""")
_COUNT_STUCK = Statement(
    f"SELECT count(*) FROM portal_ledger WHERE state <> 'CONFIRMED' AND {_STUCK} AND NOT {_LEFT}"
)
# By the open ledger's and the open messages' own indexes: counted every minute.
_WAIT_FOR_PEOPLE = Statement(f"""
SELECT count(DISTINCT dossier_id) FILTER (WHERE state = 'REFUSED') AS refused,
    count(DISTINCT dossier_id) FILTER (WHERE state = 'UNMAPPED') AS unmapped,
    (SELECT count(*) FROM portal_inbound WHERE state IN ('PARKED', 'RECEIVED') AND state <> 'DONE'
        AND received_at < :now::timestamptz - interval '4 hours') AS inbound
FROM portal_ledger
WHERE state <> 'CONFIRMED' AND state IN ('REFUSED', 'UNMAPPED') AND NOT {_LEFT}
    AND occurred_at < :now::timestamptz - interval '1 day'
""")
_CAUGHT = Statement("""
SELECT count(*) FILTER (WHERE state = 'PARKED') AS waiting,
    count(*) FILTER (WHERE state <> 'PARKED') AS carried
FROM portal_inbound WHERE unread <> '{}' AND received_at > :now::timestamptz - interval '1 day'
""")
_LEDGER = Statement(f"""
SELECT dossier_id, version, part, kind, portal_status, code, procedure_code, occurred_at, state, attempts,
       next_attempt_at, answer_code, answer, settled_at
FROM portal_ledger
WHERE (:state::text IS NULL OR state = :state) AND (:dossier_id::uuid IS NULL OR dossier_id = :dossier_id)
  AND (NOT :is_stuck::boolean OR {_STUCK} AND NOT {_LEFT})
  AND (:after_at::timestamptz IS NULL
       OR (occurred_at, dossier_id, version, part)
        > (:after_at, :after_id::uuid, :after_version, :after_part))
ORDER BY occurred_at, dossier_id, version, part LIMIT :limit
""")
# One found before the dossier went to another system is nobody's task while it is there.
_DIFFERENCES = Statement(
    "SELECT d.* FROM portal_differences d WHERE NOT EXISTS (SELECT FROM portal_owners o"
    " WHERE o.dossier_id = d.dossier_id AND NOT o.is_ours) ORDER BY found_at DESC, dossier_id LIMIT :limit"
)
_INBOUND = Statement("""
SELECT id, path, received_at, state, attempts, next_attempt_at, portal_code, other_codes, dossier_id,
       answer_code, answer, reason, CASE WHEN parts > 0
           THEN (SELECT coalesce(sum(p.size), 0) FROM portal_inbound_parts p
                 WHERE p.message_id = portal_inbound.id)
           ELSE length(body) - CASE WHEN is_sealed THEN 29 ELSE 0 END END AS bytes
FROM portal_inbound
WHERE state NOT IN ('DONE', 'SETTLED') AND (:state::text IS NULL OR state = :state)
  AND (:code::text = '' OR portal_code = :code OR :code = ANY(other_codes))
  AND (:after::uuid IS NULL OR id > :after)
ORDER BY id LIMIT :limit
""")

_STATE = Statement(
    "SELECT state FROM portal_ledger WHERE dossier_id = :dossier_id AND version = :version AND part = :part"
)


# A month's satisfaction is a list of ours.
_LISTS = Statement(
    "SELECT name, read_at, lines, unread, fault, fault_at FROM portal_reads"
    " WHERE name NOT LIKE 'satisfaction:%' ORDER BY name LIMIT 100"
)


class PostgresPortalScreens:
    """Reads only."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def figures(self, now: datetime) -> dict[str, Any]:
        """Return how far the portal is behind, and why."""
        figures = dict(await self._unit.fetch_one(_FIGURES, now=now, faulty=FAULTY) or {})
        return {**figures, "lists": [dict(row) for row in await self._unit.fetch(_LISTS)]}

    async def stuck(self, now: datetime) -> int:
        """Return how many rows were tried for long in vain."""
        return int(await self._unit.fetch_value(_COUNT_STUCK, now=now))

    async def wait_for_people(self, now: datetime) -> dict[str, int]:
        """Return what only people can move: dossiers refused or unmapped for a day, messages that wait."""
        row = await self._unit.fetch_one(_WAIT_FOR_PEOPLE, now=now)
        return dict(row) if row else {}

    async def caught(self, now: datetime) -> dict[str, int]:
        """Return in how many messages of a day the last look found what nobody read, by what came of them."""
        row = await self._unit.fetch_one(_CAUGHT, now=now)
        return dict(row) if row else {}

    async def ledger(
        self,
        *,
        state: str | None,
        dossier_id: UUID | None,
        is_stuck: bool,
        now: datetime,
        after: tuple[datetime, UUID, int, int] | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Return rows of the ledger, oldest first."""
        at, one, version, part = after or (None, None, 0, 0)
        rows = await self._unit.fetch(
            _LEDGER,
            state=state,
            dossier_id=dossier_id,
            is_stuck=is_stuck,
            now=now,
            after_at=at,
            after_id=one,
            after_version=version,
            after_part=part,
            limit=limit,
        )
        return [dict(row) for row in rows]

    async def ledger_state(self, dossier_id: UUID, version: int, part: int) -> str | None:
        """Return where one row of the ledger is, None when there is no such row."""
        found: str | None = await self._unit.fetch_value(
            _STATE, dossier_id=dossier_id, version=version, part=part
        )
        return found

    async def differences(self, limit: int) -> list[dict[str, Any]]:
        """Return what the portal was found to hold otherwise, newest first."""
        return [dict(row) for row in await self._unit.fetch(_DIFFERENCES, limit=limit)]

    async def inbound(
        self, *, state: str | None, code: str, after: UUID | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return messages that are not done (with a code those about its dossier), without bodies."""
        rows = await self._unit.fetch(_INBOUND, state=state, code=code, after=after, limit=limit)
        return [dict(row) for row in rows]
