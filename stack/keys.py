"""Secrets of one development stack: made once, kept beside its data, never shipped."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.web.auth import new_private_jwk, public_jwks
from stack.postgres.cluster import write_secret


@dataclass(frozen=True, slots=True)
class Keys:
    """What the processes of one stack share."""

    internal_private_jwk: dict[str, Any]
    issuer_private_jwk: dict[str, Any]
    pii_key: str
    adapter_key: str
    outside_key: str
    callback_key: str
    sms_key: str
    link_key: str

    @property
    def internal_jwks(self) -> dict[str, Any]:
        """The public half of the gateway's key."""
        return public_jwks(self.internal_private_jwk)


def keys_of(folder: Path) -> Keys:
    """Return the keys kept in this folder, making them the first time (0600)."""
    file = folder / "keys.json"
    if file.exists():
        return Keys(**json.loads(file.read_text()))
    made: dict[str, Any] = {
        "internal_private_jwk": _development_key(),
        "issuer_private_jwk": _development_key(),
        "pii_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        **{
            name: secrets.token_urlsafe(24)
            for name in ("adapter_key", "outside_key", "callback_key", "sms_key", "link_key")
        },
    }
    write_secret(file, json.dumps(made))
    return Keys(**made)


def _development_key() -> dict[str, Any]:
    """Name the key so that production mode can refuse it."""
    key = new_private_jwk()
    return {**key, "kid": "development-" + key["kid"]}
