"""Everybody who may stand at the door: nobody, two citizens, every role here and elsewhere, every machine."""

import hashlib
from dataclasses import dataclass

from services.gateway.domain.routes import ROUTES

HERE, ELSEWHERE = "H99.201", "H99.202"
UNITS = {
    "ONE_STOP_OFFICER": "mot-cua",
    "ONE_STOP_MANAGER": "mot-cua",
    "CASHIER": "mot-cua",
    "SIGNER": "lanh-dao",
    "CLERK": "van-phong",
}
SECRET = "bi-mat-cua-may"
OWNER, STRANGER = "cong-dan-an", "nguoi-la"
PEOPLE = [
    {"subject": OWNER, "name": "Nguyễn Văn An", "identity_number": "099088000011", "account_type": "CITIZEN"},
    {"subject": STRANGER, "name": "Người Lạ", "identity_number": "099000000999", "account_type": "CITIZEN"},
]
ROLES = sorted({role for route in ROUTES for role in route.policy.roles} | {"SURVEY_ANALYST"})
SCOPES = sorted({scope for route in ROUTES for scope in route.policy.scopes})


@dataclass(frozen=True)
class Standing:
    """One column of the table."""

    name: str
    subject: str = ""
    role: str = ""
    agency: str = ""
    scope: str = ""


def everybody() -> list[Standing]:
    """Return the columns in their order."""
    here = [Standing(f"{role} here", f"{role.lower()}.here", role, HERE) for role in ROLES]
    elsewhere = [Standing(f"{role} elsewhere", f"{role.lower()}.else", role, ELSEWHERE) for role in ROLES]
    machines = [Standing(scope, scope, scope=scope) for scope in SCOPES]
    people = [Standing("anonymous"), Standing("owner", OWNER), Standing("other person", STRANGER)]
    return [*people, *here, *elsewhere, *machines]


def directory(standing: Standing) -> dict[str, object]:
    """Return an officer as the catalogue publishes one."""
    return {
        "subject": standing.subject,
        "name": standing.name,
        "agency": standing.agency,
        "unit": UNITS.get(standing.role, "chuyen-mon"),
        "roles": [standing.role],
        "position": standing.role,
    }


def clients() -> list[dict[str, object]]:
    """Return the machines as the gateway's settings name them."""
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    return [{"client_id": scope, "secret_sha256": digest, "scopes": [scope]} for scope in SCOPES]
