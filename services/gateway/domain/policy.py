"""Who may pass the door: services check the object, the door turns away who has no business there."""

from dataclasses import dataclass, field

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Policy:
    """Kinds of callers, roles of staff and scopes of machines that may pass; one that fits is enough."""

    is_public: bool = False
    kinds: frozenset[CallerKind] = field(default_factory=frozenset)
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: "Policy") -> "Policy":
        """Let pass whom either lets pass."""
        return Policy(
            self.is_public or other.is_public,
            self.kinds | other.kinds,
            self.roles | other.roles,
            self.scopes | other.scopes,
        )

    def admit(self, caller: Caller | None) -> None:
        """Return when the caller may pass; raise `Unauthenticated` or `Forbidden` otherwise."""
        if self.is_public:
            return
        if caller is None:
            raise Unauthenticated
        if caller.kind in self.kinds:
            return
        wanted = {CallerKind.STAFF: self.roles, CallerKind.SERVICE: self.scopes}.get(caller.kind)
        if not wanted or caller.roles.isdisjoint(wanted):
            raise Forbidden


def machines(*scopes: str) -> Policy:
    """Let machines with one of these scopes pass."""
    return Policy(scopes=frozenset(scopes))


_DOSSIER_ROLES = frozenset(
    {
        "ONE_STOP_OFFICER",
        "ONE_STOP_MANAGER",
        "SPECIALIST",
        "TEAM_LEAD",
        "SIGNER",
        "CLERK",
        "CASHIER",
        "POSTAL_AGENT",
        "SUPERVISOR",
    }
)

ANYBODY = Policy(is_public=True)
SIGNED_IN = Policy(kinds=frozenset({CallerKind.PERSON, CallerKind.STAFF}))
ANY_CALLER = Policy(kinds=frozenset(CallerKind))
PERSONS = Policy(kinds=frozenset({CallerKind.PERSON}))
STAFF = Policy(kinds=frozenset({CallerKind.STAFF}))
OFFICERS = Policy(roles=_DOSSIER_ROLES)
