"""Sign-in of a browser: OpenID Connect's code flow with PKCE, then a session under a number only it knows."""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from kernel.core.clock import Clock
from kernel.core.errors import Kind, Refusal, Unauthenticated
from services.gateway.domain.issuer import Issuer
from services.gateway.use_cases.ports import Seals, Session, Sessions, SignInProvider
from services.gateway.use_cases.who_is_asking import session_hash

_PURPOSE = "sign-in under way"
_PATIENCE = timedelta(minutes=10)
_OWN_PAGE = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_LONGEST = 2000


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
    """The new session's number, its seconds, and the page it returns to."""

    number: str
    seconds: int
    return_to: str
    is_staff: bool = False


class SignIn:
    """Keeps nothing between the two halves: what is under way travels sealed in the browser's cookie."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        provider: SignInProvider,
        sessions: Sessions,
        seals: Seals,
        clock: Clock,
        *,
        callback: str,
        lifetime: timedelta,
    ) -> None:
        self._issuers = [issuer for issuer in issuers if issuer.client_id]
        self._provider = provider
        self._sessions = sessions
        self._seals = seals
        self._clock = clock
        self._callback = callback
        self._lifetime = lifetime

    @property
    def ways(self) -> Sequence[Issuer]:
        """The issuers one may sign in at."""
        return self._issuers

    async def begin(self, issuer_name: str, return_to: str, acr: str = "") -> Begun:
        """Return where to go; `return_to` is a page of ours or it is the start page.

        `acr` asks the issuer for an assurance level, in its words; what it then says is the session's.
        """
        issuer = self._issuer(issuer_name)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        wanted = acr or issuer.acr_values
        address = await self._provider.address(
            issuer,
            {
                **({"acr_values": wanted} if wanted else {}),
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
        }
        return Begun(address, self._seals.seal(under_way, purpose=_PURPOSE))

    async def finish(self, *, code: str, state: str, cookie: str) -> Finished:
        """Open a session for who signed in; raise `SignInBroken` or `Unauthenticated`."""
        try:
            under_way = cast("dict[str, Any]", self._seals.open(cookie, purpose=_PURPOSE))
        except ValueError as error:
            raise SignInBroken from error
        now = self._clock.now()
        is_same = secrets.compare_digest(state.encode(), str(under_way["state"]).encode())
        if not is_same or not code or now.timestamp() > under_way["until"]:
            raise SignInBroken
        identity = await self._provider.redeem(
            self._issuer(under_way["issuer"]),
            code=code,
            verifier=under_way["verifier"],
            redirect_uri=self._callback,
            nonce=under_way["nonce"],
        )
        number = secrets.token_urlsafe(32)
        session = Session(
            identity.caller,
            identity.may_be_staff,
            now + self._lifetime,
            issuer=identity.issuer,
            issuer_subject=identity.issuer_subject,
            issuer_session=identity.issuer_session,
            hint=identity.hint,
        )
        await self._sessions.open(session_hash(number), session, now)
        return Finished(
            number, int(self._lifetime.total_seconds()), under_way["return_to"], identity.may_be_staff
        )

    async def end(self, number: str) -> None:
        """End a session; one that is not there has ended."""
        await self._sessions.end(session_hash(number))

    async def end_everywhere(self, number: str) -> None:
        """End every session of whose session this is; raise `Unauthenticated` when it is nobody's."""
        session = await self._sessions.find(session_hash(number), self._clock.now())
        if session is None:
            raise Unauthenticated
        await self._sessions.end_all(session.caller.subject)

    async def leave(self, number: str) -> str:
        """End a session here; return where the browser ends it at its issuer too, else our start page."""
        session = await self._sessions.find(session_hash(number), self._clock.now())
        await self._sessions.end(session_hash(number))
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
        """End what an issuer says has ended there; raise `Unauthenticated` for anything but its own word."""
        await self._sessions.end_told(*await self._provider.told_to_end(token))

    def _issuer(self, name: str) -> Issuer:
        for issuer in self._issuers:
            if name in {"", issuer.name}:
                return issuer
        raise NoSuchIssuer


def own_page(address: str) -> str:
    """Return the address when it is a path of ours, else the start page: no open redirect."""
    return address if len(address) <= _LONGEST and _OWN_PAGE.fullmatch(address) else "/"
