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
    "smtp_host": "smtp.tinh.gov.vn",
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
        ("smtp_host", "127.0.0.1"),
        ("smtp_host", "127.1.2.3"),
        ("smtp_host", "::1"),
        ("smtp_host", "::ffff:127.0.0.1"),
        ("smtp_host", "Localhost."),
        ("mail_from", "mot-cua@tinh.example"),
    ],
)
def test_unsafe_ones_are_named(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=f"NOTIFY_{name.upper()}"):
        Settings(**{**SAFE, name: value})
    assert Settings(**{**SAFE, name: value, "mode": "development"}).mode == "development"


def test_a_relay_that_was_not_named_is_the_loopback_one_and_refused() -> None:
    unnamed = {name: value for name, value in SAFE.items() if name != "smtp_host"}
    with pytest.raises(ValidationError, match="NOTIFY_SMTP_HOST"):
        Settings(**unnamed)


def test_notices_lapse_after_three_days_unless_told_otherwise() -> None:
    assert Settings(**SAFE).latest_notice_hours == 72
    with pytest.raises(ValidationError):
        Settings(**SAFE, latest_notice_hours=0)
