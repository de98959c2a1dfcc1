"""Public tracking in PostgreSQL: read in one statement, written in whatever order events come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.use_cases.ports import TrackingChange, TrackingFound

_FIND = Statement("""
SELECT t.dossier_id, t.secret_hash, t.shown, t.timeline,
       CASE WHEN a.code IS NOT NULL THEN jsonb_build_object('name', a.name, 'units', a.units) END AS agency,
       CASE WHEN t.shown ? 'members' THEN (
           SELECT jsonb_object_agg(k.dossier_id, jsonb_build_object('shown', k.shown, 'agency',
               CASE WHEN b.code IS NOT NULL THEN jsonb_build_object('name', b.name, 'units', b.units) END))
           FROM jsonb_array_elements(t.shown -> 'members') AS m
           JOIN tracking k ON k.dossier_id = (m ->> 'dossier_id')::uuid
           LEFT JOIN agencies b ON b.code = k.shown -> 'step' ->> 'agency') END AS children,
       (SELECT max(f.blocked_until) FROM failed_attempts f
        WHERE f.what = ANY (:attempts::bytea[])) AS blocked_until
FROM (SELECT 1) AS one
LEFT JOIN tracking_codes c ON c.code = :code
LEFT JOIN tracking t ON t.dossier_id = c.dossier_id
LEFT JOIN agencies a ON a.code = t.shown -> 'step' ->> 'agency'
""")
_COUNT = Statement("""
INSERT INTO failed_attempts AS f (what, free, failures, last_at, blocked_until)
SELECT x.what, x.free, 1, :now::timestamptz, :now FROM unnest(:whats::bytea[], :frees::int[]) AS x(what, free)
ON CONFLICT (what) DO UPDATE SET
    free = EXCLUDED.free,
    failures = CASE WHEN f.last_at < :now - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
    last_at = :now,
    blocked_until = :now + make_interval(secs => CASE
        WHEN f.last_at < :now - interval '1 hour' OR f.failures + 1 < EXCLUDED.free THEN 0
        ELSE least(900, 2 ^ least(10, f.failures + 2 - EXCLUDED.free)) END)
""")
_CODES = Statement(
    "INSERT INTO tracking_codes (code, dossier_id)"
    " SELECT x, :dossier_id::uuid FROM unnest(:codes::text[]) AS x ON CONFLICT (code) DO NOTHING",
    rows=None,
)
_APPLY = Statement("""
INSERT INTO tracking AS t (dossier_id, version, secret_hash, shown, timeline)
VALUES (:dossier_id, :version, :secret_hash, :shown, :timeline)
ON CONFLICT (dossier_id) DO UPDATE SET
    version = greatest(t.version, EXCLUDED.version),
    secret_hash = CASE WHEN EXCLUDED.version > t.version THEN EXCLUDED.secret_hash ELSE t.secret_hash END,
    shown = CASE WHEN EXCLUDED.version > t.version THEN EXCLUDED.shown ELSE t.shown END,
    timeline = t.timeline || EXCLUDED.timeline
""")
_ITS_MESSAGES = "portal_code IN (SELECT code FROM tracking_codes WHERE dossier_id = :dossier_id::uuid)"
# What was exchanged with the portal about it: when, under which codes and how it ended stays, no words.
_FORGET = tuple(
    Statement(statement, rows=None)
    for statement in (
        "DELETE FROM tracking WHERE dossier_id = :dossier_id::uuid",
        "DELETE FROM tracking_codes WHERE dossier_id = :dossier_id::uuid",
        "DELETE FROM portal_files WHERE dossier_id = :dossier_id::uuid",
        "UPDATE portal_ledger SET answer = '' WHERE dossier_id = :dossier_id::uuid AND answer <> ''",
        "UPDATE portal_inbound SET body = '', corrections = '{}', answer = '', reason = '',"
        " is_sealed = true, forgotten_at = coalesce(forgotten_at, settled_at, received_at)"
        f" WHERE {_ITS_MESSAGES}",
        "UPDATE portal_inbound_acts a SET reason = '', is_sealed = true, fields ="
        " (SELECT coalesce(jsonb_object_agg(key, ''), '{}') FROM jsonb_object_keys(a.fields) AS key)"
        f" WHERE message_id IN (SELECT id FROM portal_inbound WHERE {_ITS_MESSAGES})",
    )
)


class PostgresTracking:
    """Look-ups, one statement each, outside any transaction."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, code: str, attempts: Sequence[bytes]) -> TrackingFound:
        """Return the dossier of a code and the latest block on these attempts."""
        values = {"code": code, "attempts": list(attempts)}
        row = await self._pool.fetchrow(_FIND.sql, *_FIND.values(values))
        return TrackingFound(
            dossier_id=row["dossier_id"],
            secret_hash=row["secret_hash"],
            shown=row["shown"] or {},
            timeline=row["timeline"] or {},
            agency=row["agency"],
            children=row["children"] or {},
            blocked_until=row["blocked_until"],
        )

    async def count_failure(self, attempts: Sequence[tuple[bytes, int]], now: datetime) -> None:
        """Count a failure of each attempt."""
        ordered = sorted(attempts)
        values = {"now": now, "whats": [what for what, _ in ordered], "frees": [free for _, free in ordered]}
        await self._pool.execute(_COUNT.sql, *_COUNT.values(values))


class PostgresTrackingLedger:
    """Writes of public tracking, in the message's unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def apply(self, change: TrackingChange) -> None:
        """Merge a change: the newest version is shown, each entry of the timeline stays under its version."""
        self._unit.write(_CODES, dossier_id=change.dossier_id, codes=list(change.codes))
        self._unit.write(
            _APPLY,
            dossier_id=change.dossier_id,
            version=change.version,
            secret_hash=change.secret_hash,
            shown=change.shown,
            timeline={**change.entries, **({str(change.version): change.entry} if change.entry else {})},
        )

    def forget(self, dossier_id: UUID) -> None:
        """Forget a dossier: its codes, what was shown, its files' addresses, what the portal said of it."""
        for statement in _FORGET:
            self._unit.write(statement, dossier_id=dossier_id)
