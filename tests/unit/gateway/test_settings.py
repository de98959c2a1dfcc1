"""What production refuses, by the name of the setting."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from kernel.testing.running import TEST_PII_KEY
from kernel.web.auth import new_private_jwk, public_jwks
from services.gateway.settings import Settings

KEY = new_private_jwk()
SAFE: dict[str, Any] = {
    "mode": "production",
    "database_url": "postgresql://gateway@db/gateway",
    "bus_url": "kafka://bus:9092",
    "internal_jwks": public_jwks(KEY),
    "internal_private_jwk": json.dumps(KEY),
    "pii_key": TEST_PII_KEY,
    "public_url": "https://mot-cua.example",
    "cors_origins": ["https://dich-vu.example"],
    "issuers": [
        {
            "issuer": "https://xacthuc.example",
            "audience": "mot-cua",
            "jwks_url": "https://xacthuc.example/jwks",
        }
    ],
}


def test_a_safe_production_starts() -> None:
    assert Settings(**SAFE).issuers[0].kind == "person"


CONNECTOR = {"name": "BO", "title": "Bộ", "route": "MINISTRY"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("development_issuer", True),
        ("sample_users_file", "users.json"),
        ("cors_origins", ["*"]),
        ("cors_origins", ["http://dich-vu.example"]),
        ("public_url", "http://mot-cua.example"),
        ("internal_private_jwk", json.dumps({**KEY, "kid": "development-1"})),
        ("issuer_private_jwk", json.dumps({**KEY, "kid": "development-1"})),
        ("issuers", [{"issuer": "http://xacthuc.example", "audience": "a"}]),
        ("issuers", [{"issuer": "https://xacthuc.example", "audience": ""}]),
        ("clock_offset_seconds", 5),
        ("connectors", [{**CONNECTOR, "pull": {"url": "http://bo.example/thay-doi"}}]),
        ("connector_keys", {"bo": "khoa-gui-thu-nghiem"}),
    ],
)
def test_production_refuses_and_names_the_setting(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=f"GATEWAY_{name.upper()}"):
        Settings(**{**SAFE, name: value})
    Settings(**{**SAFE, name: value, "mode": "development"})


AXIS = {"documents_url": "https://truc.example", "documents_secret": "x" * 32}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"documents_url": "http://truc.example"}, "GATEWAY_DOCUMENTS_URL"),
        ({"documents_secret": "bi-mat-truc-thu-nghiem"}, "GATEWAY_DOCUMENTS_SECRET"),
        ({"documents_secret": ""}, "a secret for it"),
        ({"documents_folder": "/srv/axis"}, "one way to the axis"),
        ({"documents_signature_required": "DOCUMENTS"}, "without trusted roots"),
        ({"documents_signing_keys": '{"H99.201": {}}'}, "each key is"),
        ({"documents_signing_keys": "x"}, "JSON by agency"),
    ],
)
def test_a_way_to_the_axis_that_is_not_safe_is_refused(changed: dict[str, str], told: str) -> None:
    assert Settings(**SAFE, **AXIS).axis_account() is not None
    with pytest.raises(ValidationError, match=told):
        Settings(**{**SAFE, **AXIS, **changed})


def test_lists_are_read_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", '["https://a.example"]')
    monkeypatch.setenv("GATEWAY_RATE_LIMITS", '{"public": null, "person": {"per_second": 1, "burst": 2}}')
    settings = Settings(**{name: value for name, value in SAFE.items() if name != "cors_origins"})
    assert settings.cors_origins == ["https://a.example"]
    assert settings.rate_limits["public"] is None


def test_a_connector_without_its_key_and_two_of_one_name_are_refused() -> None:
    keyless = Settings(**{**SAFE, "connectors": [{**CONNECTOR, "push": {"key": "bo"}}]})
    with pytest.raises(ValueError, match="no key bo"):
        keyless.sources()
    with pytest.raises(ValidationError, match="two connectors with one name"):
        Settings(**{**SAFE, "connectors": [CONNECTOR, CONNECTOR]})
    with pytest.raises(ValidationError, match="fields are"):
        Settings(**{**SAFE, "connectors": [{**CONNECTOR, "fields": {"ten": "x"}}]})
