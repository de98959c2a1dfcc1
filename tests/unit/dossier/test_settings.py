"""What production refuses, by the name of the setting."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from kernel.testing.running import TEST_KEY, TEST_PII_KEY
from kernel.web.auth import public_jwks
from services.dossier.settings import DossierSettings

KEY = base64.b64encode(b"h" * 32).decode()
SAFE: dict[str, Any] = {
    "mode": "production",
    "database_url": "postgresql://dossier@db/dossier",
    "bus_url": "kafka://bus:9092",
    "internal_jwks": public_jwks(TEST_KEY),
    "pii_key": TEST_PII_KEY,
    "public_url": "https://mot-cua.example",
    "files_url": "s3://ho-so",
    "history_key": f"2026:{KEY}",
}


def test_a_safe_production_starts() -> None:
    assert DossierSettings(**SAFE).history_key.get_secret_value() == f"2026:{KEY}"


@pytest.mark.parametrize("value", [f"development:{KEY}", f"2026:{KEY},development-1:{KEY}"])
def test_production_refuses_a_development_key_of_history_wherever_it_stands(value: str) -> None:
    with pytest.raises(ValidationError, match="DOSSIER_HISTORY_KEY: a development key"):
        DossierSettings(**{**SAFE, "history_key": value})
    DossierSettings(**{**SAFE, "history_key": value, "mode": "development"})


def test_production_starts_with_no_key_of_history_left_to_chance() -> None:
    without = {name: value for name, value in SAFE.items() if name != "history_key"}
    with pytest.raises(ValidationError, match="DOSSIER_HISTORY_KEY"):
        DossierSettings(**without)
    DossierSettings(**{**without, "mode": "development"})


@pytest.mark.parametrize("value", ["", "2026", f"{KEY}", "2026:short", f"2026:{KEY},"])
def test_what_is_no_key_is_refused_in_every_mode(value: str) -> None:
    with pytest.raises(ValidationError, match="32 random bytes"):
        DossierSettings(**{**SAFE, "history_key": value, "mode": "development"})
