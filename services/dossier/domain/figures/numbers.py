"""The numbers of a period: which dossiers each counts. Formulas are versioned; a figure names its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.dossier.domain.figures.fact import Counted, Ending, Fact, Punctuality
from services.dossier.domain.figures.period import Period

FORMULAS = "2026.5"
"""Changes with any meaning below: figures of different versions are not compared."""


class Number(StrEnum):
    """What is counted; each can be opened down to its dossiers."""

    RECEIVED = "received"
    SUBMISSIONS = "submissions"
    """What citizens handed in: an interlinked submission once, at its lead child; a correction never."""
    CORRECTIONS = "received_corrections"
    """Dossiers opened to correct a result that was handed out wrong: the errors of a period."""
    CARRIED_OVER = "carried_over"
    ENDED = "ended"
    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    LATE_BY_PORTAL = "late_by_portal"
    UNDETERMINED = "ended_undetermined"
    """No due moment is known: neither in time nor late, and in no rate of punctuality."""
    REFUSED = "refused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    IN_PROGRESS = "in_progress"
    IN_TIME = "in_progress_in_time"
    OVERDUE = "in_progress_overdue"
    IN_PROGRESS_UNDETERMINED = "in_progress_undetermined"
    PAUSED = "paused"
    ASKED_AGAIN = "in_progress_asked_again"
    INTAKE_REFUSED = "intake_refused"
    INTAKE_CANCELLED = "intake_cancelled"
    MIRRORED = "received_mirrored"
    """Worked by another system, which does not tell how it is digitised: in no rate of that."""
    ENDED_MIRRORED = "ended_mirrored"
    ENDED_ELSEWHERE = "ended_elsewhere"
    """Ours, ended by the system its route was changed to: how its result was issued is not known here."""
    ONLINE = "received_online"
    DIGITISED = "digitised"
    REUSING = "reusing"
    ELECTRONIC_RESULTS = "electronic_results"


class Amount(StrEnum):
    """What is summed over the dossiers received."""

    COMPONENTS = "components"
    COMPONENTS_DIGITISED = "components_digitised"
    COMPONENTS_REUSED = "components_reused"


def belongs(number: Number, fact: Fact, period: Period) -> bool:  # noqa: C901, PLR0911, PLR0912 - an arm a number.
    """Tell whether a dossier is counted in a number of a period.

    Always `carried_over + received = ended + in_progress`; what was never accepted is in none of the four.
    """
    received, ended = fact.received_on, fact.ended_on
    ended_within = ended is not None and period.first <= ended <= period.last
    if received is None:
        if number is Number.INTAKE_REFUSED:
            return ended_within and fact.ending is Ending.INTAKE_REFUSED
        return number is Number.INTAKE_CANCELLED and ended_within and fact.ending is Ending.CANCELLED
    is_received = period.first <= received <= period.last
    is_open = received <= period.last and (ended is None or ended > period.last)
    counted = fact.counted or Counted()
    match number:
        case Number.RECEIVED:
            return is_received
        case Number.SUBMISSIONS:
            return is_received and not fact.is_follower and not fact.is_correction
        case Number.CORRECTIONS:
            return is_received and fact.is_correction
        case Number.CARRIED_OVER:
            return received < period.first and (ended is None or ended >= period.first)
        case Number.ENDED:
            return ended_within
        case Number.EARLY:
            return ended_within and fact.punctuality is Punctuality.EARLY
        case Number.ON_TIME:
            return ended_within and fact.punctuality is Punctuality.ON_TIME
        case Number.LATE:
            return ended_within and fact.punctuality is Punctuality.OVERDUE
        case Number.LATE_BY_PORTAL:
            return ended_within and (
                fact.punctuality is Punctuality.OVERDUE
                or (fact.supplements > 1 and fact.punctuality is not Punctuality.NONE)
            )
        case Number.UNDETERMINED:
            return ended_within and fact.punctuality is Punctuality.NONE
        case Number.REFUSED:
            return ended_within and fact.ending is Ending.REFUSED
        case Number.STOPPED:
            return ended_within and fact.ending is Ending.STOPPED
        case Number.WITHDRAWN:
            return ended_within and fact.ending is Ending.WITHDRAWN
        case Number.IN_PROGRESS:
            return is_open
        case Number.IN_TIME:
            return is_open and is_due(fact, period) and not is_overdue(fact, period)
        case Number.OVERDUE:
            return is_open and is_overdue(fact, period)
        case Number.IN_PROGRESS_UNDETERMINED:
            return is_open and not is_due(fact, period)
        case Number.MIRRORED:
            return is_received and fact.is_mirror
        case Number.ENDED_MIRRORED:
            return ended_within and fact.is_mirror
        case Number.ENDED_ELSEWHERE:
            return ended_within and not fact.is_mirror and fact.route != "PROVINCE"
        case Number.PAUSED:
            stopped_at = fact.at(period.as_of)[1]
            return is_open and stopped_at is not None and stopped_at < period.as_of
        case Number.ASKED_AGAIN:
            return belongs(Number.IN_TIME, fact, period) and fact.supplements_at(period.as_of) > 1
        case Number.ONLINE:
            return is_received and fact.channel == "ONLINE"
        case Number.DIGITISED:
            return is_received and 0 < counted.components == counted.digitised
        case Number.REUSING:
            return is_received and counted.reused > 0
        case Number.ELECTRONIC_RESULTS:
            return ended_within and fact.is_electronic
        case _:
            return False


def is_due(fact: Fact, period: Period) -> bool:
    """Tell whether a due moment was known where the period looks from."""
    return fact.at(period.as_of)[0] is not None


def is_overdue(fact: Fact, period: Period) -> bool:
    """Tell whether an open dossier is past due where the period looks from; a standing clock stays put."""
    due_at, stopped_at = fact.at(period.as_of)
    until = period.as_of if stopped_at is None else min(stopped_at, period.as_of)
    return due_at is not None and due_at < until


@dataclass(frozen=True, slots=True)
class Rate:
    """An exact fraction; rounded only to be shown, and null without a denominator (domain.md 6)."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> str | None:
        """The percentage with two places, half up, and a comma: `99,70`."""
        if not self.denominator:
            return None
        exact = Decimal(self.numerator) * 100 / Decimal(self.denominator)
        return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def rates_of(counts: Mapping[str, int]) -> dict[str, Rate]:
    """Return the rates of domain.md 6.1 and 6.5 that these numbers give."""
    judged = counts[Number.ENDED] - counts[Number.UNDETERMINED]
    looked_at = judged + counts[Number.IN_PROGRESS] - counts[Number.IN_PROGRESS_UNDETERMINED]
    received = counts[Number.RECEIVED]
    own = received - counts[Number.MIRRORED]
    own_ended = counts[Number.ENDED] - counts[Number.ENDED_MIRRORED] - counts[Number.ENDED_ELSEWHERE]
    in_time = counts[Number.EARLY] + counts[Number.ON_TIME]
    # Whoever was asked for papers more than once counts as overdue there, also while in progress.
    open_in_time = counts[Number.IN_TIME] - counts[Number.ASKED_AGAIN]
    by_portal = judged - counts[Number.LATE_BY_PORTAL] + open_in_time
    return {
        "on_time": Rate(in_time, judged),
        "on_time_by_portal": Rate(by_portal, looked_at),
        "online": Rate(counts[Number.ONLINE], received),
        "digitised": Rate(counts[Number.DIGITISED], own),
        "reused": Rate(counts[Number.REUSING], own),
        "components_digitised": Rate(counts[Amount.COMPONENTS_DIGITISED], counts[Amount.COMPONENTS]),
        "electronic_results": Rate(counts[Number.ELECTRONIC_RESULTS], own_ended),
    }
