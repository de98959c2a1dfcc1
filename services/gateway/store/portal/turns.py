"""Turns to call the portal, handed out in PostgreSQL: the quota is one, however many processes there are."""

import asyncpg

from kernel.postgres.statement import Statement

# A turn that lies further ahead than processes could have asked for is a clock's that was set back.
_TAKE = Statement("""
INSERT INTO portal_turns AS t (queue, free_at)
VALUES (true, clock_timestamp() + make_interval(secs => :seconds::float8))
ON CONFLICT (queue) DO UPDATE SET free_at = make_interval(secs => :seconds) + CASE
    WHEN t.free_at BETWEEN clock_timestamp()
                       AND clock_timestamp() + make_interval(secs => :seconds * :most::float8)
    THEN t.free_at ELSE clock_timestamp() END
RETURNING extract(epoch FROM free_at - make_interval(secs => :seconds) - clock_timestamp())::float8
""")
_MOST_PROCESSES = 50


class PostgresTurns:
    """One row says until when turns are given away; a statement takes the next ones."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def take(self, count: int, per_second: float) -> float:
        """Take so many turns in a row, this many a second; return in how many seconds the first one is."""
        values = {"seconds": count / per_second, "most": float(_MOST_PROCESSES)}
        found: float = await self._pool.fetchval(_TAKE.sql, *_TAKE.values(values))
        return max(0.0, found)
