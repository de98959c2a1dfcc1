"""The agencies' seals: keys in PKCS#12 files, or in a device that speaks PKCS#11 and never tells them."""

import asyncio
import base64
import hashlib
import os
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import structlog
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from services.dossier.domain.signing.session import NoSeal, SealSilent

_ANY = "*"
_log = structlog.get_logger()


class _Key(Protocol):
    chain: tuple[bytes, ...]

    def sign(self, attributes: bytes) -> bytes:
        """Sign; slow enough for a thread."""


class AgencySeals:
    """One seal an agency; `*` is the province's, for whoever has none of its own."""

    def __init__(self, keys: Mapping[str, _Key]) -> None:
        self._keys = dict(keys)

    def chain(self, agency: str) -> tuple[bytes, ...]:
        """Return the certificates of an agency's seal, its own first; raise `NoSeal`."""
        return self._of(agency).chain

    def certificates(self) -> tuple[bytes, ...]:
        """Return every seal's own certificate."""
        return tuple(key.chain[0] for key in self._keys.values() if key.chain)

    async def sign(self, agency: str, attributes: bytes) -> bytes:
        """Return the seal's signature; raise `SealSilent` when the device does not answer."""
        key = self._of(agency)
        try:
            return await asyncio.to_thread(key.sign, attributes)
        except Exception as error:  # The boundary of a device and its driver.
            _log.exception("seal_silent", agency=agency)
            raise SealSilent from error

    def _of(self, agency: str) -> _Key:
        key = self._keys.get(agency) or self._keys.get(_ANY)
        if key is None:
            raise NoSeal
        return key


class FileKey:
    """A key of a PKCS#12 file; read at the start, so that a wrong passphrase is known then."""

    def __init__(self, file: Path, passphrase: str) -> None:
        found = pkcs12.load_pkcs12(file.read_bytes(), passphrase.encode())
        if found.cert is None or not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{file.name} holds no certificate with an RSA or EC key")
        self._key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = found.key
        certificates = [found.cert, *found.additional_certs]
        self.chain = tuple(one.certificate.public_bytes(Encoding.DER) for one in certificates)

    def sign(self, attributes: bytes) -> bytes:
        """Sign with SHA-256."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(attributes, ec.ECDSA(hashes.SHA256()))


class _Driver:
    """A device's driver as this process knows it, whoever's keys it holds and whoever set them up.

    It is begun once, and who is logged in to a token is the process, not a session: one that is done would
    log out another in the middle, and two first calls at once end the process. So one call `at_a_time`.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.at_a_time = threading.Lock()
        # Tokens, each with a PIN it did not take.
        self.turned_away: set[tuple[str, str]] = set()


_DRIVERS: dict[str, _Driver] = {}


def _driver(module: str) -> _Driver:
    """Return a driver by its one name: by two it would be begun twice. A bare name is searched for."""
    file = os.path.realpath(module) if os.sep in module else module
    return _DRIVERS.setdefault(file, _Driver(file))


class DeviceKey:
    """A key in a device (PKCS#11): an RSA or EC key that signs SHA-256; a session each call.

    One call at a time of all the keys of a driver, whichever agency's or token's they are. The driver is
    loaded when it is first needed: a device that is not there yet stops no service. A PIN a token did not
    take is not tried there again before the next start, for no agency's key: after a few tries the token
    would lock itself. Each process finds that out by itself, so a token sees one wrong try of each.
    """

    def __init__(
        self, *, module: str, token: str, pin: str, key_label: str, chain: tuple[bytes, ...]
    ) -> None:
        self._module, self._token, self._pin, self._label = module, token, pin, key_label
        self.chain = chain

    def sign(self, attributes: bytes) -> bytes:
        """Sign in the device."""
        # A sixth of a second and some memory, for those who have a device.
        pkcs11 = import_module("pkcs11")
        driver, tried = _driver(self._module), (self._token, self._pin)
        with driver.at_a_time:
            if tried in driver.turned_away:
                raise SealSilent
            try:
                token = pkcs11.lib(driver.file).get_token(token_label=self._token)
                with token.open(user_pin=self._pin) as session:
                    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
                    return _signed(key, attributes, pkcs11)
            except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked):
                driver.turned_away.add(tried)
                raise


def _signed(key: Any, attributes: bytes, pkcs11: Any) -> bytes:
    if key.key_type is pkcs11.KeyType.RSA:
        return bytes(key.sign(attributes, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
    digest = hashlib.sha256(attributes).digest()
    raw = key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
    # The device gives both numbers one after the other, a signature of CMS is their DER.
    middle = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:middle], "big"), int.from_bytes(raw[middle:], "big"))


def seals_of(settings: Mapping[str, Mapping[str, Any]]) -> AgencySeals:
    """Return the seals that are set up; raise `ValueError` or `OSError` for one that cannot be read."""
    return AgencySeals({agency: _key(data) for agency, data in settings.items()})


def _key(data: Mapping[str, Any]) -> _Key:
    if "file" in data:
        return FileKey(Path(data["file"]), str(data.get("passphrase", "")))
    return DeviceKey(
        module=str(data["module"]),
        token=str(data["token"]),
        pin=str(data["pin"]),
        key_label=str(data["key"]),
        chain=tuple(base64.b64decode(one) for one in data["chain"]),
    )
