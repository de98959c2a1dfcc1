"""Browsers' sessions: the number hashed, the identity sealed."""

from datetime import datetime
from typing import Any, cast

import asyncpg

from kernel.core.caller import Caller, CallerKind
from kernel.postgres.statement import Statement
from services.gateway.use_cases.ports import Seals, Session

_OPEN = Statement(
    "INSERT INTO sessions"
    " (id_hash, subject, identity, issuer, issuer_subject, issuer_session, created_at, expires_at)"
    " VALUES (:id_hash, :subject, :identity, :issuer, :issuer_subject, :issuer_session, :now, :expires_at)"
)
_FIND = Statement(
    "SELECT identity, issuer, expires_at FROM sessions WHERE id_hash = :id_hash AND expires_at > :now"
)
_END = Statement("DELETE FROM sessions WHERE id_hash = :id_hash")
_END_ALL = Statement("DELETE FROM sessions WHERE subject = :subject")
_END_TOLD = Statement(
    "DELETE FROM sessions WHERE issuer = :issuer AND issuer_subject = :subject"
    " AND (:session = '' OR issuer_session = :session)"
)
_PURPOSE = "session identity"
_FIELDS = ("subject", "name", "identity_number", "assurance")


class PostgresSessions:
    """Each call is one statement of its own."""

    def __init__(self, pool: asyncpg.Pool, seals: Seals) -> None:
        self._pool = pool
        self._seals = seals

    async def open(self, id_hash: bytes, session: Session, now: datetime) -> None:
        """Keep a new session."""
        identity = {name: getattr(session.caller, name) for name in _FIELDS}
        sealed = self._seals.seal(
            {**identity, "may_be_staff": session.may_be_staff, "hint": session.hint}, purpose=_PURPOSE
        )
        values = {
            "id_hash": id_hash,
            "subject": session.caller.subject,
            "identity": sealed,
            "issuer": session.issuer,
            "issuer_subject": session.issuer_subject,
            "issuer_session": session.issuer_session,
            "now": now,
            "expires_at": session.expires_at,
        }
        await self._pool.execute(_OPEN.sql, *_OPEN.values(values))

    async def find(self, id_hash: bytes, now: datetime) -> Session | None:
        """Return a session that has not expired."""
        row = await self._pool.fetchrow(_FIND.sql, *_FIND.values({"id_hash": id_hash, "now": now}))
        if row is None:
            return None
        identity = cast("dict[str, Any]", self._seals.open(row["identity"], purpose=_PURPOSE))
        caller = Caller(kind=CallerKind.PERSON, **{name: identity[name] for name in _FIELDS})
        return Session(
            caller,
            identity["may_be_staff"],
            row["expires_at"],
            issuer=row["issuer"],
            hint=identity.get("hint", ""),
        )

    async def end(self, id_hash: bytes) -> None:
        """Forget a session."""
        await self._pool.execute(_END.sql, *_END.values({"id_hash": id_hash}))

    async def end_all(self, subject: str) -> None:
        """Forget every session of a subject."""
        await self._pool.execute(_END_ALL.sql, *_END_ALL.values({"subject": subject}))

    async def end_told(self, issuer: str, subject: str, session: str) -> None:
        """Forget what began at an issuer: one session of its, or without one all of its subject."""
        values = {"issuer": issuer, "subject": subject, "session": session}
        await self._pool.execute(_END_TOLD.sql, *_END_TOLD.values(values))
