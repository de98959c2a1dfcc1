"""Answers kept under idempotency keys: replayed to the same request, refused to another.

An answer may hold what only its receiver should see (a look-up secret, a name), so its body is sealed.
"""

from dataclasses import dataclass

import asyncpg

from kernel.core.errors import Kind, Refusal
from kernel.postgres.statement import Statement
from kernel.sealing import SealBroken, Sealer

_SEALED = b"\x01"
"""The first byte of a sealed body; what was kept before bodies were sealed is JSON and begins otherwise."""
_PURPOSE = "idempotent answer"
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


class AnswerUnreadable(Refusal):
    """The request was carried out; its answer was sealed with a key this service no longer has (409)."""

    code = "idempotent-answer-unreadable"
    kind = Kind.CONFLICT
    title = "Yêu cầu này đã được thực hiện; không còn đọc lại được câu trả lời, hãy xem hồ sơ"


def sealed_body(seals: Sealer, body: bytes) -> bytes:
    """Return a body as it is kept."""
    return _SEALED + seals.seal_bytes(body, purpose=_PURPOSE)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


async def find_answer(
    pool: asyncpg.Pool, seals: Sealer, *, principal: str, key: str, request_hash: bytes
) -> KeptAnswer | None:
    """Return the answer kept under this key.

    Raises `KeyReused` when the request was another one, `AnswerUnreadable` when it cannot be opened.
    """
    row = await pool.fetchrow(_FIND.sql, *_FIND.values({"principal": principal, "key": key}))
    if row is None:
        return None
    if bytes(row["request_hash"]) != request_hash:
        raise KeyReused
    return KeptAnswer(status=row["status"], headers=row["headers"], body=_opened(seals, bytes(row["body"])))


def _opened(seals: Sealer, body: bytes) -> bytes:
    if not body.startswith(_SEALED):
        return body
    try:
        return seals.open_bytes(body[len(_SEALED) :], purpose=_PURPOSE)
    except SealBroken as error:
        raise AnswerUnreadable from error


async def forget_old_answers(pool: asyncpg.Pool) -> None:
    """Drop keys older than seven days, some thousands at a time."""
    await pool.execute(_FORGET.sql)
