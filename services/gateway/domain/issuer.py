"""An identity provider whose tokens the door accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kernel.core.caller import Caller


class IssuerKind(StrEnum):
    """Whose accounts an issuer holds; only of STAFF and OWN may a subject be one of the staff."""

    PERSON = "person"
    STAFF = "staff"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Where its keys and its sign-in are, and how its claims are read."""

    name: str
    kind: IssuerKind
    audience: str = ""
    jwks_url: str = ""
    jwks: Mapping[str, Any] | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    subject_prefix: str = ""
    client_id: str = ""
    client_secret: str = ""
    authorization_url: str = ""
    token_url: str = ""
    userinfo_url: str = ""
    scope: str = "openid"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideIdentity:
    """Who an issuer says it is; the staff directory alone says who is an officer."""

    caller: Caller
    may_be_staff: bool
    expires_at: float
    """Unix seconds."""
