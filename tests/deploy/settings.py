"""Which variables a service truly reads, asked of its settings class, and what an operator gives."""

import json
from typing import Any

from deploy import compose_env
from kernel.settings import KernelSettings
from tests.deploy.rendering import SERVICES
from tests.deploy.roles import declared


def settings_class(service: str) -> type[KernelSettings]:
    """Return the class the service reads its environment with."""
    return declared(service).settings


def known_names(service: str) -> set[str]:
    """Return every variable of the service's own settings class."""
    return _names(service, settings_class(service))


def kernel_names(service: str) -> set[str]:
    """Return the variables that every service reads."""
    return _names(service, KernelSettings)


def operators_secrets() -> dict[str, dict[str, str]]:
    """Return secrets as deploy/README.md asks for them: by name, then by key; production keys, made now."""
    made = {name: value.replace("development-", "2026-") for name, value in compose_env.environment().items()}
    addresses = {
        f"{service}-database": {"url": f"postgresql://{service}:x@db:5432/{service}"} for service in SERVICES
    }
    passwords = {f"{service}-kafka": {"password": "x"} for service in SERVICES}
    issuer = {
        "issuer": "https://dangnhap.tinh.gov.vn",
        "kind": "staff",
        "audience": "motcua",
        "second_factors": ["mfa"],
    }
    client = {"client_id": "so-tu-phap", "secret_sha256": "0" * 64, "scopes": ["catalog.read"]}
    return {
        **addresses,
        **passwords,
        "motcua-bus": {"url": "kafka://kafka:9092"},
        "motcua-internal-keys": {"jwks.json": made["INTERNAL_JWKS"]},
        "gateway-signing-key": {"jwk.json": made["INTERNAL_PRIVATE_JWK"]},
        "motcua-pii-key": {"key": made["PII_KEY"]},
        "gateway-issuers": {"issuers.json": json.dumps([issuer])},
        "gateway-service-clients": {"clients.json": json.dumps([client])},
        "gateway-portal": {"password": "x", "adapter-key": made["ADAPTER_KEY"]},
        "gateway-connectors": {"keys.json": json.dumps({"bca-pull": "x" * 32, "bca-push": "y" * 32})},
        "gateway-axis": {
            "secret": "x" * 32,
            "keys.json": json.dumps({"H99.201": {"file": "/run/motcua/keys/ben-lam.p12", "passphrase": "x"}}),
        },
        "gateway-databases": {"key": made["DATABASE_KEY"]},
        "gateway-outside": {"key": made["CALLBACK_KEY"]},
        "dossier-files": {"accessKeyId": "x", "secretAccessKey": "x"},
        "dossier-history": {"keys": made["HISTORY_KEY"].removeprefix("development-")},
        "dossier-outside": {"key": made["OUTSIDE_KEY"]},
        "dossier-seals": {
            "seals.json": json.dumps({"*": {"file": "/run/motcua/seals/tinh.p12", "passphrase": "x"}})
        },
        "dossier-receipts": {"key": "x"},
        "notify-smtp": {"password": "x"},
        "notify-sms": {"key": made["SMS_KEY"]},
    }


def resolved(variables: list[dict[str, Any]], secrets: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return a container's environment as the kubelet fills it in; an unknown secret is a `KeyError`."""
    filled = {}
    for variable in variables:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        filled[variable["name"]] = (
            secrets[reference["name"]][reference["key"]] if reference else variable["value"]
        )
    return filled


def development_keys() -> str:
    """Return a public key set that production must refuse."""
    return json.dumps({"keys": json.loads(compose_env.environment()["INTERNAL_JWKS"])["keys"]})


def _names(service: str, settings: type[KernelSettings]) -> set[str]:
    return {f"{service.upper()}_{name.upper()}" for name in settings.model_fields}
