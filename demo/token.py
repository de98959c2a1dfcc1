"""The agency's token in the clerk's hand: a key and a certificate made on the spot, which sign outside."""

import base64
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


class Token:
    """Signs what the platform prepared; the key never leaves it."""

    def __init__(self, holder: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
        # The stack's clock may be months away from the machine's.
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_SIGNS, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def signed(self, who: Any, attachment_id: str) -> str:
        """Return the signed version of a file that this person uploaded."""
        certificate = base64.b64encode(self._certificate.public_bytes(Encoding.DER)).decode()
        body = {"certificates": [certificate], "items": [{"attachment_id": attachment_id}]}
        (prepared,) = who.post("/api/v1/signings", body)["items"]
        raw = self._key.sign(base64.b64decode(prepared["to_sign"]), ec.ECDSA(hashes.SHA256()))
        signature = {"signing_id": prepared["signing_id"], "signature": base64.b64encode(raw).decode()}
        (done,) = who.post("/api/v1/signings/completion", {"items": [signature]})["items"]
        return str(done["attachment"]["attachment_id"])


_SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
