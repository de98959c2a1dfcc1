"""The sample province's seal: a key and its certificate, made once and kept beside the stack's data."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from stack.keys import Keys
from stack.postgres.cluster import write_secret

_FILE = "seal.p12"
_NAME = "Con dấu thử nghiệm tỉnh mẫu"
# The stack's clock may be months away from the machine's.
_FROM, _TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)


def province_seal(data: Path, keys: Keys) -> dict[str, str]:
    """Return the seal as `DOSSIER_SEALS` names it, making it (0600) where there is none.

    It names itself: nobody but the stack it was made for takes it for anybody's.
    """
    file = data / _FILE
    if not file.exists():
        write_secret(file, made_seal(keys.seal_passphrase))
    return {"file": str(file), "passphrase": keys.seal_passphrase}


def made_seal(passphrase: str) -> bytes:
    """Return a new seal as PKCS#12 under this passphrase."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SEALS, critical=True)
        .sign(key, hashes.SHA256())
    )
    hidden = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, hidden)


_SEALS = x509.KeyUsage(
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
