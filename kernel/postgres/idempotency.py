"""Answers kept under idempotency keys: replayed to the same request, refused to another."""

from dataclasses import dataclass

import asyncpg

from kernel.core.errors import Kind, Refusal
from kernel.postgres.statement import Statement

_FIND = Statement(
    "SELECT request_hash, status, headers, body FROM idempotency_keys"
    " WHERE principal = :principal AND key = :key"
)
_FORGET = Statement(
    "DELETE FROM idempotency_keys WHERE (principal, key) IN (SELECT principal, key FROM idempotency_keys"
    " WHERE created_at < clock_timestamp() - interval '7 days' LIMIT 5000)",
    rows=None,
)


class KeyReused(Refusal):
    """The idempotency key belongs to another request of the same caller (422)."""

    code = "idempotency-key-reused"
    kind = Kind.INVALID
    title = "Khóa chống gửi trùng đã dùng cho một yêu cầu khác"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


async def find_answer(
    pool: asyncpg.Pool, *, principal: str, key: str, request_hash: bytes
) -> KeptAnswer | None:
    """Return the answer kept under this key; raise `KeyReused` when the request was another one."""
    row = await pool.fetchrow(_FIND.sql, *_FIND.values({"principal": principal, "key": key}))
    if row is None:
        return None
    if bytes(row["request_hash"]) != request_hash:
        raise KeyReused
    return KeptAnswer(status=row["status"], headers=row["headers"], body=bytes(row["body"]))


async def forget_old_answers(pool: asyncpg.Pool) -> None:
    """Drop keys older than seven days, some thousands at a time."""
    await pool.execute(_FORGET.sql)
