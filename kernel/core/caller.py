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
    scopes in `roles`. `identity_number` is the person's own, told only where the issuer checked it.
    """

    subject: str
    kind: CallerKind
    name: str = ""
    roles: frozenset[str] = frozenset()
    agency: str = ""
    unit: str = ""
    identity_number: str = ""
    told_number: str = ""
    """What an account tells that nobody checked: it says who is meant, and opens nothing."""
    assurance: str = ""
    """What the issuer said of it, in its words; evidence, never compared."""
    assurance_level: int = 0
    """Of a person, as `kernel.core.assurance` counts: what this sign-in showed."""
    also: frozenset[str] = frozenset()
    """Subjects of other accounts proven to be the same person's; what they did is this person's too."""

    @property
    def named_number(self) -> str:
        """The number this person goes by, checked or not."""
        return self.identity_number or self.told_number

    @property
    def subjects(self) -> list[str]:
        """Every subject this caller is known by, the own one first."""
        return [self.subject, *sorted(self.also - {self.subject})]

    def has_role(self, *roles: str) -> bool:
        """Tell whether the caller holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)
