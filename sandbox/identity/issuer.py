"""One issuer: codes with PKCE, identity and access tokens, sessions that end, levels that are asked for."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from kernel.core.clock import Clock
from sandbox.identity.people import ACCOUNTS, Person
from sandbox.identity.settings import IdentitySettings

_CODE_SECONDS = 120
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_USUAL = {"vnconnect": "LoA1", "vneid": ""}
"""What a sign-in shows where nothing is asked; VNeID shows what the account has."""


class Refused(Exception):  # noqa: N818 - the fact is the name.
    """A refusal in the words of RFC 6749 section 5.2."""


@dataclass
class Code:
    """What a code stands for, once."""

    person: Person
    asked: Mapping[str, str]
    acr: str
    at: float


@dataclass
class Issuer:
    """`name` is vnconnect or vneid. All state is memory: a restart knows nobody."""

    name: str
    settings: IdentitySettings
    clock: Clock
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}))
    codes: dict[str, Code] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    """Sessions (`sid`) that were signed out."""

    @property
    def address(self) -> str:
        """Its name, and where it stands."""
        return f"{self.settings.root}/{self.name}"

    @property
    def people(self) -> Mapping[str, Person]:
        """Its accounts by the page's short names."""
        return ACCOUNTS[self.name]

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document."""
        at = self.address
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/oauth2/authorize",
            "token_endpoint": f"{at}/oauth2/token",
            "userinfo_endpoint": f"{at}/oauth2/userinfo",
            "jwks_uri": f"{at}/oauth2/jwks",
            "end_session_endpoint": f"{at}/oidc/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ["LoA1", "LoA2"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }

    def check(self, asked: Mapping[str, str]) -> None:
        """Raise `Refused` unless a browser may be sent back with a code."""
        known = asked.get("client_id") == self.settings.client_id
        if not known or asked.get("redirect_uri") not in self.settings.redirect_uris:
            raise Refused("invalid_request")
        if asked.get("response_type") != "code" or asked.get("prompt") == "none":
            raise Refused("invalid_request")
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            raise Refused("invalid_request")

    def code_for(self, who: str, asked: Mapping[str, str], *, weakly: bool) -> str:
        """Return a code for who signed in just now, `weakly` without the second factor."""
        self.check(asked)
        person = self.people.get(who)
        if person is None:
            raise Refused("access_denied")
        code = secrets.token_urlsafe(24)
        acr = "LoA1" if weakly else self._acr(person, asked.get("acr_values", ""))
        self.codes[code] = Code(person, dict(asked), acr, self.clock.now().timestamp())
        return code

    def _acr(self, person: Person, wanted: str) -> str:
        had = {f"LoA{level}" for level in range(1, person.level + 1)}
        return next((word for word in wanted.split() if word in had), "") or (
            _USUAL[self.name] or f"LoA{person.level}"
        )

    def redeem(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the token endpoint; raise `Refused`."""
        settings = self.settings
        secret = form.get("client_secret", "")
        if (form.get("client_id"), secret) != (settings.client_id, settings.client_secret):
            raise Refused("invalid_client")
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        code = self.codes.pop(form.get("code", ""), None)
        now = self.clock.now().timestamp()
        if code is None or now > code.at + _CODE_SECONDS or not _is_proven(code.asked, form):
            raise Refused("invalid_grant")
        sid = secrets.token_hex(8)
        how = {"acr": code.acr, "auth_time": int(code.at), "sid": sid}
        nonce = {"nonce": code.asked["nonce"]} if code.asked.get("nonce") else {}
        identity = {"sub": code.person.subject, "TechID": code.person.tech_id, **how, **nonce}
        return {
            "id_token": self._signed(identity, settings.client_id),
            "access_token": self._signed({**code.person.claims(self.name), **how}, settings.audience),
            "token_type": "Bearer",
            "expires_in": settings.token_seconds,
            "scope": "openid",
        }

    def _signed(self, claims: Mapping[str, Any], audience: str) -> str:
        now = int(self.clock.now().timestamp())
        whole = {
            "iss": self.address,
            "aud": audience,
            "iat": now,
            "exp": now + self.settings.token_seconds,
            **claims,
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, whole, self.key)

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims of a token of its own; raise `Refused` for another's, or an ended session's."""
        try:
            claims = jwt.decode(token, self.key, algorithms=["RS256"]).claims
        except ValueError as error:
            raise Refused("invalid_token") from error
        if claims["iss"] != self.address or claims.get("sid") in self.ended:
            raise Refused("invalid_token")
        return dict(claims)

    def user_information(self, token: str) -> dict[str, Any]:
        """Return user information to whoever shows an access token that still holds."""
        claims = self.read(token)
        if claims["aud"] != self.settings.audience or claims["exp"] < self.clock.now().timestamp():
            raise Refused("invalid_token")
        person = next(one for one in self.people.values() if one.subject == claims["sub"])
        return person.claims(self.name)

    def logout_token(self, subject: str, sid: str = "") -> str:
        """Return the token that tells the province who signed out: one session, or everywhere."""
        if sid:
            self.ended.add(sid)
        session = {"sid": sid} if sid else {}
        events: dict[str, Any] = {"events": {_LOGOUT: {}}, "jti": secrets.token_hex(8)}
        return self._signed({"sub": subject, **session, **events}, self.settings.client_id)


def _is_proven(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    if form.get("redirect_uri") != asked.get("redirect_uri"):
        return False
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return not asked.get("code_challenge") or secrets.compare_digest(proof, asked["code_challenge"])
