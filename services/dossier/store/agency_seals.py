"""The agencies' seals: keys in PKCS#12 files, or in a device that speaks PKCS#11 and never tells them."""

import asyncio
import base64
import hashlib
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
from services.dossier.store.device_driver import Driver, driver_of

_ANY = "*"
_log = structlog.get_logger()


class _Key(Protocol):
    chain: tuple[bytes, ...]

    async def sign(self, attributes: bytes) -> bytes:
        """Sign, in a thread: it is slow."""


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
            return await key.sign(attributes)
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

    async def sign(self, attributes: bytes) -> bytes:
        """Sign with SHA-256."""
        return await asyncio.to_thread(self._sign, attributes)

    def _sign(self, attributes: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(attributes, ec.ECDSA(hashes.SHA256()))


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

    async def sign(self, attributes: bytes) -> bytes:
        """Sign in the device; raise `TimeoutError` when it does not answer in time."""
        return await driver_of(self._module).ask(lambda driver: self._sign(driver, attributes))

    def _sign(self, driver: Driver, attributes: bytes) -> bytes:
        # A sixth of a second and some memory, for those who have a device.
        pkcs11 = import_module("pkcs11")
        tried = (self._token, self._pin)
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
