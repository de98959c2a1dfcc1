"""The door's own issuer: tokens for machines always, for sample people only in development."""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol, cast

from kernel.core.clock import Clock
from services.gateway.domain.assurance import told_level
from services.gateway.domain.sample_user import SampleUser
from services.gateway.use_cases.ports import Seals
from services.gateway.use_cases.who_is_asking import Machines

WEB_CLIENT = "motcua-web"
_PURPOSE = "authorization code"
_CODE_LIFE = timedelta(minutes=2)
_TOKEN_LIFE = timedelta(hours=1)
_MOST_LEVELS = 5


class OAuthError(Exception):
    """A refusal in the words of RFC 6749 section 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class ClaimSigner(Protocol):
    """Signs claims as this issuer."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the signed token."""

    def public_keys(self) -> dict[str, Any]:
        """Return the public key set."""


class OwnIssuer:
    """Signs access tokens under `<public address>/oidc`.

    Codes are sealed claims of their own, used once in this process: sample people are for development,
    which is one process.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        signer: ClaimSigner,
        machines: Machines,
        seals: Seals,
        clock: Clock,
        users: Mapping[str, SampleUser],
        redirect_uris: Sequence[str],
        has_people: bool,
    ) -> None:
        self.issuer = issuer
        self.has_people = has_people
        self.users = users if has_people else {}
        self._audience = audience
        self._signer = signer
        self._machines = machines
        self._seals = seals
        self._clock = clock
        self._redirect_uris = frozenset(redirect_uris)
        self._used: dict[str, float] = {}

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document."""
        grants = ["client_credentials"]
        if self.has_people:
            grants += ["authorization_code", "urn:motcua:development"]
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": grants,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["Ed25519"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ["LoA1", "LoA2"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        }

    def public_keys(self) -> dict[str, Any]:
        """Return the keys that verify what this issuer signs."""
        return self._signer.public_keys()

    def check_authorization(self, asked: Mapping[str, str]) -> None:
        """Raise `OAuthError` unless a browser may be sent back with a code for this request."""
        if asked.get("client_id") != WEB_CLIENT or asked.get("redirect_uri") not in self._redirect_uris:
            raise OAuthError("invalid_request")
        if asked.get("response_type") != "code":
            raise OAuthError("unsupported_response_type")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            raise OAuthError("invalid_request")

    def code_for(self, subject: str, asked: Mapping[str, str]) -> str:
        """Return a code for a sample user who said yes."""
        self.check_authorization(asked)
        if subject not in self.users:
            raise OAuthError("access_denied")
        value = {
            "sub": subject,
            "redirect_uri": asked["redirect_uri"],
            "challenge": asked["code_challenge"],
            "nonce": asked.get("nonce", ""),
            "acr_values": asked.get("acr_values", ""),
            "until": (self._clock.now() + _CODE_LIFE).timestamp(),
        }
        return self._seals.seal(value, purpose=_PURPOSE)

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the token endpoint; raise `OAuthError`."""
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return self._for_machine(form)
        if self.has_people and grant == "authorization_code":
            claims = self.redeem(
                form.get("code", ""), form.get("code_verifier", ""), form.get("redirect_uri", "")
            )
            return self._answer(claims, id_token=self._signer.sign({**claims, "aud": WEB_CLIENT}))
        if self.has_people and grant == "urn:motcua:development":
            wanted = form.get("acr_values", "")
            return self._answer(self._user_claims(form.get("subject", ""), "invalid_grant", wanted))
        raise OAuthError("unsupported_grant_type")

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """Return the claims behind a code, once, to whoever holds its verifier."""
        now = self._clock.now().timestamp()
        try:
            value = cast("dict[str, Any]", self._seals.open(code, purpose=_PURPOSE))
        except ValueError as error:
            raise OAuthError("invalid_grant") from error
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        is_ours = (
            secrets.compare_digest(challenge, value["challenge"]) and redirect_uri == value["redirect_uri"]
        )
        self._used = {used: until for used, until in self._used.items() if until > now}
        if not is_ours or now > value["until"] or code in self._used:
            raise OAuthError("invalid_grant")
        self._used[code] = value["until"]
        claims = self._user_claims(value["sub"], "invalid_grant", value["acr_values"])
        return {**claims, "nonce": value["nonce"]}

    def _for_machine(self, form: Mapping[str, str]) -> dict[str, Any]:
        caller = self._machines.caller(form.get("client_id", ""), form.get("client_secret", ""))
        wanted = form.get("scope", "").split() or sorted(caller.roles)
        if not set(wanted) <= caller.roles:
            raise OAuthError("invalid_scope")
        scope = " ".join(wanted)
        claims = {**self._envelope(caller.subject), "kind": "service", "scope": scope}
        return {**self._answer(claims), "scope": scope}

    def _user_claims(self, subject: str, error: str, acr_values: str = "") -> dict[str, Any]:
        user = self.users.get(subject)
        if user is None:
            raise OAuthError(error)
        return {**self._envelope(subject), **user.claims, **_shown(user, acr_values)}

    def _envelope(self, subject: str) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + _TOKEN_LIFE).timestamp()),
            "jti": secrets.token_urlsafe(12),
        }

    def _answer(self, claims: Mapping[str, Any], **more: str) -> dict[str, Any]:
        return {
            "access_token": self._signer.sign(claims),
            "token_type": "Bearer",
            "expires_in": int(_TOKEN_LIFE.total_seconds()),
            **more,
        }


def _shown(user: SampleUser, acr_values: str) -> dict[str, str]:
    """Return the first level asked for that the account has, else its own; nothing where none is asked."""
    own = told_level(user.claims.get("loAs"), {}) or 0
    asked = acr_values.split()[:_MOST_LEVELS]
    had = [word for word in asked if 0 < (told_level(word, {}) or 0) <= own]
    return {"acr": had[0] if had else f"LoA{own}"} if asked else {}
