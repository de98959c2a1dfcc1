"""Who keeps what an agency that ended left: who goes on with it, through every merger since."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kernel.core.caller import Caller
from services.dossier.domain.errors import CopyChanged


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

    def has(self, procedure: str) -> bool:
        """Tell whether those of a procedure are among them; without one, the agency's books."""
        return procedure not in self.without if self.only is None else procedure in self.only


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What an agency knows of: figures, lists and opening alike go by it.

    `kept`: its own records and those of agencies under it or that ended, procedure by procedure. Of an agency
    nobody told of here its code says whom it stands under: `known` are those told of whose codes begin with
    this one's. An agency that ended knows of its own yet.
    """

    agency: str
    kept: tuple[Reach, ...]
    known: tuple[str, ...] = ()

    def has(self, agency: str, procedure: str = "") -> bool:
        """Tell whether it knows of what an agency took part in, of a procedure; without one, of its books."""
        if agency == self.agency or any(one.agency == agency and one.has(procedure) for one in self.kept):
            return True
        return agency.startswith(f"{self.agency}.") and agency not in self.known

    def books(self, procedure: str = "") -> list[str]:
        """Return the agencies named one by one whose books, or a procedure's, it knows of."""
        kept = (one.agency for one in self.kept if one.has(procedure))
        return list(dict.fromkeys([self.agency, *kept]))


def above_of(agency: str) -> str:
    """Return whom an agency stands under by its code; empty for none."""
    return agency.rpartition(".")[0]


class Keepers:
    """Every agency that has ended, asked who keeps what it left.

    Of agencies whose word was changed by hand nothing is said: who asks about one, or about one whose work
    came past it, is told so (`CopyChanged`), and nobody else.
    """

    def __init__(
        self,
        ended: Sequence[Ended],
        doubted: Collection[str] = (),
        above: Mapping[str, str] | None = None,
    ) -> None:
        """`above`: whom each agency known stands under, as the catalogue says it."""
        self._ended = {one.code: one for one in ended}
        self._doubted = frozenset(doubted)
        self._above = above or {}

    def apart(self, agency: str) -> list[str]:
        """Return the procedures that may go on elsewhere than the rest of an agency's work."""
        found: set[str] = set()
        ahead, seen = [agency], {agency}
        while ahead:
            one = self._ended.get(ahead.pop())
            if one is None:
                continue
            found |= one.by_procedure.keys()
            heirs = {one.continuing, *one.by_procedure.values()} - seen
            seen |= heirs
            ahead += heirs
        return sorted(found)

    def heir(self, agency: str, procedure: str = "") -> str:
        """Return who goes on next for an agency that ended.

        Empty while it is, where no heir is known, and where agencies ended for each other: such an end leaves
        everything, dossiers and books alike, with the agency itself.
        """
        heir = self._next(agency, procedure)
        return "" if agency in self._after(heir, procedure) else heir

    def of(self, agency: str, procedure: str = "") -> str:
        """Return who keeps the agency's records of a procedure, its books without one; itself while it is.

        Raises `CopyChanged` where somebody on the way is doubted.
        """
        if not self._doubted.isdisjoint(self.way(agency, procedure)):
            raise CopyChanged
        while heir := self.heir(agency, procedure):
            agency = heir
        return agency

    def in_rings(self) -> list[str]:
        """Return the agencies that ended for each other."""
        return sorted(
            one
            for one in self._ended
            if any(self._next(one, asked) and not self.heir(one, asked) for asked in ("", *self.apart(one)))
        )

    def way(self, agency: str, procedure: str = "") -> list[str]:
        """Return every agency that is asked about when it is asked who goes on for one, itself first."""
        return list(dict.fromkeys([agency, *self._after(self._next(agency, procedure), procedure)]))

    def _next(self, agency: str, procedure: str) -> str:
        one = self._ended.get(agency)
        heir = (one.by_procedure.get(procedure) or one.continuing) if one is not None else ""
        return "" if heir == agency else heir

    def _after(self, agency: str, procedure: str) -> list[str]:
        found: list[str] = []
        while agency and agency not in found:
            found.append(agency)
            agency = self._next(agency, procedure)
        return found

    def reaches(self, keeper: str) -> list[Reach]:
        """Return what an agency keeps: its own records, unless others do, and those left to it.

        What came past a doubted agency is nobody's until that is healed. Raises `CopyChanged` where the
        agency itself is doubted.
        """
        return self._kept_by({keeper}, keeper)

    def sight(self, agency: str) -> Sight:
        """Return what an agency knows of: what it keeps, and what those keep that stand under it.

        An agency does not end with the one it stands under: it comes under whom the catalogue says, and until
        it is told under who goes on for that one.
        """
        under = {one for one in self._above if agency in self._over(one)}
        known = self._above.keys() | self._doubted
        return Sight(
            agency=agency,
            kept=tuple(self._kept_by({agency, *under}, agency)),
            known=tuple(sorted(one for one in known if one.startswith(f"{agency}."))),
        )

    def _over(self, agency: str) -> list[str]:
        """Return those an agency stands under, one above the other, each as who goes on for it."""
        found: list[str] = []
        at = agency
        while over := self._above.get(at, above_of(at)):
            heir = self.of(over) if self._is_sure(over, ()) else over
            # Who goes on for its own superior comes to stand where that one stood.
            at = over if heir == at else heir
            if at in found:
                break
            found.append(at)
        return found

    def _kept_by(self, keepers: Collection[str], first: str) -> list[Reach]:
        apart = sorted({code for one in self._ended.values() for code in one.by_procedure})
        others = sorted((self._ended.keys() | keepers) - {first})
        found = []
        for agency in (first, *(one for one in others if self._is_sure(one, apart))):
            here = tuple(code for code in apart if self.of(agency, code) in keepers)
            if self.of(agency) in keepers:
                without = tuple(code for code in apart if code not in here)
                found.append(Reach(agency=agency, without=without))
            elif here:
                found.append(Reach(agency=agency, only=here))
        return found

    def _is_sure(self, agency: str, procedures: Sequence[str]) -> bool:
        return all(self._doubted.isdisjoint(self.way(agency, one)) for one in ("", *procedures))

    def standing(self, by: Caller, agency: str, procedure: str = "") -> Caller:
        """Return the caller as one of an agency theirs keeps records of; a stranger to what others keep."""
        keeper = self.of(agency, procedure)
        if by.agency == keeper:
            return replace(by, agency=agency)
        return replace(by, agency="") if by.agency == agency else by
