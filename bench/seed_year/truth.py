"""The maker's own count of every figure, from the plans alone: no rule of the service is used."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bench.seed_year.plan import Plan
from worktime.zone import VIETNAM

CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("agency",),
    ("receiving_agency",),
    ("place",),
    ("sector",),
    ("procedure",),
    ("channel",),
    ("route",),
    ("cause",),
    ("agency", "procedure"),
)
Cell = tuple[int, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Span:
    """A period that is checked."""

    first: date
    last: date

    @property
    def ends(self) -> datetime:
        """The moment it is over."""
        return datetime.combine(self.last + timedelta(days=1), time(0), VIETNAM)


def spans_of(year: int) -> list[Span]:
    """Return the months, the quarters, the year, two reports from day 15 to 14, a week and a day."""
    starts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    day = timedelta(days=1)
    months = [Span(starts[place], starts[place + 1] - day) for place in range(12)]
    quarters = [Span(starts[place], starts[place + 3] - day) for place in range(0, 12, 3)]
    others = [
        Span(date(year, 1, 1), date(year, 12, 31)),
        Span(date(year, 3, 15), date(year, 6, 14)),
        Span(date(year, 6, 15), date(year, 12, 14)),
        Span(date(year, 4, 6), date(year, 4, 12)),
        Span(date(year, 10, 13), date(year, 10, 13)),
    ]
    return [*months, *quarters, *others]


def count(plans: Iterable[Plan], spans: list[Span]) -> dict[Cell, Counter[str]]:
    """Return the numbers of every span, cut and value."""
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    for plan in plans:
        values = _values(plan)
        for place, span in enumerate(spans):
            counted = _counted(plan, span)
            if counted:
                for cut in CUTS:
                    found[place, cut, tuple(values[name] for name in cut)].update(counted)
    return found


def _values(plan: Plan) -> dict[str, str]:
    return {
        "agency": plan.desk.competent.code,
        "receiving_agency": plan.desk.receiving.code,
        "place": plan.helping.code,
        "sector": plan.desk.procedure.sector,
        "procedure": plan.desk.procedure.code,
        "channel": plan.channel,
        "route": "PROVINCE",
        "cause": "APPLICANT_PAPERS" if plan.stop else "",
    }


def _counted(plan: Plan, span: Span) -> dict[str, int]:
    ended = plan.ended_at.date() if plan.ended_at else None
    is_ended = ended is not None and span.first <= ended <= span.last
    if plan.accepted_at is None:
        name = "intake_refused" if plan.ending == "INTAKE_REFUSED" else "intake_cancelled"
        return {name: 1} if is_ended else {}
    accepted = plan.accepted_at.date()
    if accepted > span.last or (ended is not None and ended < span.first):
        return {}
    counted = {}
    if accepted >= span.first:
        counted = {
            "received": 1,
            "submissions": 1,
            "received_online": int(plan.channel == "ONLINE"),
            "digitised": int(plan.digitised == plan.components),
            "reusing": int(plan.reused > 0),
            "components": plan.components,
            "components_digitised": plan.digitised,
            "components_reused": plan.reused,
        }
    else:
        counted["carried_over"] = 1
    if is_ended:
        counted |= {"ended": 1, plan.lateness.lower(): 1, "electronic_results": int(plan.is_electronic)}
        counted["late_by_portal"] = int(plan.lateness == "LATE")
        if plan.ending in {"REFUSED", "STOPPED", "WITHDRAWN"}:
            counted[plan.ending.lower()] = 1
        return counted
    return counted | _going_on(plan, span)


def _going_on(plan: Plan, span: Span) -> dict[str, int]:
    """Count what is open at the end, by the due moment and the clock as they were then.

    Overdue once past due, unless its clock stood before that.
    """
    stop = plan.stop
    is_before = stop is None or stop.resumed_at is None or stop.resumed_at >= span.ends
    is_paused = stop is not None and is_before and stop.stopped_at < span.ends
    until = stop.stopped_at if is_paused and stop else span.ends
    due_at = plan.first_due_at if stop and is_before else plan.due_at
    name = "in_progress_overdue" if due_at is not None and due_at < until else "in_progress_in_time"
    return {"in_progress": 1, name: 1, "paused": int(is_paused)}
