"""Who keeps what an agency that ended left: who goes on with it, through every merger since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kernel.core.caller import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An agency that ended: who goes on with it, and with single procedures, where those went elsewhere."""

    code: str
    continuing: str
    by_procedure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An agency's records that another keeps: of these procedures only, or of all but some."""

    agency: str
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()


class Keepers:
    """Every agency that has ended, asked who keeps what it left."""

    def __init__(self, ended: Sequence[Ended]) -> None:
        self._ended = {one.code: one for one in ended}

    def of(self, agency: str, procedure: str = "") -> str:
        """Return who keeps the agency's records of a procedure, its books without one; itself while it is."""
        seen: set[str] = set()
        while agency in self._ended and agency not in seen:
            seen.add(agency)
            one = self._ended[agency]
            agency = one.by_procedure.get(procedure) or one.continuing or agency
        return agency

    def reaches(self, keeper: str) -> list[Reach]:
        """Return what an agency keeps: its own records, unless others do, and those left to it."""
        apart = sorted({code for one in self._ended.values() for code in one.by_procedure})
        found = []
        for agency in (keeper, *sorted(self._ended.keys() - {keeper})):
            here = tuple(code for code in apart if self.of(agency, code) == keeper)
            if self.of(agency) == keeper:
                without = tuple(code for code in apart if code not in here)
                found.append(Reach(agency=agency, without=without))
            elif here:
                found.append(Reach(agency=agency, only=here))
        return found

    def standing(self, by: Caller, agency: str, procedure: str = "") -> Caller:
        """Return the caller as one of an agency theirs keeps records of; a stranger to what others keep."""
        keeper = self.of(agency, procedure)
        if by.agency == keeper:
            return replace(by, agency=agency)
        return replace(by, agency="") if by.agency == agency else by
