"""Public tracking in PostgreSQL: read in one statement, written in whatever order events come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg
import orjson

from kernel.core.errors import Unavailable
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.use_cases.ports import TrackingChange, TrackingFound, TrackingKept

_FIND = Statement("""
SELECT t.dossier_id, t.secret_hash, t.shown::text AS shown, t.timeline::text AS timeline,
       CASE WHEN a.code IS NOT NULL
            THEN jsonb_build_object('name', a.name, 'units', a.units) END::text AS agency,
       r.contact::text AS contact,
       CASE WHEN t.shown ? 'members' THEN (
           SELECT jsonb_object_agg(k.dossier_id, jsonb_build_object('shown', k.shown, 'agency',
               CASE WHEN b.code IS NOT NULL THEN jsonb_build_object('name', b.name, 'units', b.units) END))
           FROM jsonb_array_elements(t.shown -> 'members') AS m
           JOIN tracking k ON k.dossier_id = (m ->> 'dossier_id')::uuid
           LEFT JOIN agencies b ON b.code = k.shown -> 'step' ->> 'agency') END::text AS children,
       (SELECT max(f.blocked_until) FROM failed_attempts f
        WHERE f.what = ANY (:attempts::bytea[])) AS blocked_until
FROM (SELECT 1) AS one
LEFT JOIN tracking_codes c ON c.code = :code
LEFT JOIN tracking t ON t.dossier_id = c.dossier_id
LEFT JOIN agencies a ON a.code = t.shown -> 'step' ->> 'agency'
LEFT JOIN agencies r ON r.code = t.shown -> 'receiving_agency' ->> 'code'
""")
# A row's `xmin` changes with every write of it: of the dossier, its agencies, its members and theirs.
_MARKS = Statement("""
SELECT t.dossier_id, concat_ws(' ', t.xmin, a.xmin, r.xmin, CASE WHEN t.shown ? 'members' THEN (
           SELECT string_agg(concat_ws(' ', k.dossier_id, k.xmin, b.xmin), ' ' ORDER BY k.dossier_id)
           FROM jsonb_array_elements(t.shown -> 'members') AS m
           JOIN tracking k ON k.dossier_id = (m ->> 'dossier_id')::uuid
           LEFT JOIN agencies b ON b.code = k.shown -> 'step' ->> 'agency') END) AS mark
FROM tracking t LEFT JOIN agencies a ON a.code = t.shown -> 'step' ->> 'agency'
LEFT JOIN agencies r ON r.code = t.shown -> 'receiving_agency' ->> 'code'
WHERE t.dossier_id = ANY (:dossiers::uuid[])
""")
# Free failures block nobody until a moment: by another replica's clock it might not be over.
_COUNT = Statement("""
INSERT INTO failed_attempts AS f (what, free, failures, last_at, blocked_until)
SELECT x.what, x.free, 1, :now::timestamptz, 'epoch'
FROM unnest(:whats::bytea[], :frees::int[]) AS x(what, free)
ON CONFLICT (what) DO UPDATE SET
    free = EXCLUDED.free,
    failures = CASE WHEN f.last_at < :now - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
    last_at = :now,
    blocked_until = CASE
        WHEN f.last_at < :now - interval '1 hour' OR f.failures + 1 < EXCLUDED.free THEN 'epoch'
        ELSE :now + make_interval(secs => least(900, 2 ^ least(10, f.failures + 2 - EXCLUDED.free))) END
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
        "DELETE FROM portal_inbound_parts WHERE message_id IN"
        f" (SELECT id FROM portal_inbound WHERE {_ITS_MESSAGES})",
        "UPDATE portal_inbound SET body = '', outline = NULL, corrections = '{}', answer = '', reason = '',"
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
            blocked_until=row["blocked_until"],
            read=partial(_read, row),
        )

    async def marks(self, dossiers: Iterable[UUID]) -> Mapping[UUID, str]:
        """Return the mark of each of these there is, in one statement."""
        values = {"dossiers": list(dossiers)}
        try:
            rows = await self._pool.fetch(_MARKS.sql, *_MARKS.values(values))
        except BROKEN_WORLD as error:
            raise Unavailable(type(error).__name__) from error
        return {row["dossier_id"]: row["mark"] for row in rows}

    async def count_failure(self, attempts: Sequence[tuple[bytes, int]], now: datetime) -> None:
        """Count a failure of each attempt."""
        ordered = sorted(attempts)
        values = {"now": now, "whats": [what for what, _ in ordered], "frees": [free for _, free in ordered]}
        await self._pool.execute(_COUNT.sql, *_COUNT.values(values))


def _read(row: asyncpg.Record) -> TrackingKept:
    return TrackingKept(
        shown=orjson.loads(row["shown"]),
        timeline=orjson.loads(row["timeline"]),
        agency=orjson.loads(row["agency"] or "null"),
        contact=orjson.loads(row["contact"] or "null"),
        children=orjson.loads(row["children"] or "{}"),
    )


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
