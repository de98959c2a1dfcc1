import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from kernel.tls import authorities


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    """Each test begins as a process does, and leaves nothing it named to the next."""
    authorities.cache_clear()
    yield
    authorities.cache_clear()


def a_root() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Gốc của tỉnh")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + dt.timedelta(3650))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return made.sign(key, None).public_bytes(serialization.Encoding.PEM)


def test_a_process_reads_the_authorities_once() -> None:
    assert authorities() is authorities()
    assert authorities() is not authorities(trust_env=False)


def test_an_operators_own_authorities_are_believed_where_the_environment_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "roots.pem").write_bytes(a_root())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    assert len(authorities().get_ca_certs()) == 1
    assert len(authorities(trust_env=False).get_ca_certs()) > 50
