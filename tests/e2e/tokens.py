"""Outside tokens that must not open the door: expired, forged, of another key, meant for somebody else."""

import base64
import json
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.web.auth import new_private_jwk


class TokenWorkshop:
    """Makes bad tokens out of a good one, with the keys that a development stack keeps beside its data."""

    def __init__(self, data: Path, good: str) -> None:
        self._keys = json.loads((data / "keys.json").read_text())
        self._good = good
        header, payload, _ = good.split(".")
        self._header: dict[str, Any] = json.loads(_unpacked(header))
        self._claims: dict[str, Any] = json.loads(_unpacked(payload))

    def resigned(self) -> str:
        """Return the same claims signed anew by the true key, which opens the door."""
        return self._signed(self._claims, self._keys["issuer_private_jwk"])

    def expired(self) -> str:
        """Return a token of the true key whose time is over by the stack's clock."""
        hour = 3600
        past = {"iat": self._claims["iat"] - 2 * hour, "exp": self._claims["iat"] - hour}
        return self._signed({**self._claims, **past}, self._keys["issuer_private_jwk"])

    def forged(self) -> str:
        """Return a token that names the true key and was signed by another."""
        other = {**new_private_jwk(), "kid": self._keys["issuer_private_jwk"]["kid"]}
        return self._signed(self._claims, other)

    def altered(self) -> str:
        """Return the good token with an officer's name written into it."""
        header, _, signature = self._good.split(".")
        return f"{header}.{_packed({**self._claims, 'sub': 'can-bo-mai', 'kind': 'staff'})}.{signature}"

    def unsigned(self) -> str:
        """Return a token that says it needs no signature."""
        return f"{_packed({**self._header, 'alg': 'none'})}.{_packed(self._claims)}."

    def of_the_inside(self) -> str:
        """Return what only the gateway may tell its services, signed by its own key."""
        claims = {
            "iss": "motcua-gateway",
            "aud": "motcua",
            "sub": "can-bo-mai",
            "kind": "staff",
            "roles": ["ONE_STOP_OFFICER"],
            "agency": "H99.201",
            "iat": self._claims["iat"],
            "exp": self._claims["exp"],
        }
        return self._signed(claims, self._keys["internal_private_jwk"])

    def _signed(self, claims: dict[str, Any], jwk: dict[str, Any]) -> str:
        key = OKPKey.import_key(jwk)
        header = {**self._header, "kid": str(jwk["kid"])}
        return jwt.encode(header, claims, key, algorithms=[self._header["alg"]])


def _packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
