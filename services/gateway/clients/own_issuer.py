"""Signs the claims of the door's own issuer."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.web.auth import public_jwks


class Ed25519Claims:
    """One Ed25519 key; its tokens name another issuer and audience than the internal ones."""

    def __init__(self, private_jwk: dict[str, Any]) -> None:
        self._private = private_jwk
        self._key = OKPKey.import_key(private_jwk)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the signed token."""
        header = {"alg": "Ed25519", "kid": self._key.kid or ""}
        return jwt.encode(header, dict(claims), self._key, algorithms=["Ed25519"])

    def public_keys(self) -> dict[str, Any]:
        """Return the public key set."""
        return public_jwks(self._private)
