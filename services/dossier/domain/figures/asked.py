"""What is asked of statistics: whose figures, cut how, of which dossiers only."""

from dataclasses import dataclass, field
from enum import StrEnum

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.keepers import Reach

READERS = ("SUPERVISOR", "SIGNER", "ONE_STOP_MANAGER", "TEAM_LEAD")
"""Leaders and supervisors: figures and lists without names."""
CLOSERS = ("SUPERVISOR", "ONE_STOP_MANAGER", "SIGNER")
MOST_CUTS = 3


class Cut(StrEnum):
    """What figures may be grouped and filtered by. `place` is where the dossier was handed in."""

    AGENCY = "agency"
    RECEIVING_AGENCY = "receiving_agency"
    PLACE = "place"
    SECTOR = "sector"
    PROCEDURE = "procedure"
    CHANNEL = "channel"
    ROUTE = "route"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class Selection:
    """The filter a figure, its list of dossiers and its export share; `within` is the caller's sight.

    `kept` and `known` are what the caller's agency knows of, as `Sight` says them.
    """

    within: str = ""
    only: dict[Cut, list[str]] = field(default_factory=dict)
    kept: tuple[Reach, ...] = ()
    known: tuple[str, ...] = ()

    def values(self, cut: Cut) -> list[str] | None:
        """Return the values a cut is narrowed to; None for all."""
        return self.only.get(cut) or None


def sight_of(caller: Caller, *, is_provincial: bool) -> str:
    """Return the agency whose figures (and those under it) the caller sees, empty for the province's all."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role(*READERS):
        raise Forbidden
    if is_provincial:
        return ""
    if not caller.agency:
        raise Forbidden
    return caller.agency


def require_closer(caller: Caller, *, is_provincial: bool) -> None:
    """Raise `Forbidden` unless a leader of the province's committee or service centre asks."""
    if caller.kind is not CallerKind.STAFF or not is_provincial or not caller.has_role(*CLOSERS):
        raise Forbidden


def cuts_of(text: str) -> tuple[Cut, ...]:
    """Read `agency,sector`; raise `Invalid` for an unknown cut, one named twice, or too many."""
    names = [name for name in text.split(",") if name]
    if len(names) > MOST_CUTS or len(set(names)) != len(names) or not set(names) <= set(Cut):
        raise Invalid(fields=[("by", f"Chọn tối đa {MOST_CUTS} trong: {', '.join(Cut)}")])
    return tuple(Cut(name) for name in names)
