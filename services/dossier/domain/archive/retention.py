"""How long the record of a dossier is kept: a class fixed when the dossier ends, counted from its year's end.

Luật Lưu trữ 33/2024 and the agency's own schedule; rules are dated rows of `data/retention.yaml`. What was
fixed stays: a new schedule is for dossiers that end under it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.dossier.domain.dated import Rule, in_force, latest


class Ending(StrEnum):
    """How a dossier ended, as far as its record is concerned."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    STOPPED = "STOPPED"
    INTAKE_REFUSED = "INTAKE_REFUSED"
    CANCELLED = "CANCELLED"


class RecordState(StrEnum):
    """Where a record is."""

    KEPT = "KEPT"
    """At the agency; not handed over."""
    SUBMITTED = "SUBMITTED"
    """In a batch that is not acknowledged yet."""
    ARCHIVED = "ARCHIVED"
    """The archive acknowledged it."""
    DESTROYED = "DESTROYED"
    """By an approved list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """A row of a schedule; what is empty says nothing, and the row that says most decides."""

    retention: str
    valid_from: date
    source: str
    valid_to: date | None = None
    agency: str = ""
    procedure: str = ""
    result: str = ""
    sector: str = ""
    endings: frozenset[Ending] = frozenset()
    check: bool = False
    known: str = ""
    """What of the row is known, and from which text."""
    decide: str = ""
    """What the province's archive has to say before it binds anybody."""

    def fits(self, told: "Ended") -> bool:
        """Tell whether the row speaks of this dossier."""
        same = ((self.agency, told.agency), (self.procedure, told.procedure), (self.result, told.result))
        is_same = all(not wanted or wanted == found for wanted, found in same)
        is_sector = not self.sector or told.sector.startswith(self.sector)
        return is_same and is_sector and (not self.endings or told.ending in self.endings)

    @property
    def weight(self) -> tuple[bool, bool, bool, int, bool, date]:
        """How much the row says: the agency's own schedule first, then the narrower, then the newer."""
        narrow = (bool(self.agency), bool(self.procedure), bool(self.result), len(self.sector))
        return (*narrow, bool(self.endings), self.valid_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysRule:
    """A number of days the law or the province sets."""

    days: int
    valid_from: date
    source: str
    valid_to: date | None = None
    check: bool = False
    known: str = ""
    decide: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRule:
    """Which ended records are handed over to the archive; the others stay where they are."""

    endings: frozenset[Ending]
    valid_from: date
    source: str
    valid_to: date | None = None
    check: bool = False
    known: str = ""
    decide: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What of an ended dossier decides how long it is kept."""

    agency: str
    procedure: str
    result: str
    sector: str
    ending: Ending
    ended_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long: the class, the first day it may be listed for destruction, until when it is handed over."""

    retention: str
    source: str
    is_checked: bool
    counted_from: date
    kept_through: date | None
    """The last day of the period; None for ever."""
    submit_by: date

    def is_over(self, today: date) -> bool:
        """Tell whether the period has ended; never for what is kept for ever."""
        return self.kept_through is not None and today > self.kept_through


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """All of it; asked by day."""

    classes: Mapping[str, int | None]
    """Years of each class; None for ever."""
    rules: Sequence[RetentionRule]
    handover: Sequence[HandoverRule]
    submission: Sequence[DaysRule]
    acknowledgement: Sequence[DaysRule]

    def __post_init__(self) -> None:
        """Refuse a rule that names no class, and a schedule that leaves an ending without one."""
        unknown = {rule.retention for rule in self.rules} - set(self.classes)
        if unknown:
            raise ValueError(f"no such retention class: {sorted(unknown)}")
        rows: tuple[RetentionRule | HandoverRule | DaysRule, ...]
        rows = (*self.rules, *self.handover, *self.submission, *self.acknowledgement)
        silent = [rule.source for rule in rows if rule.check and not (rule.known and rule.decide)]
        if silent:
            raise ValueError(f"to be checked, but not said what is known and what to decide: {silent}")

    def of(self, told: Ended) -> Retention:
        """Return how long a record is kept, by the schedule in force on the day the dossier ended.

        Years count from the end of the year the dossier ended in, so ten years of one that ended in 2026
        are over when 2036 is.
        """
        fitting = [rule for rule in in_force(self.rules, told.ended_on) if rule.fits(told)]
        rule = max(fitting, key=lambda one: one.weight, default=None)
        if rule is None:
            raise LookupError("no retention rule on this day")
        years = self.classes[rule.retention]
        counted_from = date(told.ended_on.year, 12, 31)
        within = _last(self.submission, told.ended_on).days
        return Retention(
            retention=rule.retention,
            source=rule.source,
            is_checked=not rule.check,
            counted_from=counted_from,
            kept_through=None if years is None else date(counted_from.year + years, 12, 31),
            submit_by=told.ended_on + timedelta(days=within),
        )

    def handed_over(self, day: date) -> frozenset[Ending]:
        """Return the endings whose records are handed over, by the rule in force on a day."""
        return _last(self.handover, day).endings

    def acknowledged_within(self, day: date) -> int:
        """Return after how many days without an acknowledgement a batch is sent again."""
        return _last(self.acknowledgement, day).days


def _last(rules: Iterable[Rule], day: date) -> Rule:
    found = latest(rules, day)
    if found is None:
        raise LookupError("no rule on this day")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the archive knows of one ended dossier."""

    dossier_id: UUID
    version: int
    code: str
    procedure_code: str
    procedure_name: str
    agency: str
    ending: Ending
    ended_on: date
    retention: str
    source: str
    is_checked: bool
    counted_from: date
    kept_through: date | None
    submit_by: date
    state: RecordState = RecordState.KEPT
    archive_code: str = ""
    destroyed_by: UUID | None = None
    holds: int = 0
    """How many holds stand; counted when read."""
