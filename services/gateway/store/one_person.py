"""One number, one person: the first number linked accounts tell is kept with their links, another ends them.

Accounts that tell no number are linked by being shown together; what they tell later is held against the link
wherever it is told: at a sign-in, by a session or by an app's token. All under the lock links are made under.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog

from kernel.core.clock import APART
from kernel.postgres.statement import Statement
from services.gateway.domain.account import Account, TwoPeople, of_subject

LOCK = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
ANOTHER_NUMBER = "another-number"
"""Who ended a link that nobody ended: an account of it told another number."""

_PERSON = """
    SELECT linked_subject AS own FROM account_links
    WHERE revoked_at IS NULL AND subject = ANY(:subjects::text[])
    UNION SELECT unnest(:subjects::text[])
"""
_TOLD = Statement(
    f"""
    WITH person AS ({_PERSON})
    SELECT number_index FROM accounts JOIN person ON own = subject WHERE number_index IS NOT NULL
    UNION
    SELECT number_index FROM account_links JOIN person ON own = subject
    WHERE revoked_at IS NULL AND number_index IS NOT NULL
    """
)
_OF = "revoked_at IS NULL AND (subject = :subject OR linked_subject = :subject)"
_ROOT = Statement(
    f"SELECT subject FROM account_links WHERE {_OF} AND number_index IS DISTINCT FROM :number LIMIT 1"
)
_APART = Statement(
    f"""
    UPDATE account_links SET revoked_by = '{ANOTHER_NUMBER}', revoked_at = :now
    WHERE {_OF} AND number_index <> :number
    RETURNING id, subject, linked_subject
    """
)
KEEP = Statement(
    """
    UPDATE account_links SET number_index = :number
    WHERE revoked_at IS NULL AND number_index IS NULL AND (subject = :subject OR subject IN (
        SELECT subject FROM account_links WHERE revoked_at IS NULL AND linked_subject = :subject))
    """,
    rows=None,
)
_SHOWN_TO = Statement(_PERSON)
_SESSIONS = Statement("DELETE FROM sessions WHERE subject = ANY(:subjects::text[])")
_MOMENT = Statement(
    "SELECT CASE WHEN clock_timestamp() BETWEEN :now::timestamptz - :apart::interval"
    " AND :now::timestamptz + :apart::interval THEN clock_timestamp() ELSE :now::timestamptz END"
)
END = Statement(
    "INSERT INTO signed_out (what, not_before) SELECT what, :moment::timestamptz"
    " FROM unnest(:ended::text[]) AS what"
    " ON CONFLICT (what) DO UPDATE SET not_before = greatest(signed_out.not_before, excluded.not_before)"
)

_log = structlog.get_logger()


def lock_name(subject: str) -> str:
    """Name what is locked while links of a subject are made, numbered or ended for their number."""
    return f"account link {subject}"


async def moment(connection: Any, now: datetime) -> datetime:
    """Return the moment by the database's clock, of which there is one; `now` where that is moved on purpose.

    What processes whose clocks are apart must agree on: what was given out before a sign-out, what after.
    """
    values = _MOMENT.values({"now": now, "apart": APART})
    found: datetime = await connection.fetchval(_MOMENT.sql, *values)
    return found


async def one_number(fetch: Any, subjects: Iterable[str], number: bytes | None) -> bytes | None:
    """Return the only number told of these and of all linked to them; raise `TwoPeople` where two are.

    `fetch` reads in the transaction that holds the locks; who signs in later is held against what it keeps.
    """
    told = {bytes(row["number_index"]) for row in await fetch(_TOLD, list(subjects))}
    told |= {number} if number else set()
    if len(told) > 1:
        raise TwoPeople
    return next(iter(told), None)


async def hold_to_number(connection: Any, account: Account, number: bytes | None, now: datetime) -> bool:
    """Hold what an account tells against its links, in the connection's transaction; tell whether one ended.

    A link without a number takes this one. A link of another number ends, and with it every session and token
    of who was one by it: each signs in anew, as who they are.
    """
    if number is None:
        return False
    values = {"subject": account.subject, "number": number}
    root = await connection.fetchval(_ROOT.sql, *_ROOT.values(values))
    if root is None:
        return False
    await connection.execute(LOCK.sql, *LOCK.values({"what": lock_name(root)}))
    apart = await connection.fetch(_APART.sql, *_APART.values({**values, "now": now}))
    await connection.execute(KEEP.sql, *KEEP.values(values))
    if not apart:
        return False
    were_one = {row[name] for row in apart for name in ("subject", "linked_subject")}
    shown = await connection.fetch(_SHOWN_TO.sql, *_SHOWN_TO.values({"subjects": sorted(were_one)}))
    subjects = sorted(row["own"] for row in shown)
    over = {"ended": [of_subject(one) for one in subjects], "moment": await moment(connection, now)}
    await connection.execute(END.sql, *END.values(over))
    await connection.execute(_SESSIONS.sql, *_SESSIONS.values({"subjects": subjects}))
    _log.warning("accounts linked tell two numbers, link ended", links=[str(row["id"]) for row in apart])
    return True
