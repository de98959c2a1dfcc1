"""The JSON objects among the gateway's variables: issuers, machines, quotas, connectors."""

from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from services.gateway.domain.connectors.source import FIELDS
from services.gateway.domain.issuer import Issuer, IssuerKind


class IssuerSettings(BaseModel):
    """An outside identity provider whose tokens are accepted.

    `kind` says whose accounts it holds: `person` (VNConnect, VNeID), `staff` (the province's own directory:
    only here is a subject looked for among the staff). `claims` names the claims that differ from the
    defaults of that kind. Endpoints not given are read from the issuer's discovery document.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(min_length=1)
    kind: Literal["person", "staff"] = "person"
    audience: str = ""
    jwks_url: str = ""
    jwks: dict[str, Any] | None = None
    claims: dict[str, str] = {}
    subject_prefix: str = Field(default="", description="keeps subjects of two issuers apart")
    client_id: str = Field(default="", description="our client there; with it people may sign in by browser")
    client_secret: SecretStr = SecretStr("")
    authorization_url: str = ""
    token_url: str = ""
    userinfo_url: str = ""
    end_session_url: str = ""
    acr_values: str = Field(default="", description="the assurance asked for at sign-in, as LoA1")
    level_words: dict[str, Literal[0, 1, 2]] = Field(
        default={}, description="words of acr, loAs and IAL that mean another level than suggested"
    )
    level_acr: dict[Literal[1, 2], str] = Field(
        default={}, description="what acr_values asks for a level; LoA1, LoA2"
    )
    max_age: int | None = Field(
        default=300, ge=0, le=3600, description="seconds since a raised sign-in; null: no auth_time there"
    )
    second_factors: list[str] = Field(
        default=[], description="words of acr or amr one of which a token of staff must have"
    )
    scope: str = "openid"
    portal_flag: Literal["", "vnconnect", "vneid"] = Field(
        default="", description="the flag of the portal's links that leads to this sign-in"
    )
    label: str = Field(default="", description="how the sign-in page names it")

    def issuer_of(self) -> Issuer:
        """Return the provider as the door knows it."""
        return Issuer(
            name=self.issuer,
            kind=IssuerKind(self.kind),
            client_secret=self.client_secret.get_secret_value(),
            second_factors=frozenset(self.second_factors),
            **self.model_dump(exclude={"issuer", "kind", "client_secret", "second_factors"}),
        )


class ServiceClientSettings(BaseModel):
    """Another system that calls as a machine; the secret is long and random, and kept as its SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")
    secret_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: list[str]


class RateLimit(BaseModel):
    """A bucket: `per_second` tokens run in, it holds `burst`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_second: float = Field(gt=0)
    burst: int = Field(gt=0)


class PortalWindow(BaseModel):
    """Hours of a day in Vietnam, `from` to before `to`, and how many calls a second are agreed for them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    first: time = Field(alias="from")
    last: time = Field(alias="to")
    per_second: float = Field(ge=0)


class PullSettings(BaseModel):
    """A source we ask for pages; `key` names one of `connector_keys`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://[^\s]+$")
    key: str = ""
    page_size: int = Field(default=200, ge=1, le=5000)
    every_seconds: float = Field(default=60, gt=0)
    timeout_seconds: float = Field(default=20, gt=0, le=300)
    most_bytes: int = Field(default=8_388_608, ge=1024, le=67_108_864)
    cursor_parameter: str = "cursor"
    limit_parameter: str = "limit"
    items: str = "items"
    next_cursor: str = "next_cursor"
    has_more: str = "has_more"


class PushSettings(BaseModel):
    """A source that posts to us; `key` names one of `connector_keys`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(min_length=1)
    most_bytes: int = Field(default=8_388_608, ge=1024, le=67_108_864)
    items: str = "items"


class FileSettings(BaseModel):
    """A source that drops CSV files into a folder of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str = Field(min_length=1)
    most_bytes: int = Field(default=33_554_432, ge=1024, le=134_217_728)
    most_rows: int = Field(default=100_000, ge=1, le=1_000_000)


class ConnectorSettings(BaseModel):
    """A ministry's or sector's system whose dossiers are mirrored; `fields` names what it calls otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[\w.-]{1,64}$")
    title: str
    route: Literal["MINISTRY", "SECTOR"]
    agency: str = ""
    fields: dict[str, str] = {}
    procedures: dict[str, str] = {}
    statuses: dict[str, str] = {}
    agencies: dict[str, str] = {}
    pull: PullSettings | None = None
    push: PushSettings | None = None
    drop: FileSettings | None = None

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) - set(FIELDS):
            raise ValueError(f"fields are {', '.join(FIELDS)}")
        return value
