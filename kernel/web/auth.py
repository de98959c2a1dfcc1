"""Tokens: services trust only the gateway's short-lived EdDSA token."""

from collections import OrderedDict
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import APART, Clock
from kernel.core.errors import Unauthenticated

AUDIENCE = "motcua"
ISSUER = "motcua-gateway"
_KEPT = 4096


class TokenVerifier:
    """Verifies the gateway's tokens; a verified token is remembered until it expires."""

    def __init__(self, jwks: dict[str, Any], clock: Clock) -> None:
        self._keys = KeySet.import_key_set(cast("Any", jwks))
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            # Without it a gateway a moment ahead signs tokens of the future: 401 for all who come through it.
            leeway=int(APART.total_seconds()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._seen: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def verify(self, authorization: str) -> Caller:
        """Return the caller of an `Authorization` header; raise `Unauthenticated` for anything else."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        seen = self._seen.get(token)
        if seen is not None and seen[0] > self._clock.now().timestamp():
            return seen[1]
        try:
            decoded = jwt.decode(token, self._keys, algorithms=["Ed25519"])
            self._claims.validate(decoded.claims)
            caller = _caller(decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated from error
        self._seen[token] = (float(decoded.claims["exp"]), caller)
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        return caller


def _caller(claims: dict[str, Any]) -> Caller:
    return Caller(
        subject=str(claims["sub"]),
        kind=CallerKind(claims["kind"]),
        name=str(claims.get("name", "")),
        roles=frozenset(claims.get("roles", ())),
        agency=str(claims.get("agency", "")),
        unit=str(claims.get("unit", "")),
        identity_number=str(claims.get("identity_number", "")),
        told_number=str(claims.get("told_number", "")),
        assurance=str(claims.get("assurance", "")),
        assurance_level=int(claims.get("assurance_level", 0)),
        also=frozenset(map(str, claims.get("also", ()))),
    )


class TokenSigner:
    """Signs internal tokens; only the gateway (and tests) hold the private key."""

    def __init__(self, private_jwk: dict[str, Any], clock: Clock, *, lifetime_seconds: int = 120) -> None:
        self._key = OKPKey.import_key(private_jwk)
        self._clock = clock
        self._lifetime = lifetime_seconds

    def sign(self, caller: Caller) -> tuple[str, float]:
        """Return a token for this caller and the moment it expires (Unix seconds)."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.subject,
            "kind": caller.kind.value,
            "iat": now,
            "exp": now + self._lifetime,
            "name": caller.name,
            "roles": sorted(caller.roles),
            "agency": caller.agency,
            "unit": caller.unit,
            "identity_number": caller.identity_number,
            "told_number": caller.told_number,
            "assurance": caller.assurance,
            "assurance_level": caller.assurance_level,
            "also": sorted(caller.also),
        }
        header = {"alg": "Ed25519", "kid": self._key.kid or ""}
        claims = {name: value for name, value in claims.items() if value not in ("", [], 0)}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"]), float(now + self._lifetime)


def new_private_jwk() -> dict[str, Any]:
    """Return a fresh Ed25519 key as a private JWK with its thumbprint as `kid`."""
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    return dict(key.as_dict(private=True))


def public_jwks(*private_jwks: dict[str, Any]) -> dict[str, Any]:
    """Return the public key set of private keys."""
    return {"keys": [dict(OKPKey.import_key(jwk).as_dict(private=False)) for jwk in private_jwks]}
