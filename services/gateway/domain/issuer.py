"""An identity provider whose tokens the door accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden


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
    second_factors: frozenset[str] = frozenset()
    """Words of `acr` or `amr`, one of which a token of staff must have; none: none is asked for."""
    label: str = ""
    portal_flag: str = ""
    """The flag of the portal's links that signs in here: `vnconnect` or `vneid` (national-portal.md 17.7)."""

    def require_second_factor(self, claims: Mapping[str, Any]) -> None:
        """Raise `SecondFactorMissing` unless the issuer says that a second factor was shown."""
        if self.kind is not IssuerKind.STAFF or not self.second_factors:
            return
        methods = claims.get("amr")
        told = {str(claims.get("acr", "")), *(map(str, methods) if isinstance(methods, list) else ())}
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
    hint: str = ""
    """The identity token of a browser's sign-in, shown again when it signs out there."""
