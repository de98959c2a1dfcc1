"""Exchanges an outside token, a machine's key or a session for the gateway's own short-lived token."""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import Clock
from kernel.core.errors import Unauthenticated
from services.gateway.domain.account import Account
from services.gateway.use_cases.ports import (
    Accounts,
    Directory,
    InternalTokens,
    OutsideTokens,
    Sessions,
    Standing,
)

_KEPT = 20_000
_MARGIN_SECONDS = 20.0
_SOON_SECONDS = 15.0
"""How long a person may go on elsewhere after a sign-out, a link or its end was kept here."""
_NOT_YET_STAFF_SECONDS = 2.0
_MAX_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class Known:
    """Who is asking, and the header that tells the services."""

    caller: Caller
    authorization: str
    until: float
    since: float = 0.0

    def holds(self, now: float) -> bool:
        """Tell whether it is still to be believed; a clock that was set back makes nothing last longer."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Machine:
    """Another system: its secret as SHA-256, and what it may do."""

    secret_sha256: str
    scopes: frozenset[str]


class Machines:
    """The machine callers this door knows."""

    def __init__(self, known: Mapping[str, Machine]) -> None:
        self._known = known

    def caller(self, client_id: str, secret: str) -> Caller:
        """Return the machine; raise `Unauthenticated`, in the same time for unknown and wrong."""
        machine = self._known.get(client_id)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        if not hmac.compare_digest(digest, machine.secret_sha256 if machine else "0" * 64) or not machine:
            raise Unauthenticated
        return Caller(subject=client_id, kind=CallerKind.SERVICE, name=client_id, roles=machine.scopes)


class WhoIsAsking:
    """Remembers an exchange until shortly before the internal token ends, so that it costs nothing twice."""

    def __init__(
        self,
        *,
        outside: OutsideTokens,
        directory: Directory,
        sessions: Sessions,
        accounts: Accounts,
        machines: Machines,
        tokens: InternalTokens,
        clock: Clock,
    ) -> None:
        self._outside = outside
        self._directory = directory
        self._sessions = sessions
        self._accounts = accounts
        self._machines = machines
        self._tokens = tokens
        self._clock = clock
        self._seen: OrderedDict[str, Known] = OrderedDict()
        self._endings = 0

    async def by_authorization(self, header: str) -> Known:
        """Return who an `Authorization` header names; raise `Unauthenticated`."""
        seen = self._seen.get(header)
        if seen is not None and seen.holds(self._clock.now().timestamp()):
            return seen
        endings = self._endings
        scheme, _, value = header.partition(" ")
        if len(header) > _MAX_TOKEN or not value:
            raise Unauthenticated
        if scheme.lower() == "basic":
            return self._keep(header, self._machines.caller(*_basic(value)), endings=endings)
        if scheme.lower() != "bearer":
            raise Unauthenticated
        identity = await self._outside.verify(value)
        if identity.account is None:
            return self._keep(header, identity.caller, identity.expires_at, endings=endings)
        standing = await self._standing(identity.account, identity.issuer_session)
        if standing.not_before is not None and (identity.issued_at or 0.0) < standing.not_before + 1:
            # Issued in the second of the sign-out or before: tokens tell whole seconds.
            raise Unauthenticated
        ends = min(identity.expires_at, self._clock.now().timestamp() + _SOON_SECONDS)
        return await self._exchange(
            header,
            identity.caller,
            ends,
            standing,
            may_be_staff=identity.may_be_staff,
            endings=endings,
        )

    async def by_session(self, cookie: str) -> Known:
        """Return whose session a cookie names; raise `Unauthenticated`."""
        key = f"session {cookie}"
        now = self._clock.now()
        seen = self._seen.get(key)
        if seen is not None and seen.holds(now.timestamp()):
            return seen
        endings = self._endings
        session = await self._sessions.find(session_hash(cookie), now)
        if session is None:
            raise Unauthenticated
        ends = min(session.expires_at.timestamp(), now.timestamp() + _SOON_SECONDS)
        # What was signed out everywhere has no row any more: of its standing only the links count.
        standing = await self._standing(session.account, "") if session.account else None
        if standing is not None and standing.is_apart:
            raise Unauthenticated
        return await self._exchange(
            key,
            session.caller,
            ends,
            standing,
            may_be_staff=session.may_be_staff,
            endings=endings,
        )

    async def _standing(self, account: Account, session: str) -> Standing:
        standing = await self._accounts.standing(account, session, self._clock.now())
        if standing.is_apart:
            self.forget_everybody()
        return standing

    def forget_session(self, cookie: str) -> None:
        """Forget a session that has ended; other replicas do so within seconds."""
        self._endings += 1
        self._seen.pop(f"session {cookie}", None)

    def forget_everybody(self) -> None:
        """Forget every exchange: whose ended is not known by session number or token."""
        self._endings += 1
        self._seen.clear()

    async def _exchange(
        self,
        key: str,
        caller: Caller,
        ends: float,
        standing: Standing | None,
        *,
        may_be_staff: bool,
        endings: int,
    ) -> Known:
        if standing is not None and not may_be_staff:
            caller = replace(caller, subject=standing.subject, also=standing.also)
        if may_be_staff:
            now = self._clock.now()
            member = await self._directory.find(caller.subject)
            staff = member.as_caller(now.date()) if member else None
            if staff is None:
                # The directory may learn of them any moment: soon looked up again.
                ends = min(ends, now.timestamp() + _NOT_YET_STAFF_SECONDS)
            else:
                caller = staff
        return self._keep(key, caller, ends, endings=endings)

    def _keep(self, key: str, caller: Caller, ends: float = float("inf"), *, endings: int) -> Known:
        """Return who is asking, and remember it unless something has ended since it was looked up.

        A session read just before it was signed out would else be put back after it was forgotten, and be
        good here for seconds more. `endings` are those there were when the looking up began.
        """
        token, expires_at = self._tokens.sign(caller)
        now = self._clock.now().timestamp()
        known = Known(caller, f"Bearer {token}", min(ends, expires_at - _MARGIN_SECONDS), now)
        if endings != self._endings:
            return known
        self._seen[key] = known
        self._seen.move_to_end(key)
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        return known


def session_hash(cookie: str) -> bytes:
    """Return what is kept of a session's number."""
    return hashlib.sha256(cookie.encode()).digest()


def _basic(value: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated from error
    return client_id, secret
