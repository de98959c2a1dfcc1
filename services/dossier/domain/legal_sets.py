"""The sets of official forms by date: TT 01/2018/TT-VPCP, then TT 03/2025/TT-VPCP (data/legal_sets.yaml)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kernel.core.clock import VIETNAM

CONTROL_SLIP = "CONTROL_SLIP"
REGISTER = "REGISTER"


@dataclass(frozen=True, slots=True)
class Form:
    """How a set names a form; without a number the set has no such form and it is printed without one."""

    number: str
    title: str
    signer: str
    template: str = "notice"
    """Its layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalSet:
    """The forms of one circular, in force from a day."""

    code: str
    valid_from: date
    source: str
    forms: Mapping[str, Form]

    def label(self, kind: str) -> str:
        """Return what stands in a form's corner; empty for what is no form of the set."""
        number = self.forms[kind].number
        return f"Mẫu số {number} ({self.source})" if number else ""


class LegalSets:
    """Every set; a moment before the first is asked of the first."""

    def __init__(self, sets: Iterable[LegalSet]) -> None:
        self._sets = sorted(sets, key=lambda one: one.valid_from)
        if not self._sets:
            raise ValueError("there is no set of forms")
        kinds = set(self._sets[0].forms)
        uneven = [one.code for one in self._sets if set(one.forms) != kinds]
        if uneven:
            message = f"sets of forms lack some: {uneven}"
            raise ValueError(message)

    def on(self, at: datetime) -> LegalSet:
        """Return the set in force at a moment, by Vietnam's date."""
        day = at.astimezone(VIETNAM).date()
        return next((one for one in reversed(self._sets) if one.valid_from <= day), self._sets[0])

    def named(self, code: str) -> LegalSet:
        """Return a set by its code; KeyError for one that is not shipped."""
        found = next((one for one in self._sets if one.code == code), None)
        if found is None:
            raise KeyError(code)
        return found
