"""When somebody has to be warned about a dossier, or decide on it: pure, from the moments it carries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.core.clock import VIETNAM
from services.dossier.domain.actions import Task, main_task
from services.dossier.domain.deadlines import decision_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.limits import Limits
from services.dossier.domain.states import State
from services.dossier.domain.waiting import waiting_decision

LAPSED = "ANSWER_LAPSED"
PAYMENT_LATE = "PAYMENT_LATE"
FOR_APPLICANT = frozenset({"ANSWER_NEAR"})


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that is told once: from `at` on, about what ends at `due_at`."""

    kind: str
    at: datetime
    due_at: datetime


def timers(dossier: Dossier, limits: Limits) -> list[Timer]:
    """Return all that runs now; what a rule does not warn about is told when it has passed.

    Steps and due moments that pass are told by `warnings.py` of the work.
    """
    found: list[Timer | None] = []
    asked, waiting = dossier.open_supplement, waiting_decision(dossier)
    if waiting is not None:
        until = waiting.until or decision_due(None, waiting.since, waiting.kind, limits)
        found += [_near(f"{waiting.kind}_NEAR", until, limits), _past(f"{waiting.kind}_LATE", until)]
    elif asked is not None:
        found.append(_near("ANSWER_NEAR", asked.answer_by, limits))
        found.append(_past(LAPSED, asked.answer_by))
    elif dossier.state is State.AWAITING_FINANCIAL:
        owed = {one.pay_by for one in dossier.obligations if one.owed and one.pay_by is not None}
        found.extend(_past(PAYMENT_LATE, pay_by) for pay_by in sorted(owed))
    elif dossier.state is State.SUBMITTED and dossier.reply_due_at is not None:
        found.append(_near("REPLY_NEAR", dossier.reply_due_at, limits))
        found.append(_past("REPLY_LATE", dossier.reply_due_at))
    elif dossier.state in {State.ACCEPTED, State.PROCESSING} and dossier.due_at is not None:
        if dossier.state is State.ACCEPTED and dossier.handover_due_at is not None:
            found.append(_past("HANDOVER_LATE", dossier.handover_due_at))
        if dossier.apology_latest_at is not None and not dossier.apologies:
            found.append(_near("APOLOGY_NEAR", dossier.apology_latest_at, limits))
    return [timer for timer in found if timer is not None]


def watch_next(dossier: Dossier, limits: Limits, now: datetime) -> datetime | None:
    """Return when a changed dossier is looked at next: at its first timer that is still to be told.

    What is waiting to be looked at stays so: nothing that came before the change is forgotten by it. A word
    of what comes near is idle once it came. What is told when it has passed stays to be told: it may have
    passed in a state that does not look for it, as while a withdrawal waited.
    """
    if dossier.watch_at is not None and dossier.watch_at <= now:
        return dossier.watch_at
    running = [timer for timer in timers(dossier, limits) if timer.at > timer.due_at or timer.due_at > now]
    return min((max(timer.at, now) for timer in running), default=None)


def whose(dossier: Dossier) -> Task:
    """Return who is warned: whose task it is, else the one-stop unit that answers to the applicant."""
    return main_task(dossier) or Task("ONE_STOP_OFFICER", dossier.receiving_agency.code, "")


def _near(kind: str, due_at: datetime, limits: Limits) -> Timer | None:
    rule = limits.warning(kind, due_at.astimezone(VIETNAM).date())
    if rule is None:
        return None
    return Timer(kind, due_at - timedelta(hours=float(rule.hours_before)), due_at)


def _past(kind: str, due_at: datetime) -> Timer:
    return Timer(kind, due_at + timedelta(seconds=1), due_at)
