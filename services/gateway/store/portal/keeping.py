"""Seals what was kept before values were sealed, and forgets what is done."""

from datetime import datetime
from typing import Any

import asyncpg

from services.gateway.store.portal.seals import PortalSeals

_BATCH = 100
_PLAIN_MESSAGES = (
    "SELECT id, body, corrections FROM portal_inbound WHERE NOT is_sealed LIMIT $1 FOR UPDATE SKIP LOCKED"
)
_SEAL_MESSAGE = "UPDATE portal_inbound SET body = $2, corrections = $3, is_sealed = true WHERE id = $1"
_PLAIN_ACTS = (
    "SELECT id, message_id, fields, reason FROM portal_inbound_acts WHERE NOT is_sealed"
    " LIMIT $1 FOR UPDATE SKIP LOCKED"
)
_SEAL_ACT = "UPDATE portal_inbound_acts SET fields = $2, reason = $3, is_sealed = true WHERE id = $1"
_PLAIN_FILES = (
    "SELECT token, attachment_id, file_name FROM portal_files WHERE NOT is_sealed"
    " LIMIT $1 FOR UPDATE SKIP LOCKED"
)
_SEAL_FILE = "UPDATE portal_files SET file_name = $2, is_sealed = true WHERE token = $1"
# Who did what, when, and to which fields stays; the values and the words go with the message. A row somebody
# is at is left for the next time: a refused message tried again at this moment keeps what it says.
_FORGET = """
WITH gone AS (
    UPDATE portal_inbound SET body = '', outline = NULL, corrections = '{}', is_sealed = true,
        forgotten_at = $1
    WHERE id IN (SELECT id FROM portal_inbound WHERE state IN ('DONE', 'REFUSED', 'SETTLED')
                 AND forgotten_at IS NULL AND settled_at < $2
                 ORDER BY settled_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING id),
links AS (UPDATE portal_links SET address = '' WHERE message_id IN (SELECT id FROM gone) RETURNING id),
files AS (DELETE FROM portal_link_parts WHERE link_id IN (SELECT id FROM links)),
parts AS (DELETE FROM portal_inbound_parts WHERE message_id IN (SELECT id FROM gone))
UPDATE portal_inbound_acts AS a SET reason = '', is_sealed = true,
    fields = (SELECT coalesce(jsonb_object_agg(key, ''), '{}') FROM jsonb_object_keys(a.fields) AS key)
FROM gone WHERE a.message_id = gone.id
"""
# A body that never ended, or whose process was killed before its message was kept.
_SWEEP = """
DELETE FROM portal_inbound_parts AS p WHERE kept_at < $1
    AND NOT EXISTS (SELECT 1 FROM portal_inbound m WHERE m.id = p.message_id AND m.parts > p.place)
"""


# A moment further ahead than any wait was written by a clock that has been set back since. A sender that
# lives renews its leases well before what is left of them here has ended.
_SET_BACK = (
    "UPDATE portal_ledger SET next_attempt_at = least(next_attempt_at, $1), lease_until = CASE"
    " WHEN lease_until > $2 THEN $1::timestamptz + interval '1 minute' ELSE lease_until END"
    " WHERE state IN ('WAITING', 'SENDING') AND (next_attempt_at > $2 OR lease_until > $2)",
    "UPDATE portal_inbound SET next_attempt_at = $1 WHERE next_attempt_at > $2",
    "UPDATE portal_links SET next_attempt_at = $1 WHERE state = 'WAITING' AND next_attempt_at > $2",
    "UPDATE portal_questions SET next_attempt_at = $1 WHERE next_attempt_at > $2",
)


class PostgresPortalKeeping:
    """Some rows at a time, each kind in a transaction of its own."""

    def __init__(self, pool: asyncpg.Pool, seals: PortalSeals) -> None:
        self._pool = pool
        self._seals = seals

    async def seal_plain(self) -> int:
        """Seal some of what is kept plain; return how many rows, 0 when none is left."""
        seals = self._seals
        async with self._pool.acquire() as connection:
            messages = await _each(
                connection, _PLAIN_MESSAGES, _SEAL_MESSAGE, lambda row: _message(row, seals)
            )
            acts = await _each(connection, _PLAIN_ACTS, _SEAL_ACT, lambda row: _act(row, seals))
            files = await _each(connection, _PLAIN_FILES, _SEAL_FILE, lambda row: _file(row, seals))
        return messages + acts + files

    async def after_set_back(self, *, now: datetime, beyond: datetime) -> None:
        """Let what waits for a moment after `beyond`, longer than anything waits, go on now."""
        for statement in _SET_BACK:
            await self._pool.execute(statement, now, beyond)

    async def sweep_parts(self, *, before: datetime) -> None:
        """Forget parts that came before then and belong to no message."""
        await self._pool.execute(_SWEEP, before)

    async def forget_done(self, *, now: datetime, before: datetime) -> None:
        """Forget what messages said that were done or refused before then; hash, codes and outcome stay."""
        await self._pool.execute(_FORGET, now, before)


async def _each(connection: Any, find: str, seal: str, sealed: Any) -> int:
    async with connection.transaction():
        rows = await connection.fetch(find, _BATCH)
        await connection.executemany(seal, [sealed(row) for row in rows])
    return len(rows)


def _message(row: Any, seals: PortalSeals) -> tuple[Any, ...]:
    body = seals.seal_body(bytes(row["body"]), row["id"])
    return row["id"], body, seals.seal_fields(row["corrections"], row["id"])


def _act(row: Any, seals: PortalSeals) -> tuple[Any, ...]:
    of = row["message_id"]
    return row["id"], seals.seal_fields(row["fields"], of), seals.seal_text(row["reason"], of)


def _file(row: Any, seals: PortalSeals) -> tuple[Any, ...]:
    return row["token"], seals.seal_text(row["file_name"], row["attachment_id"])
