"""Production refuses what must not reach real people, and says which setting it is."""

from typing import Any

import pytest
from pydantic import ValidationError

from kernel.testing.running import TEST_KEY, TEST_PII_KEY
from kernel.web.auth import public_jwks
from services.notify.settings import Settings

SAFE = {
    "mode": "production",
    "database_url": "postgresql://notify:x@db/notify",
    "bus_url": "kafka://kafka:9092",
    "internal_jwks": public_jwks(TEST_KEY),
    "pii_key": TEST_PII_KEY,
    "public_url": "https://dichvucong.tinh.example",
    "sms_url": "https://sms.example/send",
    "sms_key": "khoa-that",
    "mail_from": "mot-cua@tinh.gov.vn",
}


def test_safe_settings_start() -> None:
    assert Settings(**SAFE).mode == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_key", "khoa-sms-thu-nghiem"),
        ("sms_url", "http://sms.example/send"),
        ("public_url", "http://dichvucong.tinh.example"),
        ("lease_seconds", 20),
        ("mail_from", "mot-cua@tinh.example"),
    ],
)
def test_unsafe_ones_are_named(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=f"NOTIFY_{name.upper()}"):
        Settings(**{**SAFE, name: value})
    assert Settings(**{**SAFE, name: value, "mode": "development"}).mode == "development"
