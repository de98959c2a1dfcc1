"""Production mode refuses to start with what belongs to development, and says which setting."""

import base64

import pytest
from pydantic import ValidationError

from kernel.settings import KernelSettings
from kernel.web.auth import new_private_jwk, public_jwks

SAFE = {
    "mode": "production",
    "database_url": "postgresql://a:b@db/a",
    "bus_url": "kafka://broker:9092",
    "internal_jwks": public_jwks(new_private_jwk()),
    "pii_key": base64.b64encode(b"k" * 32).decode(),
}


def test_safe_settings_start():
    assert KernelSettings(**SAFE).mode == "production"


def a_development_key():
    key = public_jwks(new_private_jwk())["keys"][0]
    return {"keys": [{**key, "kid": "development-1"}]}


@pytest.mark.parametrize(
    ("name", "value"),
    [("clock_offset_seconds", 60.0), ("bus_url", "memory://"), ("internal_jwks", a_development_key())],
)
def test_production_refuses_and_names_the_setting(name, value):
    with pytest.raises(ValidationError, match=name.upper()):
        KernelSettings(**{**SAFE, name: value})
    KernelSettings(**{**SAFE, name: value, "mode": "development"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("internal_jwks", {"keys": []}),
        ("pii_key", base64.b64encode(bytes(32)).decode()),
        ("pii_key", "short"),
        ("pii_key", ""),
    ],
)
def test_a_key_that_is_none_is_refused_in_every_mode(name, value):
    for mode in ("development", "production"):
        with pytest.raises(ValidationError, match=name):
            KernelSettings(**{**SAFE, "mode": mode, name: value})


def test_secrets_do_not_show_when_settings_are_printed():
    assert "postgresql://a:b" not in repr(KernelSettings(**SAFE))
