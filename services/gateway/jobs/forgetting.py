"""Forgets sessions that have ended, failures that no longer count, sign-outs no token is older than."""

from kernel.service import Job, JobTick

_EXPIRED = (
    "DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE expires_at < $1 LIMIT 5000)",
    "DELETE FROM failed_attempts WHERE what IN (SELECT what FROM failed_attempts"
    " WHERE last_at < $1::timestamptz - interval '1 day' LIMIT 5000)",
    # Longer than any issuer's token lives: what is forgotten here would work again.
    "DELETE FROM signed_out WHERE what IN (SELECT what FROM signed_out"
    " WHERE not_before < $1::timestamptz - interval '366 days' LIMIT 5000)",
)


async def _forget(tick: JobTick) -> None:
    for statement in _EXPIRED:
        await tick.runtime.pool.execute(statement, tick.now)


FORGET = Job("forget-expired", 300, _forget)
