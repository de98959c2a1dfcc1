"""What the law limits, by date: how often, how long, until when (data/limits.yaml, data/causes.yaml)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from kernel.core.errors import Invalid
from services.dossier.domain.course import Cause
from services.dossier.domain.dated import latest

GENERAL = "GENERAL"
ANSWER_INSUFFICIENT = "ANSWER_INSUFFICIENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRule:
    """How often papers may be asked for at a stage (INTAKE, PROCESSING) on one legal ground."""

    stage: str
    basis: str
    name: str
    most: int
    answer_days: int
    longest_days: int
    valid_from: date
    source: str
    needs_legal_basis: bool = False
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """A number the law sets."""

    value: Decimal
    valid_from: date
    source: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule(NumberRule):
    """Office hours within which people decide on what waits for them."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """A time of day the law sets."""

    value: time
    valid_from: date
    source: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRule:
    """When people are warned before a timer ends, in hours of the clock."""

    kind: str
    hours_before: Decimal
    valid_from: date
    source: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRule:
    """A cause of a STOP, a STEP or a DELAY, and whose time it is."""

    code: str
    name: str
    belongs_to: str
    use: frozenset[str]
    valid_from: date = date(2010, 7, 15)
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All of it; asked by day."""

    supplement_requests: Sequence[SupplementRule]
    supplement_totals: Sequence[NumberRule]
    reply: Sequence[NumberRule]
    decisions: Sequence[DecisionRule]
    cutoffs: Sequence[TimeRule]
    early: Sequence[NumberRule]
    reappointments: Sequence[NumberRule]
    apologies: Sequence[NumberRule]
    fetching: Sequence[NumberRule]
    reviews: Sequence[NumberRule]
    longest_suspensions: Sequence[NumberRule]
    warnings: Sequence[WarningRule] = ()
    causes: Sequence[CauseRule] = field(default_factory=tuple)

    def supplement(self, stage: str, basis: str, day: date) -> SupplementRule:
        """Return the rule of a stage and ground; raise `Invalid` for a ground the law does not know."""
        rules = [rule for rule in self.supplement_requests if (rule.stage, rule.basis) == (stage, basis)]
        found = latest(rules, day)
        if found is None:
            raise Invalid(fields=[("basis", "Không có căn cứ yêu cầu bổ sung này")])
        return found

    def bases(self, stage: str, day: date) -> list[str]:
        """Return the grounds papers may be asked for on at a stage that day, the general one first."""
        known = dict.fromkeys(rule.basis for rule in self.supplement_requests if rule.stage == stage)
        rules = {
            basis: [one for one in self.supplement_requests if (one.stage, one.basis) == (stage, basis)]
            for basis in known
        }
        return [basis for basis, found in rules.items() if latest(found, day) is not None]

    def most_supplements(self, day: date) -> int:
        """Return how often a dossier is sent back in all, over stages and grounds."""
        return int(_known(latest(self.supplement_totals, day)).value)

    def reply_hours(self, day: date) -> Decimal:
        """Return the office hours within which a submission is replied to."""
        return _known(latest(self.reply, day)).value

    def decision_hours(self, kind: str, day: date) -> Decimal:
        """Return the office hours within which what waits for a decision of this kind is decided."""
        return _known(latest([rule for rule in self.decisions if rule.kind == kind], day)).value

    def cause_name(self, code: str) -> str:
        """Return what a cause is called; its code where nobody named it."""
        return next((rule.name for rule in self.causes if rule.code == code), code)

    def cutoff(self, day: date) -> time:
        """Return the time after which the day counts as over for same-day work and hand-over."""
        rule = latest(self.cutoffs, day)
        if rule is None:
            raise LookupError("no cut-off on this day")
        return rule.value

    def early_hours(self, day: date) -> Decimal:
        """Return what "the beginning of the next working day" is, in office hours."""
        return _known(latest(self.early, day)).value

    def most_reappointments(self, day: date) -> int:
        """Return how often a due date may be moved with an apology."""
        return int(_known(latest(self.reappointments, day)).value)

    def apology_days(self, day: date) -> int:
        """Return how many working days before the due day the apology is written at the latest."""
        return int(_known(latest(self.apologies, day)).value)

    def fetching_days(self, day: date) -> int:
        """Return after how many working days a result nobody fetched counts as left."""
        return int(_known(latest(self.fetching, day)).value)

    def review_days(self, day: date) -> int:
        """Return after how many days a suspension without an expected end is looked at again."""
        return int(_known(latest(self.reviews, day)).value)

    def longest_suspension_days(self, day: date) -> int:
        """Return after how many days a suspension is looked at again, whatever day was named."""
        return int(_known(latest(self.longest_suspensions, day)).value)

    def warning(self, kind: str, day: date) -> WarningRule | None:
        """Return when people are warned of this; None when nobody is."""
        return latest([rule for rule in self.warnings if rule.kind == kind], day)

    def cause(self, code: str, use: str, day: date) -> Cause:
        """Return a cause for this use; raise `Invalid` for one that is not known on the day."""
        rules = [rule for rule in self.causes if rule.code == code and use in rule.use]
        found = latest(rules, day)
        if found is None:
            raise Invalid(fields=[("cause", "Không có mã nguyên nhân này")])
        return Cause(found.code, found.belongs_to)


def _known(rule: NumberRule | None) -> NumberRule:
    if rule is None:
        raise LookupError("no limit on this day")
    return rule
