"""What every service is told from outside; each service's own settings extend this with its prefix."""

import base64
import binascii
import json
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from kernel.bus.kafka_security import KafkaSecurity

_KEY_BYTES = 32


class UnsafeSetting(ValueError):  # noqa: N818 - the fact is the name.
    """A setting that production mode refuses; the message names it."""


class KernelSettings(BaseSettings):
    """Settings every service has. Variables are `<SERVICE>_<NAME>`."""

    mode: Literal["development", "production"] = "production"
    database_url: SecretStr
    bus_url: SecretStr
    internal_jwks: dict[str, Any] = Field(description="Public keys of the gateway's tokens, as a JWK set")
    pii_key: SecretStr = Field(description="32 bytes, base64: seals identity numbers and contacts")
    clock_offset_seconds: float = 0
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    ops_host: str = Field(default="127.0.0.1", description="Where /livez, /readyz and /metrics answer")
    ops_port: int = Field(default=9000, ge=0, le=65535)
    pool_size: int = Field(default=16, ge=2, le=200)
    relay_poll_milliseconds: int = Field(default=50, ge=5, le=5000)
    log_level: str = "info"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: str = ""
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    kafka_ca_file: str = ""
    kafka_cert_file: str = ""
    kafka_key_file: str = ""

    @field_validator("internal_jwks", mode="before")
    @classmethod
    def _read_jwks(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("internal_jwks")
    @classmethod
    def _has_keys(cls, value: dict[str, Any]) -> dict[str, Any]:
        if not value.get("keys"):
            raise UnsafeSetting("no key: nobody's token could ever be verified")
        return value

    @field_validator("pii_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            raw = base64.b64decode(value.get_secret_value(), validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) != _KEY_BYTES or not any(raw):
            raise UnsafeSetting("32 random bytes in base64 are needed")
        return value

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.mode == "production":
            for name, reason in self.unsafe():
                raise UnsafeSetting(f"{self.model_config.get('env_prefix', '')}{name.upper()}: {reason}")
        return self

    def unsafe(self) -> list[tuple[str, str]]:
        """Name each setting that production mode refuses, with the reason; services add their own."""
        found = []
        if self.clock_offset_seconds:
            found.append(("clock_offset_seconds", "the clock may be moved in development only"))
        if any(key.get("kid", "").startswith("development") for key in self.internal_jwks.get("keys", [])):
            found.append(("internal_jwks", "a development key"))
        if self.bus_url.get_secret_value().startswith("memory:"):
            found.append(("bus_url", "the memory bus forgets"))
        return found

    def bus_security(self) -> KafkaSecurity:
        """Return how to speak to Kafka."""
        return KafkaSecurity(
            protocol=self.kafka_security_protocol,
            sasl_mechanism=self.kafka_sasl_mechanism,
            username=self.kafka_sasl_username,
            password=self.kafka_sasl_password.get_secret_value(),
            ca_file=self.kafka_ca_file,
            cert_file=self.kafka_cert_file,
            key_file=self.kafka_key_file,
        )
