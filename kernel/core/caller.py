"""Who is asking: the one form in which every service sees a person, an officer or another system."""

from dataclasses import dataclass
from enum import StrEnum


class CallerKind(StrEnum):
    """The three sorts of callers."""

    PERSON = "person"
    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The subject of a verified token.

    `roles` and `agency` come from the staff directory for staff, and are empty for a person; a service has
    scopes in `roles`. `identity_number` is the person's own, given only by an assured identity provider.
    """

    subject: str
    kind: CallerKind
    name: str = ""
    roles: frozenset[str] = frozenset()
    agency: str = ""
    unit: str = ""
    identity_number: str = ""
    assurance: str = ""

    def has_role(self, *roles: str) -> bool:
        """Tell whether the caller holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)
