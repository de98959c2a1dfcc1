"""Personal data at rest and in events: sealed for holders of the key, found by a keyed blind index."""

import base64
import hashlib
import hmac
import os

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_KEY = 32


class SealBroken(ValueError):  # noqa: N818 - the fact is the name.
    """The sealed text was changed, or belongs to another key or purpose."""


class Sealer:
    """Seals texts with AES-256-GCM and indexes values with HMAC-SHA256; two keys from one secret."""

    def __init__(self, secret: str) -> None:
        raw = base64.b64decode(secret)
        if len(raw) != _KEY:
            message = "the key must be 32 bytes in base64"
            raise ValueError(message)
        self._cipher = AESGCM(_derived(raw, b"motcua seal"))
        self._index_key = _derived(raw, b"motcua blind index")

    def seal(self, value: object, *, purpose: str) -> str:
        """Return a JSON value sealed for a purpose (part of the authenticated data), as base64url text."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, orjson.dumps(value), purpose.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value of a sealed text; raise `SealBroken` when it is not ours or was changed."""
        try:
            raw = base64.urlsafe_b64decode(sealed.encode())
            return orjson.loads(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()))
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def seal_bytes(self, value: bytes, *, purpose: str) -> bytes:
        """Return bytes sealed for a purpose."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value, purpose.encode())

    def open_bytes(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the bytes of a sealed value; raise `SealBroken` when it is not ours or was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return 16 bytes that are equal for equal values and tell nothing without the key."""
        return hmac.new(self._index_key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()[:16]


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=purpose).derive(secret)
