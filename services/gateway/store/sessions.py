"""Browsers' sessions: the number hashed, the identity sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import asyncpg

from kernel.core.caller import Caller, CallerKind
from kernel.postgres.statement import Statement
from services.gateway.domain.account import Account
from services.gateway.domain.identity import numbers_of
from services.gateway.use_cases.ports import Seals, Session

_COLUMNS = "id_hash, subject, identity, issuer, issuer_subject, issuer_session, created_at, expires_at"
_VALUES = ":id_hash, :subject, :identity, :issuer, :issuer_subject, :issuer_session, :now, :expires_at"
_OPEN = Statement(f"INSERT INTO sessions ({_COLUMNS}) VALUES ({_VALUES})")
_RENEW = Statement(
    "WITH gone AS (DELETE FROM sessions WHERE id_hash = :old AND expires_at > :now::timestamptz RETURNING 1)"
    f" INSERT INTO sessions ({_COLUMNS}) SELECT :id_hash::bytea, :subject::text, :identity::text,"
    " :issuer::text, :issuer_subject::text, :issuer_session::text, :now::timestamptz,"
    " :expires_at::timestamptz FROM gone"
)
_FIND = Statement(
    "SELECT identity, issuer, issuer_subject, issuer_session, expires_at FROM sessions"
    " WHERE id_hash = :id_hash AND expires_at > :now"
)
_END = Statement("DELETE FROM sessions WHERE id_hash = :id_hash")
_END_ALL = Statement("DELETE FROM sessions WHERE subject = ANY(:subjects::text[])")
_END_TOLD = Statement(
    "DELETE FROM sessions WHERE issuer = :issuer AND issuer_subject = :subject"
    " AND created_at <= :until::timestamptz"
)
_END_TOLD_ONE = Statement(
    "DELETE FROM sessions WHERE issuer = :issuer AND issuer_session = :session AND issuer_session <> ''"
    " AND (:subject = '' OR issuer_subject = :subject) AND created_at <= :until::timestamptz"
)
_PURPOSE = "session identity"
_FIELDS = ("subject", "name", "identity_number", "told_number", "assurance", "assurance_level")


class PostgresSessions:
    """Each call is one statement of its own."""

    def __init__(self, pool: asyncpg.Pool, seals: Seals) -> None:
        self._pool = pool
        self._seals = seals

    async def open(self, id_hash: bytes, session: Session, now: datetime) -> None:
        """Keep a new session."""
        await self._pool.execute(_OPEN.sql, *_OPEN.values(self._row(id_hash, session, now)))

    async def renew(self, id_hash: bytes, number: bytes, session: Session, now: datetime) -> bool:
        """Put a session in the place of one; False, and nothing kept, when that one has ended meanwhile."""
        values = {**self._row(number, session, now), "old": id_hash}
        done: str = await self._pool.execute(_RENEW.sql, *_RENEW.values(values))
        return done.endswith(" 1")

    def _row(self, id_hash: bytes, session: Session, now: datetime) -> dict[str, Any]:
        identity = {name: getattr(session.caller, name) for name in _FIELDS}
        account = session.account
        sealed = self._seals.seal(
            {
                **identity,
                "may_be_staff": session.may_be_staff,
                "hint": session.hint,
                "account": [account.kind, account.number] if account else None,
            },
            purpose=_PURPOSE,
        )
        return {
            "id_hash": id_hash,
            "subject": session.caller.subject,
            "identity": sealed,
            "issuer": session.issuer,
            "issuer_subject": session.issuer_subject,
            "issuer_session": session.issuer_session,
            "now": now,
            "expires_at": session.expires_at,
        }

    async def find(self, id_hash: bytes, now: datetime) -> Session | None:
        """Return a session that has not expired."""
        row = await self._pool.fetchrow(_FIND.sql, *_FIND.values({"id_hash": id_hash, "now": now}))
        if row is None:
            return None
        identity = cast("dict[str, Any]", self._seals.open(row["identity"], purpose=_PURPOSE))
        told = {name: identity[name] for name in _FIELDS if name in identity}
        own = told.pop("identity_number") or told.pop("told_number", "")
        kind, number = identity.get("account") or ("1", own)
        # Kept by an earlier version, it may call one's own a number nobody checked.
        told["identity_number"], told["told_number"] = numbers_of(own, told.get("assurance_level", 0))
        caller = Caller(kind=CallerKind.PERSON, **told)
        return Session(
            caller,
            identity["may_be_staff"],
            row["expires_at"],
            issuer=row["issuer"],
            issuer_subject=row["issuer_subject"],
            issuer_session=row["issuer_session"],
            hint=identity.get("hint", ""),
            account=Account(
                issuer=row["issuer"],
                issuer_subject=row["issuer_subject"],
                subject=caller.subject,
                kind=kind,
                number=number,
                level=caller.assurance_level,
            ),
        )

    async def end(self, id_hash: bytes) -> None:
        """Forget a session."""
        await self._pool.execute(_END.sql, *_END.values({"id_hash": id_hash}))

    async def end_all(self, subjects: Sequence[str]) -> None:
        """Forget every session of these subjects."""
        await self._pool.execute(_END_ALL.sql, *_END_ALL.values({"subjects": list(subjects)}))

    async def end_told(self, issuer: str, subject: str, session: str, until: datetime) -> None:
        """Forget what began at an issuer by then: one session of its, or without one all of its subject.

        A session may be named without whose it is.
        """
        values = {"issuer": issuer, "subject": subject, "until": until}
        ending = _END_TOLD_ONE if session else _END_TOLD
        named = values | {"session": session} if session else values
        await self._pool.execute(ending.sql, *ending.values(named))
