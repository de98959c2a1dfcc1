"""Ends of agencies as a job may go by them: a word that cannot be relied on holds up no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.dossier.domain.definitions import Agency
from services.dossier.domain.heirs import Continuing
from services.dossier.domain.keepers import Keepers

UNSURE = "?"
"""Who goes on cannot be said now: a copy on the way was changed by hand."""
_NOBODY = {"", UNSURE}


@dataclass(frozen=True, slots=True)
class Move:
    """A running dossier, the agency it hangs on and who goes on for that; empty: the agency itself."""

    dossier_id: UUID
    agency: str
    heir: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What was heard of an agency last."""

    agency: Agency
    units: tuple[str, ...]
    sequence: int
    heard_at: datetime
    names: frozenset[str]
    """The heirs its end names, for all of its work or for single procedures; empty while it is."""
    is_open: bool
    """Whether it may have running dossiers that nobody goes on with yet."""
    is_told_anew: bool
    """Whether its end was told otherwise before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Words that were held against their seals, and the agencies whose word does not fit."""

    words: Mapping[str, Word]
    keepers: Keepers
    doubted: frozenset[str] = field(default_factory=frozenset)

    def is_sure(self, agency: str, procedure: str = "") -> bool:
        """Tell whether nobody on the way from an agency to who keeps its work is doubted."""
        return self.doubted.isdisjoint(self.keepers.way(agency, procedure))

    def heir(self, agency: str, procedure: str = "") -> str:
        """Return who goes on next for an agency, empty for itself, `UNSURE` where that cannot be said."""
        return self.keepers.heir(agency, procedure) if self.is_sure(agency, procedure) else UNSURE

    def keeper(self, agency: str, procedure: str = "") -> str:
        """Return who works for an agency now, through every merger, `UNSURE` where that cannot be said."""
        return self.keepers.of(agency, procedure) if self.is_sure(agency, procedure) else UNSURE

    def continuing(self, agency: str) -> Continuing:
        """Return an agency as one that goes on."""
        word = self.words[agency]
        return Continuing(agency, word.agency.name, word.units, word.agency)

    def heirs(self, agency: str) -> set[str]:
        """Return everybody who goes on next for an agency, by whatever procedure; see `heir`."""
        return {self.heir(agency, one) for one in ("", *self.keepers.apart(agency))}

    def unknown_heirs(self, agency: str) -> list[str]:
        """Return the heirs of an ended agency nobody has told of here; empty: it names none."""
        known = self.words.keys() | self.doubted
        return sorted(one for one in self.words[agency].names if one not in known)

    @property
    def going_on(self) -> list[str]:
        """Return the ended agencies that somebody goes on for."""
        return sorted(code for code, word in self.words.items() if word.names and self.heirs(code) - _NOBODY)

    @property
    def going_on_wholly(self) -> list[str]:
        """Return those of whose whole work, and each single procedure, somebody known goes on with."""
        return sorted(one for one in self.going_on if not self.heirs(one) & _NOBODY)

    @property
    def without_heir(self) -> list[tuple[str, str]]:
        """Return agencies whose end leaves work with themselves, each with the heir it names, if any."""
        unknown = [(code, heir) for code, word in self.words.items() for heir in self.unknown_heirs(code)]
        rings = [(code, heir) for code in self.keepers.in_rings() for heir in sorted(self.words[code].names)]
        return sorted({*unknown, *rings})

    @property
    def told_anew(self) -> list[str]:
        """Return the agencies whose work may go on as told before, those that ended for each other too."""
        marked = {code for code, word in self.words.items() if word.is_told_anew}
        return sorted(marked | set(self.keepers.in_rings()))

    def on_the_way(self, agency: str) -> set[str]:
        """Return everybody who is asked about when it is asked who goes on for an agency, itself too."""
        asked = ("", *self.keepers.apart(agency))
        return {one for procedure in asked for one in self.keepers.way(agency, procedure)}

    @property
    def to_hand_on(self) -> dict[str, bool]:
        """Return the agencies that ended dossiers may still have to be handed on from, or given back to.

        Each with whether some may have been handed on otherwise: a word on the way is new since.
        """
        found = {}
        for code, word in self.words.items():
            way = [self.words[one] for one in self.on_the_way(code) if one in self.words]
            is_anew = any(one.is_told_anew or (one.is_open and one.names and one != word) for one in way)
            if is_anew or (word.names and word.is_open):
                found[code] = is_anew
        return found
