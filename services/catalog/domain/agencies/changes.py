"""Merge, split, rename, dissolve, move: one decision each, and everything it makes of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

Record = Mapping[str, Any]
EVERY = "*"
"""In the map of procedures: all that are not named."""


class ChangeKind(StrEnum):
    """What a decision does to agencies."""

    MERGE = "MERGE"
    SPLIT = "SPLIT"
    RENAME = "RENAME"
    DISSOLVE = "DISSOLVE"
    MOVE = "MOVE"


@dataclass(frozen=True, slots=True)
class Decision:
    """The paper a change rests on."""

    number: str
    signed_on: date

    def data(self) -> dict[str, str]:
        """Return it as records carry it."""
        return {"number": self.number, "signed_on": self.signed_on.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """What a decision says; codes are of the new generation.

    `ended` agencies have their last day before `effective_on`. `created` are whole records; `successors` may
    be created or exist. `continuing` works what runs. `procedures` says who gets which (several may), the key
    `*` all others; `children`, `staff` and `points` say where those under an ended agency go, where it is not
    plain. `agency` with `name` or `parent` is what is renamed or moved.
    """

    kind: ChangeKind
    decision: Decision
    effective_on: date
    is_correction: bool = False
    ended: Sequence[str] = ()
    created: Sequence[Record] = ()
    successors: Sequence[str] = ()
    continuing: str = ""
    procedures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    children: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    points: Mapping[str, str] = field(default_factory=dict)
    agency: str = ""
    name: str = ""
    short_name: str = ""
    parent: str = ""

    @property
    def last_day(self) -> date:
        """The last day of what was before."""
        return self.effective_on - timedelta(days=1)

    @property
    def sole(self) -> str:
        """Who carries on alone; empty where several do."""
        return self.successors[0] if len(self.successors) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """That an agency is competent for a procedure on these days."""

    agency: str
    procedure: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The catalogue as far as a change touches it.

    `performers` gives for every procedure in force its agencies, from the versions and the dated competence
    on the effective day; `levels` the days of each administrative level.
    """

    agencies: Mapping[str, Record]
    staff: Sequence[Record] = ()
    points: Sequence[Record] = ()
    offerings: Sequence[Offering] = ()
    performers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    levels: Mapping[str, tuple[date, date | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Something the decision leaves open, for people to settle."""

    about: str
    code: str
    text: str

    def data(self) -> dict[str, str]:
        """Return it as it is listed."""
        return {"about": self.about, "code": self.code, "text": self.text}


@dataclass(slots=True)
class ChangePlan:
    """What a change writes: `now` at the commit, `then` on the effective day (both at once if it has come).

    Both map an agency's code to the members that change; a code of `then` with none is only told again.
    """

    request: ChangeRequest
    now: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    then: dict[str, dict[str, Any]] = field(default_factory=dict)
    staff: dict[str, dict[str, Any]] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    closed: list[Offering] = field(default_factory=list)
    opened: list[Offering] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def deferred(self) -> dict[str, Any]:
        """Return what waits for the day, as it is kept."""
        return {"agencies": self.then, "staff": self.staff, "points": self.points}


def changed(agency: Record, members: Record) -> dict[str, Any]:
    """Return the record with decided members, which no later import takes back."""
    decided = {**(agency.get("decided") or {}), **members}
    return {**agency, **members, "decided": decided}
