"""Secrets of one development stack: made once, kept beside its data, never shipped."""

import base64
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.web.auth import new_private_jwk, public_jwks
from stack.postgres.cluster import write_secret

KEYS_FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the processes of one stack share."""

    internal_private_jwk: dict[str, Any]
    issuer_private_jwk: dict[str, Any]
    pii_key: str
    history_key: str
    adapter_key: str
    outside_key: str
    callback_key: str
    sms_key: str
    link_key: str
    pull_key: str
    push_key: str
    database_key: str
    kiosk_key: str
    identity_secret: str
    seal_passphrase: str

    def kiosk_secret(self, subject: str) -> str:
        """Return what one kiosk, or another machine, signs in with at the door; no two share it."""
        return hmac.new(self.kiosk_key.encode(), subject.encode(), "sha256").hexdigest()

    @property
    def internal_jwks(self) -> dict[str, Any]:
        """The public half of the gateway's key."""
        return public_jwks(self.internal_private_jwk)


def keys_of(folder: Path) -> Keys:
    """Return the keys kept in this folder (0600), making those it has not got: all of them the first time."""
    file = folder / KEYS_FILE
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    makers = _makers()
    if kept.keys() < makers.keys():
        kept = {name: kept[name] if name in kept else make() for name, make in makers.items()}
        write_secret(file, json.dumps(kept))
    return Keys(**kept)


def _makers() -> dict[str, Callable[[], Any]]:
    tokens = (
        "adapter_key",
        "outside_key",
        "callback_key",
        "sms_key",
        "link_key",
        "pull_key",
        "push_key",
        "database_key",
        "kiosk_key",
        "identity_secret",
        "seal_passphrase",
    )
    return {
        "internal_private_jwk": _development_key,
        "issuer_private_jwk": _development_key,
        "pii_key": _key,
        "history_key": lambda: f"development-{secrets.token_hex(4)}:{_key()}",
        **{name: lambda: secrets.token_urlsafe(24) for name in tokens},
    }


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _development_key() -> dict[str, Any]:
    """Name the key so that production mode can refuse it."""
    key = new_private_jwk()
    return {**key, "kid": "development-" + key["kid"]}
