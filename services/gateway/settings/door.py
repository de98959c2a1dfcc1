"""The door itself: keys, addresses behind it, who signs people in, how much it lets through."""

import json
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from kernel.settings import KernelSettings
from services.gateway.setting_groups import IssuerSettings, RateLimit, ServiceClientSettings


class DoorPart(KernelSettings):
    """What every gateway is told, whatever it is connected to."""

    internal_private_jwk: SecretStr = Field(description="Ed25519 JWK that signs the internal tokens")
    public_url: str = Field(default="http://127.0.0.1:8000", description="where browsers reach this door")
    catalog_url: str = "http://127.0.0.1:8001"
    dossier_url: str = "http://127.0.0.1:8002"
    notify_url: str = "http://127.0.0.1:8003"
    survey_url: str = "http://127.0.0.1:8004"
    upstream_connections: int = Field(default=256, ge=1, le=4096, description="kept open to each service")
    issuers: list[IssuerSettings] = Field(default=[])
    service_clients: list[ServiceClientSettings] = Field(default=[])
    issuer_private_jwk: SecretStr = Field(
        default=SecretStr(""), description="signs what /oidc gives out; empty: the internal key"
    )
    development_issuer: bool = Field(
        default=False, description="sample people may sign in without a password"
    )
    sample_users_file: str = Field(default="", description="JSON with `people` and `staff`, as in province/")
    redirect_uris: list[str] = Field(default=[], description="further clients of the development issuer")
    cors_origins: list[str] = Field(default=[])
    session_hours: float = Field(default=8, gt=0, le=24)
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="hops whose X-Forwarded-For is believed")
    max_in_flight: int = Field(default=512, ge=8, le=20000)
    rate_limits: dict[str, RateLimit | None] = Field(
        default={}, description="by class (see README); null switches a class off"
    )
    usage_smallest_cell: int = Field(
        default=5,
        ge=2,
        le=1000,
        description="numbers of use below this are not told, nor what would tell them",
    )
    usage_keep_days: int = Field(default=1100, ge=62, le=4000, description="how long use is kept by the day")
    outside_callback_key: SecretStr = Field(
        default=SecretStr(""), description="key an outside system calls back with; empty: nobody may"
    )

    @field_validator("public_url", "catalog_url", "dossier_url", "notify_url", "survey_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            message = "must be an http(s) address"
            raise ValueError(message)
        return value.rstrip("/")

    def signing_jwk(self) -> dict[str, Any]:
        """Return the private key of the internal tokens."""
        return _jwk(self.internal_private_jwk)

    def issuer_jwk(self) -> dict[str, Any]:
        """Return the private key of the tokens that /oidc gives out."""
        return (
            _jwk(self.issuer_private_jwk)
            if self.issuer_private_jwk.get_secret_value()
            else self.signing_jwk()
        )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add what a public door must never have: sample users, development keys, open CORS, plain HTTP."""
        found = super().unsafe()
        if self.development_issuer:
            found.append(("development_issuer", "sample people sign in without a password"))
        if self.sample_users_file:
            found.append(("sample_users_file", "sample people are for development"))
        for name in ("internal_private_jwk", "issuer_private_jwk"):
            secret = getattr(self, name)
            if secret.get_secret_value() and str(_jwk(secret).get("kid", "")).startswith("development"):
                found.append((name, "a development key"))
        if any("*" in origin or not origin.startswith("https://") for origin in self.cors_origins):
            found.append(("cors_origins", "open, or not https"))
        if not self.public_url.startswith("https://"):
            found.append(("public_url", "cookies need https"))
        for issuer in self.issuers:
            found += [("issuers", reason) for reason in _unsafe_issuer(issuer)]
        return found


def _unsafe_issuer(issuer: IssuerSettings) -> list[str]:
    """Say what is missing: keys come by https, and tokens must be meant for us."""
    found = [] if issuer.audience else [f"{issuer.issuer}: no audience"]
    if issuer.kind == "staff" and not issuer.second_factors:
        found.append(f"{issuer.issuer}: staff without a second factor")
    urls = (
        issuer.end_session_url,
        issuer.jwks_url,
        issuer.token_url,
        issuer.authorization_url,
        issuer.userinfo_url,
    )
    if any(url and not url.startswith("https://") for url in urls) or (
        not issuer.jwks and not issuer.jwks_url and not issuer.issuer.startswith("https://")
    ):
        found.append(f"{issuer.issuer}: not https")
    return found


def _jwk(secret: SecretStr) -> dict[str, Any]:
    value = json.loads(secret.get_secret_value())
    if not isinstance(value, dict):
        message = "a private JWK is a JSON object"
        raise TypeError(message)
    return value
