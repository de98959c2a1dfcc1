"""The stack's time stamping authority: its key, made once, and its certificate beside it."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from sandbox.tsa.keys import a_new_authority
from stack.keys import Keys
from stack.postgres.cluster import write_secret

_FILE = "tsa.p12"
_ROOT = "tsa.pem"


def authority_file(data: Path, keys: Keys) -> Path:
    """Return the file of the authority's key, making it (0600) where there is none."""
    file = data / _FILE
    if not file.exists():
        made = a_new_authority()
        hidden = BestAvailableEncryption(keys.seal_passphrase.encode())
        roots = data / "trust" / "roots"
        roots.mkdir(parents=True, exist_ok=True)
        (roots / _ROOT).write_bytes(made.chain[0].public_bytes(Encoding.PEM))
        # The key last: where it is, the certificate is there already.
        write_secret(
            file, pkcs12.serialize_key_and_certificates(b"tsa", made.key, made.chain[0], None, hidden)
        )
    return file
