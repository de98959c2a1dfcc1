"""Verifies tokens of outside issuers with their own keys; only asymmetric algorithms are accepted."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import Clock
from kernel.core.errors import Unauthenticated
from services.gateway.clients.key_sets import KeySets
from services.gateway.domain.claims import name_of, text_of, texts_of
from services.gateway.domain.identity import STAFF_CLAIMS, account_of_claims, caller_of_claims
from services.gateway.domain.issuer import Issuer, IssuerKind, OutsideIdentity
from services.gateway.use_cases.ports import SignedOut

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
_LEEWAY_SECONDS = 30
_SIGNED_OUT = "http://schemas.openid.net/event/backchannel-logout"
_NOT_OURS = (JoseError, ValueError, KeyError, TypeError, AttributeError)


class IssuerTokens:
    """The issuers this door trusts."""

    def __init__(self, issuers: Iterable[Issuer], keys: KeySets, clock: Clock, *, has_people: bool) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._keys = keys
        self._clock = clock
        self._own_has_people = has_people

    async def verify(self, token: str) -> OutsideIdentity:
        """Return who an access token names; raise `Unauthenticated`."""
        issuer, claims = await self.claims(token)
        return self.identity(issuer, claims)

    async def claims(
        self, token: str, audience: str = "", nonce: str | None = None, *, names_somebody: bool = True
    ) -> tuple[Issuer, dict[str, Any]]:
        """Return the verified claims of a token; with a `nonce` it is an identity token of that sign-in."""
        issuer, kid = self._named(token)
        keys = await self._keys.of(issuer, kid)
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            self._registry(issuer, audience, names_somebody).validate(decoded.claims)
        except _NOT_OURS as error:
            raise Unauthenticated from error
        if nonce is not None and decoded.claims.get("nonce") != nonce:
            raise Unauthenticated
        return issuer, decoded.claims

    async def sign_out(self, token: str) -> SignedOut:
        """Return what a logout token ends: a session, a subject, or a subject's session.

        Back-Channel Logout 1.0, 2.4: `sub`, `sid` or both; raise `Unauthenticated` where it names neither.
        """
        issuer, _ = self._named(token)
        if not issuer.client_id:
            raise Unauthenticated
        _, claims = await self.claims(token, issuer.client_id, names_somebody=False)
        subject, session = name_of(claims, "sub"), text_of(claims, "sid")
        events = claims.get("events")
        is_ending = isinstance(events, dict) and _SIGNED_OUT in events and bool(subject or session)
        if not is_ending or "nonce" in claims:
            # With a nonce it would be an identity token, which anybody who signed in has one of.
            raise Unauthenticated
        at = _moment(claims.get("iat"))
        moment = datetime.fromtimestamp(at, UTC) if at is not None else None
        # By what it says: the same may be signed in another text by who has no key (ECDSA).
        word = hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).hexdigest()
        return SignedOut(issuer.name, subject, session, moment, word)

    def _named(self, token: str) -> tuple[Issuer, str]:
        """Return the issuer and the key a token says it is of; nothing of it is verified."""
        try:
            header, payload, _ = token.split(".")
            return self._issuers[str(_peek(payload)["iss"])], str(_peek(header).get("kid", ""))
        except _NOT_OURS as error:
            raise Unauthenticated from error

    def _registry(self, issuer: Issuer, audience: str, names_somebody: bool) -> jwt.JWTClaimsRegistry:
        wanted = audience or issuer.audience
        options: dict[str, Any] = {"aud": {"essential": True, "value": wanted}} if wanted else {}
        if names_somebody:
            options["sub"] = {"essential": True}
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer.name},
            exp={"essential": True},
            **options,
        )

    def identity(self, issuer: Issuer, claims: Mapping[str, Any]) -> OutsideIdentity:
        """Return who these verified claims of an issuer name."""
        expires_at = float(claims["exp"])
        if issuer.kind is IssuerKind.OWN:
            return self._own(issuer, claims, expires_at)
        issuer.require_second_factor(claims)
        is_staff = issuer.kind is IssuerKind.STAFF
        names = {**(STAFF_CLAIMS if is_staff else {}), **issuer.claims}
        caller = caller_of_claims(claims, names, issuer.subject_prefix, issuer.level_words)
        return _identity(issuer, claims, caller, names, may_be_staff=is_staff)

    def _own(self, issuer: Issuer, claims: Mapping[str, Any], expires_at: float) -> OutsideIdentity:
        if claims.get("kind") == "service":
            machine = _subject_of(claims)
            caller = Caller(
                subject=machine,
                kind=CallerKind.SERVICE,
                name=machine,
                roles=frozenset(texts_of(claims, "scope").split()),
            )
            return OutsideIdentity(caller=caller, may_be_staff=False, expires_at=expires_at)
        if not self._own_has_people:
            raise Unauthenticated
        is_staff = claims.get("kind") == "staff"
        names = STAFF_CLAIMS if is_staff else {}
        return _identity(issuer, claims, caller_of_claims(claims, names), names, may_be_staff=is_staff)


def _identity(
    issuer: Issuer, claims: Mapping[str, Any], caller: Caller, names: Mapping[str, str], *, may_be_staff: bool
) -> OutsideIdentity:
    return OutsideIdentity(
        caller=caller,
        may_be_staff=may_be_staff,
        expires_at=float(claims["exp"]),
        issuer=issuer.name,
        issuer_subject=_subject_of(claims),
        issuer_session=text_of(claims, "sid"),
        account=account_of_claims(claims, names, issuer=issuer.name, caller=caller),
        issued_at=_moment(claims.get("iat")),
        authenticated_at=_moment(claims.get("auth_time")),
    )


def _subject_of(claims: Mapping[str, Any]) -> str:
    """Return `sub`; raise `Unauthenticated` where it is no text: nobody is named."""
    subject = name_of(claims, "sub")
    if not subject:
        raise Unauthenticated
    return subject


def _moment(value: Any) -> float | None:
    """Return Unix seconds; None for anything that is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _peek(part: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
