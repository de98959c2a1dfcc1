"""Accounts, their links and what was signed out: read in one statement, linked under a lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from services.gateway.domain.account import (
    Account,
    LinkedAlready,
    of_account,
    of_account_heard,
    of_session,
    of_subject,
    of_word,
)
from services.gateway.store.one_person import END, KEEP, LOCK, hold_to_number, lock_name, moment, one_number
from services.gateway.use_cases.ports import Seals, Standing

_PURPOSE = "account number"
_HOLDS = "revoked_at IS NULL AND (number_index IS NULL OR :number::bytea IS NULL OR number_index = :number)"
_STANDING = Statement(
    f"""
    WITH root AS (
        SELECT subject FROM account_links
        WHERE linked_issuer = :issuer AND linked_issuer_subject = :issuer_subject
          AND linked_subject = :subject AND {_HOLDS}
        UNION ALL
        SELECT subject FROM account_links
        WHERE subject = :subject AND {_HOLDS}
        LIMIT 1)
    SELECT (SELECT subject FROM root) AS root,
        (SELECT array_agg(l.linked_subject) FROM account_links l JOIN root USING (subject)
         WHERE l.revoked_at IS NULL) AS linked,
        (SELECT max(not_before) FROM signed_out WHERE what = ANY(:ended::text[])) AS not_before,
        EXISTS (SELECT 1 FROM account_links WHERE revoked_at IS NULL AND :number::bytea IS NOT NULL
            AND number_index IS DISTINCT FROM :number
            AND (subject = :subject OR linked_subject = :subject)) AS tells_otherwise
    """
)
_ENDED_AT = Statement("SELECT max(not_before) FROM signed_out WHERE what = ANY(:ended::text[])")
_FIRST_HEARD = Statement(
    "INSERT INTO signed_out (what, not_before) VALUES (:what, :now::timestamptz)"
    " ON CONFLICT (what) DO UPDATE SET not_before = signed_out.not_before RETURNING not_before"
)
# A sign-in that tells no number takes none back; the level is how surely the number kept was told.
_GOES_ON = (
    "excluded.number_index IS NULL AND accounts.number_index IS NOT NULL"
    " AND accounts.subject = excluded.subject AND accounts.kind = excluded.kind"
)
_REMEMBER = Statement(
    "INSERT INTO accounts (id, issuer, issuer_subject, subject, kind, number_index, level, first_at, last_at)"
    " VALUES (:id, :issuer, :issuer_subject, :subject, :kind, :number, :level, :now, :now)"
    " ON CONFLICT (issuer, issuer_subject) DO UPDATE SET subject = excluded.subject, kind = excluded.kind,"
    f" number_index = CASE WHEN {_GOES_ON} THEN accounts.number_index ELSE excluded.number_index END,"
    f" level = CASE WHEN {_GOES_ON} THEN least(accounts.level, excluded.level) ELSE excluded.level END,"
    " last_at = excluded.last_at"
)
TIED = Statement(
    "SELECT 1 FROM account_links WHERE revoked_at IS NULL AND (linked_subject = ANY(:subjects::text[])"
    " OR subject = :other::text"
    " OR (linked_issuer = :issuer AND linked_issuer_subject = :issuer_subject)) LIMIT 1"
)
LINK = Statement(
    "INSERT INTO account_links (id, subject, issuer, issuer_subject, linked_subject, linked_issuer,"
    " linked_issuer_subject, number_index, how, linked_by, linked_at)"
    " VALUES (:id, :subject, :issuer, :issuer_subject, :linked_subject, :linked_issuer,"
    " :linked_issuer_subject, :number, :how, :subject, :now)"
)


class PostgresAccounts:
    """A reading is one statement; a link, or its number, is looked at and kept in one transaction."""

    def __init__(self, pool: asyncpg.Pool, seals: Seals) -> None:
        self._pool = pool
        self._seals = seals

    async def standing(self, account: Account, session: str, now: datetime) -> Standing:
        """Return what holds of an account, and of its session at the issuer, in one statement.

        Where its links know no number, or another than it tells, that is settled first.
        """
        ended = [of_subject(account.subject), of_account(account.issuer, account.issuer_subject)]
        if session:
            ended.append(of_session(account.issuer, session))
        values = {**_place(account), "number": self.number(account.number), "ended": ended}
        row, is_apart = await self._pool.fetchrow(_STANDING.sql, *_STANDING.values(values)), False
        if row["tells_otherwise"]:
            async with self._pool.acquire() as connection, connection.transaction():
                is_apart = await hold_to_number(connection, account, self.number(account.number), now)
            row = await self._pool.fetchrow(_STANDING.sql, *_STANDING.values(values))
        subject = row["root"] or account.subject
        over = row["not_before"]
        return Standing(
            subject,
            frozenset({account.subject, *(row["linked"] or ())}) - {subject},
            over.timestamp() if over else None,
            is_apart,
        )

    async def ended_at(self, account: Account, session: str) -> float | None:
        """Return when, by the one clock, a sign-out of it or its session was last heard of; None: never."""
        ended = [of_subject(account.subject), of_account_heard(account.issuer, account.issuer_subject)]
        if session:
            ended.append(of_session(account.issuer, session))
        over = await self._pool.fetchval(_ENDED_AT.sql, *_ENDED_AT.values({"ended": ended}))
        return over.timestamp() if over else None

    async def remember(self, account: Account, now: datetime) -> bool:
        """Keep that this account signed in; tell whether what it tells ended a link, with its sessions."""
        number = self.number(account.number)
        values = {
            "id": new_id(),
            **_place(account),
            "kind": account.kind,
            "number": number,
            "level": account.level,
            "now": now,
        }
        async with self._pool.acquire() as connection:
            # Kept first: who links from here on reads it. Who links now is waited for: their link is seen.
            await connection.execute(_REMEMBER.sql, *_REMEMBER.values(values))
            await connection.execute(LOCK.sql, *LOCK.values({"what": lock_name(account.subject)}))
            async with connection.transaction():
                return await hold_to_number(connection, account, number, now)

    async def link(self, own: Account, other: Account, *, how: str, now: datetime) -> None:
        """Keep that both are one person's; raise `LinkedAlready` where either is linked otherwise.

        Raise `TwoPeople` where two numbers were ever told of them and of who is linked to them already.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await keep_link(connection, own, other, number=self._shared(own, other), how=how, now=now)

    def _shared(self, own: Account, other: Account) -> bytes | None:
        return self.number(own.number or other.number)

    async def end_tokens(self, what: Sequence[str], not_before: datetime) -> None:
        """Keep that what was issued before is over: of a subject, an account or its session; or was heard."""
        await self._pool.execute(END.sql, *END.values({"ended": list(what), "moment": not_before}))

    async def moment(self, now: datetime) -> datetime:
        """Return the moment by the one clock of all processes: the database's."""
        return await moment(self._pool, now)

    async def first_heard(self, word: str, now: datetime) -> datetime:
        """Return when a word of an issuer was first heard: now unless it is told again."""
        values = {"what": of_word(word), "now": now}
        heard: datetime = await self._pool.fetchval(_FIRST_HEARD.sql, *_FIRST_HEARD.values(values))
        return heard

    def number(self, number: str) -> bytes | None:
        """Return what is kept of a number."""
        return self._seals.blind_index(number, purpose=_PURPOSE) if number else None


async def keep_link(
    connection: Any, own: Account, other: Account, *, number: bytes | None, how: str, now: datetime
) -> None:
    """Keep a link in the connection's transaction, one of these accounts at a time."""
    for what in sorted({own.subject, other.subject}):
        await connection.execute(LOCK.sql, *LOCK.values({"what": lock_name(what)}))
    tied = {
        "subjects": [own.subject, other.subject],
        "other": other.subject,
        "issuer": other.issuer,
        "issuer_subject": other.issuer_subject,
    }
    if own.subject == other.subject or await connection.fetchval(TIED.sql, *TIED.values(tied)):
        raise LinkedAlready

    async def told(statement: Statement, subjects: list[str]) -> Any:
        return await connection.fetch(statement.sql, *statement.values({"subjects": subjects}))

    number = await one_number(told, tied["subjects"], number)
    values = {
        "id": new_id(),
        **_place(own),
        "linked_subject": other.subject,
        "linked_issuer": other.issuer,
        "linked_issuer_subject": other.issuer_subject,
        "number": number,
        "how": how,
        "now": now,
    }
    await connection.execute(LINK.sql, *LINK.values(values))
    if number is not None:
        await connection.execute(KEEP.sql, *KEEP.values({"subject": own.subject, "number": number}))


def _place(account: Account) -> dict[str, str]:
    return {
        "issuer": account.issuer,
        "issuer_subject": account.issuer_subject,
        "subject": account.subject,
    }
