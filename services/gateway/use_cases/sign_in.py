"""Sign-in of a browser: OpenID Connect's code flow with PKCE, then a session under a number only it knows."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from kernel.core.assurance import AssuranceTooLow
from kernel.core.caller import Caller
from kernel.core.clock import APART, Clock
from kernel.core.errors import Forbidden, Kind, Refusal, Unauthenticated
from services.gateway.domain.account import (
    BOTH_SIGNED_IN,
    OtherPerson,
    of_account,
    of_account_heard,
    of_session,
    of_subject,
    require_one_person,
)
from services.gateway.domain.issuer import Issuer, IssuerKind, OutsideIdentity
from services.gateway.use_cases.ports import Accounts, Seals, Session, Sessions, SignInProvider
from services.gateway.use_cases.who_is_asking import session_hash

_PURPOSE = "sign-in under way"
_PATIENCE = timedelta(minutes=10)
_OWN_PAGE = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_LONGEST = 2000
_LEEWAY_SECONDS = 30
_REPEAT = timedelta(seconds=2)
"""A sign-out told again ends what began by when it was first heard, and a moment more."""


class SignInBroken(Refusal):
    """The sign-in was not begun here, took too long, or was tampered with (400)."""

    code = "sign-in-broken"
    kind = Kind.UNREADABLE
    title = "Đăng nhập không hoàn tất, hãy thử lại"


class NoSuchIssuer(Refusal):
    """There is no such way to sign in (404)."""

    code = "no-such-issuer"
    kind = Kind.NOT_FOUND
    title = "Không có cách đăng nhập này"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it must bring back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The new session's number (empty: the old one stays), its seconds, and the page it returns to."""

    number: str
    seconds: int
    return_to: str
    is_staff: bool = False
    is_apart: bool = False
    """What was told ended a link, with the sessions of who was one by it: nobody is remembered as before."""


class SignIn:
    """Keeps nothing between the two halves: what is under way travels sealed in the browser's cookie."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        provider: SignInProvider,
        sessions: Sessions,
        accounts: Accounts,
        seals: Seals,
        clock: Clock,
        *,
        callback: str,
        lifetime: timedelta,
    ) -> None:
        self._issuers = [issuer for issuer in issuers if issuer.client_id]
        self._provider = provider
        self._sessions = sessions
        self._accounts = accounts
        self._seals = seals
        self._clock = clock
        self._callback = callback
        self._lifetime = lifetime

    @property
    def ways(self) -> Sequence[Issuer]:
        """The issuers one may sign in at."""
        return self._issuers

    async def begin(
        self, issuer_name: str, return_to: str, acr: str = "", *, level: int = 0, number: str = ""
    ) -> Begun:
        """Return where to go; `return_to` is a page of ours or it is the start page.

        `acr` asks the issuer in its words, `level` by ours; what it then says is the session's, and a `level`
        asked for must be reached. With a `number` whose session lives, it is that session that is raised.
        """
        session = await self._sessions.find(session_hash(number), self._clock.now()) if number else None
        if level and session is not None and not issuer_name:
            issuer_name = session.issuer
        issuer = self._issuer(issuer_name)
        raised = session is not None and level > 0
        return await self._go(
            issuer,
            return_to,
            acr=acr or issuer.acr_of(level),
            is_fresh=level > 0,
            level=level,
            purpose="raise" if raised else "open",
            session=session_hash(number).hex() if raised else "",
        )

    async def begin_link(self, issuer_name: str, return_to: str, *, number: str) -> Begun:
        """Return where to go to show another account of one's own; raise `Unauthenticated`, `Forbidden`."""
        session = await self._sessions.find(session_hash(number), self._clock.now())
        if session is None:
            raise Unauthenticated
        if session.may_be_staff:
            raise Forbidden
        issuer = self._issuer(issuer_name)
        return await self._go(
            issuer,
            return_to,
            acr=issuer.acr_values,
            is_fresh=True,
            level=0,
            purpose="link",
            session=session_hash(number).hex(),
        )

    async def _go(
        self,
        issuer: Issuer,
        return_to: str,
        *,
        acr: str,
        is_fresh: bool,
        level: int,
        purpose: str,
        session: str,
    ) -> Begun:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        max_age = issuer.max_age if is_fresh and issuer.kind is not IssuerKind.OWN else None
        fresh = {"max_age": str(max_age)} if max_age is not None else {}
        address = await self._provider.address(
            issuer,
            {
                **({"acr_values": acr} if acr else {}),
                **fresh,
                **({"prompt": "login"} if is_fresh else {}),
                "response_type": "code",
                "client_id": issuer.client_id,
                "redirect_uri": self._callback,
                "scope": issuer.scope,
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
        )
        under_way = {
            "issuer": issuer.name,
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "return_to": own_page(return_to),
            "until": (self._clock.now() + _PATIENCE).timestamp(),
            "purpose": purpose,
            "level": level,
            "max_age": max_age,
            "session": session,
        }
        return Begun(address, self._seals.seal(under_way, purpose=_PURPOSE))

    async def finish(self, *, code: str, state: str, cookie: str, number: str = "") -> Finished:
        """Open, raise or link for who signed in; raise what stands against it, changing nothing."""
        try:
            under_way = cast("dict[str, Any]", self._seals.open(cookie, purpose=_PURPOSE))
        except ValueError as error:
            raise SignInBroken from error
        now = self._clock.now()
        is_same = secrets.compare_digest(state.encode(), str(under_way["state"]).encode())
        if not is_same or not code or now.timestamp() > under_way["until"]:
            raise SignInBroken
        session = await self._begun_in(under_way, number, now)
        began = await self._accounts.moment(now)
        identity = await self._provider.redeem(
            self._issuer(under_way["issuer"]),
            code=code,
            verifier=under_way["verifier"],
            redirect_uri=self._callback,
            nonce=under_way["nonce"],
        )
        _require_fresh(identity, under_way["max_age"], now.timestamp())
        if identity.caller.assurance_level < under_way["level"]:
            raise AssuranceTooLow.of(under_way["level"], identity.caller.assurance_level)
        if session is not None and under_way["purpose"] == "link":
            await self._link(session, identity, now)
            return Finished("", 0, under_way["return_to"])
        return await self._opened(identity, session, number, under_way["return_to"], now, began)

    async def _begun_in(self, under_way: Mapping[str, Any], number: str, now: datetime) -> Session | None:
        """Return the session that this raises or links in; raise `SignInBroken` in any other browser."""
        if not under_way["session"]:
            return None
        is_same = secrets.compare_digest(session_hash(number).hex(), str(under_way["session"]))
        session = await self._sessions.find(session_hash(number), now) if is_same else None
        if session is None or session.account is None:
            raise SignInBroken
        return session

    async def _opened(
        self,
        identity: OutsideIdentity,
        raised: Session | None,
        old: str,
        return_to: str,
        now: datetime,
        began: datetime,
    ) -> Finished:
        is_apart = False
        if raised is not None:
            is_same, is_apart = await self._is_same_person(raised, identity)
            if not is_same:
                raise OtherPerson
        if identity.account is not None and not identity.may_be_staff:
            is_apart |= await self._accounts.remember(identity.account, now)
        number = secrets.token_urlsafe(32)
        session = Session(
            identity.caller,
            identity.may_be_staff,
            now + self._lifetime,
            issuer=identity.issuer,
            issuer_subject=identity.issuer_subject,
            issuer_session=identity.issuer_session,
            hint=identity.hint,
            account=identity.account,
        )
        if raised is None or is_apart:
            # The session to be raised ended with the link; who signed in now has proven who they are.
            await self._sessions.open(session_hash(number), session, now)
        elif not await self._sessions.renew(session_hash(old), session_hash(number), session, now):
            raise SignInBroken
        if not is_apart and await self._was_ended_meanwhile(identity, began):
            await self._sessions.end(session_hash(number))
            raise SignInBroken
        seconds = int(self._lifetime.total_seconds())
        return Finished(number, seconds, return_to, identity.may_be_staff, is_apart)

    async def _was_ended_meanwhile(self, identity: OutsideIdentity, began: datetime) -> bool:
        """Tell whether a sign-out came while the issuer was still being asked: it found no session to end.

        Asked when the session is kept: a sign-out notes itself first and ends sessions then, so that one of
        the two sees the other. A link that ended by this very sign-in has noted itself too: not asked then.
        """
        if identity.account is None:
            return False
        ended_at = await self._accounts.ended_at(identity.account, identity.issuer_session)
        return ended_at is not None and began.timestamp() < ended_at

    async def _is_same_person(self, session: Session, identity: OutsideIdentity) -> tuple[bool, bool]:
        """Tell whether the account is the session's own, or linked to it; another's number never is.

        And whether what it tells ended a link, with the sessions of who was one by it.
        """
        own, other = session.account, identity.account
        if own is None or other is None or identity.may_be_staff != session.may_be_staff:
            return False, False
        # Asked first of all: what is told here and stands against a link ends it, whatever is answered.
        now = self._clock.now()
        mine = await self._accounts.standing(own, "", now)
        theirs = await self._accounts.standing(other, "", now)
        is_apart = mine.is_apart or theirs.is_apart
        if own.number and other.number and own.number != other.number:
            return False, is_apart
        return own.subject == other.subject or mine.subject == theirs.subject, is_apart

    async def _link(self, session: Session, identity: OutsideIdentity, now: datetime) -> None:
        own, other = session.account, identity.account
        if own is None or other is None or identity.may_be_staff:
            raise Forbidden
        is_same, _ = await self._is_same_person(session, identity)
        require_one_person(own, other)
        if is_same:
            return
        await self._accounts.link(own, other, how=BOTH_SIGNED_IN, now=now)
        await self._accounts.remember(other, now)

    async def end(self, number: str) -> None:
        """End a session; one that is not there has ended."""
        await self._sessions.end(session_hash(number))

    async def end_everywhere(self, caller: Caller) -> None:
        """End every session of this person and every token given out by now, of every linked account."""
        now = await self._accounts.moment(self._clock.now())
        await self._accounts.end_tokens([of_subject(one) for one in caller.subjects], now)
        await self._sessions.end_all(caller.subjects)

    async def leave(self, number: str) -> Session | None:
        """End a session here; return what it was, None where it had ended."""
        session = await self._sessions.find(session_hash(number), self._clock.now())
        await self._sessions.end(session_hash(number))
        return session

    async def farewell(self, session: Session | None) -> str:
        """Return where the browser ends what was a session at its issuer too, else our start page.

        The issuer may have to be asked, and may be slow: the session has ended here before.
        """
        issuer = next((one for one in self._issuers if session and one.name == session.issuer), None)
        if issuer is None or session is None or not session.hint:
            return "/"
        back = urlsplit(self._callback)
        told = {
            "id_token_hint": session.hint,
            "client_id": issuer.client_id,
            "post_logout_redirect_uri": f"{back.scheme}://{back.netloc}/",
            "state": secrets.token_urlsafe(16),
        }
        return await self._provider.leaving(issuer, told) or "/"

    async def end_told(self, token: str) -> None:
        """End what an issuer says has ended there; raise `Unauthenticated` for anything but its own word.

        Tokens of apps first: who is told of a failure tells again, and both are then ended. Told again, it
        ends what it ended when it was first heard, nothing that began since: it is good until it expires.
        """
        over = await self._provider.told_to_end(token)
        at = await self._accounts.moment(self._clock.now())
        now = await self._accounts.first_heard(over.word, at)
        if over.session:
            # It never goes on: by the one clock, as for any sign-in that is under way.
            await self._accounts.end_tokens([of_session(over.issuer, over.session)], now)
        else:
            # Tokens by the issuer's clock, which gave them out in whole seconds; what is under way by ours.
            await self._accounts.end_tokens([of_account(over.issuer, over.subject)], over.at or now)
            await self._accounts.end_tokens([of_account_heard(over.issuer, over.subject)], now)
        # Heard for the first time, it misses no session that another process, ahead of this one, has opened.
        until = now + (APART if now == at else _REPEAT)
        await self._sessions.end_told(over.issuer, over.subject, over.session, until)

    def _issuer(self, name: str) -> Issuer:
        for issuer in self._issuers:
            if name in {"", issuer.name}:
                return issuer
        raise NoSuchIssuer


def _require_fresh(identity: OutsideIdentity, max_age: int | None, now: float) -> None:
    """Raise `SignInBroken` unless who was to prove themselves anew did (OpenID Connect Core 3.1.2.1)."""
    if max_age is None:
        return
    at = identity.authenticated_at
    if at is None or now - at > max_age + _LEEWAY_SECONDS:
        raise SignInBroken


def own_page(address: str) -> str:
    """Return the address when it is a path of ours, else the start page: no open redirect."""
    return address if len(address) <= _LONGEST and _OWN_PAGE.fullmatch(address) else "/"
