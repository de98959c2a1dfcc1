"""An identity provider whose tokens the door accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden
from services.gateway.domain.account import Account
from services.gateway.domain.claims import text_of


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
    end_session_url: str = ""
    scope: str = "openid"
    acr_values: str = ""
    level_words: Mapping[str, int] = field(default_factory=dict)
    """Words of its `acr`, `loAs` and `IAL` that mean another level than `domain/assurance.py` suggests."""
    level_acr: Mapping[int, str] = field(default_factory=dict)
    """What `acr_values` asks for each level; `LoA1`, `LoA2` where nothing is said."""
    max_age: int | None = 300
    """Seconds since a raised or linking sign-in; None: this issuer does not tell `auth_time`."""
    second_factors: frozenset[str] = frozenset()
    """Words of `acr` or `amr`, one of which a token of staff must have; none: none is asked for."""
    label: str = ""
    portal_flag: str = ""
    """The flag of the portal's links that signs in here: `vnconnect` or `vneid` (national-portal.md 17.7)."""

    def acr_of(self, level: int) -> str:
        """Return what asks this issuer for a level; empty: what it always is asked for."""
        return self.level_acr.get(level, f"LoA{level}") if level else self.acr_values

    def require_second_factor(self, claims: Mapping[str, Any]) -> None:
        """Raise `SecondFactorMissing` unless the issuer says that a second factor was shown."""
        if self.kind is not IssuerKind.STAFF or not self.second_factors:
            return
        methods = claims.get("amr")
        told = {text_of(claims, "acr"), *(map(str, methods) if isinstance(methods, list) else ())}
        if self.second_factors.isdisjoint(told):
            raise SecondFactorMissing


class SecondFactorMissing(Forbidden):
    """A member of staff signed in with one factor only (403): sign in again with the second."""

    code = "second-factor-missing"
    title = "Cán bộ phải đăng nhập bằng xác thực hai lớp"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideIdentity:
    """Who an issuer says it is; the staff directory alone says who is an officer."""

    caller: Caller
    may_be_staff: bool
    expires_at: float
    """Unix seconds."""
    issuer: str = ""
    issuer_subject: str = ""
    """`sub` there, which its logout tokens name; `caller.subject` may be another claim."""
    issuer_session: str = ""
    account: Account | None = None
    """Of a person or an officer; machines have none."""
    issued_at: float | None = None
    """Unix seconds, as the token says; one that does not say is older than any sign-out."""
    authenticated_at: float | None = None
    """`auth_time`: when the person really proved who they are."""
    hint: str = ""
    """The identity token of a browser's sign-in, shown again when it signs out there."""
