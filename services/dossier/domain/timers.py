"""When somebody has to be warned about a dossier, or decide on it: pure, from the moments it carries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.core.clock import VIETNAM
from services.dossier.domain.actions import Task, main_task
from services.dossier.domain.deadlines import decision_due, fetched_until, reply_until, suspended_until
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.limits import Limits
from services.dossier.domain.states import State
from services.dossier.domain.waiting import waiting_decision
from worktime.calendar import WorkCalendar

LAPSED = "ANSWER_LAPSED"
PAYMENT_LATE = "PAYMENT_LATE"
RESULT_LEFT = "RESULT_LEFT"
FOR_APPLICANT = {"ANSWER_NEAR": ("answer_neared", "answer_by"), RESULT_LEFT: ("result_left", "waits_since")}
"""What the applicant is told of: how the event is called, and what it calls the moment it is about."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that is told once: from `at` on, about what ends at `due_at`."""

    kind: str
    at: datetime
    due_at: datetime


def timers(dossier: Dossier, limits: Limits, calendar: WorkCalendar | None = None) -> list[Timer]:
    """Return all that runs now; what a rule does not warn about is told when it has passed.

    What the dossier does not carry is counted by the calendar in force: of a reply whose year was not decided
    there is nothing without it, and a result is never left sooner by it.
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
    elif (ends := suspended_until(dossier, limits)) is not None:
        found += [_near("SUSPENSION_NEAR", ends, limits), _past("SUSPENSION_LATE", ends)]
    elif (reply := reply_until(dossier, calendar, limits)) is not None:
        found += [_near("REPLY_NEAR", reply, limits), _past("REPLY_LATE", reply)]
    elif (since := dossier.waits_at_counter_since) is not None:
        found.append(Timer(RESULT_LEFT, fetched_until(calendar, since, limits), since))
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
    uncounted = now if dossier.state is State.SUBMITTED else None
    return min((max(timer.at, now) for timer in running), default=uncounted)


def task_due(dossier: Dossier) -> datetime | None:
    """Return what an inbox is ordered by: until when who has to act now should have; None for nobody."""
    if main_task(dossier) is None:
        return None
    waiting = waiting_decision(dossier)
    return _stage_due(dossier) if waiting is None else waiting.until or waiting.since


def _stage_due(dossier: Dossier) -> datetime:
    match dossier.state:
        case State.PROCESSING if dossier.step is not None:
            return dossier.step.due_at
        case State.SUBMITTED:
            # Where its year is not decided a day of the clock: nobody is late who cannot be yet.
            return dossier.reply_due_at or dossier.reply_since + timedelta(days=1)
        case State.ACCEPTED if dossier.handover_due_at is not None:
            return dossier.handover_due_at
        case State.AWAITING_FINANCIAL if dossier.pay_by is not None:
            return dossier.pay_by
        case State.SUSPENDED if dossier.stops and dossier.stops[-1].until is not None:
            return dossier.stops[-1].until
        case _:
            return dossier.due_at or dossier.submitted_at


def whose(dossier: Dossier) -> Task:
    """Return who is warned: whose task it is, else the one-stop unit that answers to the applicant."""
    return main_task(dossier) or Task("ONE_STOP_OFFICER", dossier.now_at(dossier.receiving_agency.code), "")


def _near(kind: str, due_at: datetime, limits: Limits) -> Timer | None:
    rule = limits.warning(kind, due_at.astimezone(VIETNAM).date())
    if rule is None:
        return None
    return Timer(kind, due_at - timedelta(hours=float(rule.hours_before)), due_at)


def _past(kind: str, due_at: datetime) -> Timer:
    return Timer(kind, due_at + timedelta(seconds=1), due_at)
