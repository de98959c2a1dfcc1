"""Messages that could not be applied, kept in the consumer's own database with the reason."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from kernel.core.bus import IncomingMessage
from kernel.postgres.statement import Statement

_KEEP = Statement(
    "INSERT INTO dead_letters (consumer, topic, partition, msg_offset, key, value, headers, reason, state)"
    " VALUES (:consumer, :topic, :partition, :msg_offset, :key, :value, :headers, :reason, :state)"
    " ON CONFLICT (consumer, topic, partition, msg_offset) DO NOTHING",
    rows=None,
)
_OPEN = "SELECT DISTINCT topic, key FROM dead_letters WHERE consumer = $1 AND state IN ('waiting', 'behind')"
_FREED = """
SELECT d.* FROM dead_letters d WHERE d.consumer = $1 AND d.state = 'behind' AND NOT EXISTS (
    SELECT 1 FROM dead_letters w WHERE w.consumer = d.consumer AND w.topic = d.topic AND w.key = d.key
    AND w.state = 'waiting') ORDER BY d.id LIMIT 200
"""
SETTLE = Statement(
    "UPDATE dead_letters SET state = :state, settled_at = clock_timestamp()"
    " WHERE id = :id AND state IN ('waiting', 'behind')"
)
_LIST = """
SELECT id, topic, key, reason, state, died_at, headers, msg_offset, partition, value
FROM dead_letters WHERE consumer = $1 AND state IN ('waiting', 'behind') ORDER BY id LIMIT $2
"""


class DeadLetters:
    """The dead letters of one consumer.

    `waiting` ones failed; `behind` ones came later with the same key and wait for those, so that the order
    of a key holds through a failure. An operator replays or gives up what waits; what was behind follows.
    """

    def __init__(self, pool: asyncpg.Pool, consumer: str) -> None:
        self._pool = pool
        self._consumer = consumer

    async def open_keys(self) -> set[tuple[str, str]]:
        """Return (topic, key) of every key with an unsettled letter."""
        return {(row["topic"], row["key"]) for row in await self._pool.fetch(_OPEN, self._consumer)}

    async def keep(self, message: IncomingMessage, reason: str, *, is_behind: bool = False) -> None:
        """Store a message; the same one twice is one letter."""
        values = {
            "consumer": self._consumer,
            "topic": message.topic,
            "partition": message.partition,
            "msg_offset": message.offset,
            "key": message.key,
            "value": message.value,
            "headers": dict(message.headers),
            "reason": reason[:2000],
            "state": "behind" if is_behind else "waiting",
        }
        await self._pool.execute(_KEEP.sql, *_KEEP.values(values))

    async def freed(self) -> list[Any]:
        """Return letters that were behind and have nothing before them any more, in order."""
        return list(await self._pool.fetch(_FREED, self._consumer))

    async def unsettled(self, limit: int = 100) -> Sequence[Any]:
        """Return the letters an operator should look at, oldest first."""
        return list(await self._pool.fetch(_LIST, self._consumer, limit))

    async def fail_again(self, letter_id: int, reason: str) -> None:
        """Let a letter that was behind, and failed when its turn came, wait for people itself."""
        await self._pool.execute(
            "UPDATE dead_letters SET state = 'waiting', reason = $2 WHERE id = $1", letter_id, reason[:2000]
        )

    async def settle(self, letter_id: int, state: str) -> None:
        """Mark a letter as `replayed` or `given_up` outside a unit of work."""
        await self._pool.execute(SETTLE.sql, *SETTLE.values({"id": letter_id, "state": state}))


def message_of(row: Any) -> IncomingMessage:
    """Return the message a letter holds."""
    return IncomingMessage(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["msg_offset"],
        key=row["key"],
        value=bytes(row["value"]),
        headers=row["headers"],
    )
