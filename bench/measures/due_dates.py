"""How fast due moments are counted: a million of them, on one core, without a stack."""

import random
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from bench.figures import Figure
from bench.run import Run
from worktime.calendar import DayException, OfficeHours, WorkCalendar
from worktime.deadline import due_at
from worktime.term import ClockPolicy, Stop, Term, Unit
from worktime.zone import VIETNAM

COUNT = 1_000_000
_TARGET_SECONDS = 10.0
_SEED = 20_260_303
_STOPPED_SHARE = 0.1
_OFF_2026 = (
    "2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-27 2026-04-30"
    " 2026-05-01 2026-08-31 2026-09-01 2026-09-02 2026-11-24"
)
_WORKED_2026 = "2026-01-10 2026-08-22"
_TERMS = (
    *(Term(Decimal(days), Unit.WORKING_DAY) for days in (1, 2, 3, 5, 7, 10, 15, 20, 30)),
    Term(Decimal("0.5"), Unit.WORKING_DAY),
    Term(Decimal(8), Unit.WORKING_HOUR),
    Term(Decimal(0), Unit.SAME_DAY),
    Term(Decimal(30), Unit.CALENDAR_DAY),
    Term(Decimal(1), Unit.MONTH),
)


def a_million_due_dates(run: Run) -> Sequence[Figure]:
    """Count the due moments of a year's arrivals over and over, every tenth with stops; one core, pure."""
    del run
    calendar = _calendar()
    cases = _cases(COUNT // 10)
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(10):
        for start, term, stops, policy in cases:
            due_at(calendar, start, term, stops, policy)
    took, worked = time.perf_counter() - began, time.process_time() - cpu
    return [
        Figure(
            what="A million due dates on one core",
            measured=f"{worked:.1f} s",
            target=f"< {_TARGET_SECONDS:.0f} s",
            reached=worked < _TARGET_SECONDS,
            notes=[
                f"{COUNT / worked:,.0f} a second of processor time ({took:.1f} s on the clock); all units of"
                f" terms, two seasons a year, two years loaded, {_STOPPED_SHARE:.0%} with one to three stops,"
                " PAUSE and RESTART"
            ],
        )
    ]


def _calendar() -> WorkCalendar:
    winter = OfficeHours.parse("07:30-11:30;13:30-17:30")
    summer = OfficeHours.parse("07:00-11:30;13:30-17:00")
    days = [f"OFF:{day}" for day in _OFF_2026.split()] + [f"WORK:{day}" for day in _WORKED_2026.split()]
    return WorkCalendar.from_seasons(
        [
            (date(2026, 1, 1), winter),
            (date(2026, 4, 15), summer),
            (date(2026, 10, 15), winter),
            (date(2027, 4, 15), summer),
            (date(2027, 10, 15), winter),
        ],
        [DayException.parse(day) for day in days],
        (date(2026, 1, 1), date(2027, 12, 31)),
    )


def _cases(count: int) -> list[tuple[datetime, Term, tuple[Stop, ...], ClockPolicy]]:
    chance = random.Random(_SEED)  # noqa: S311 - a repeatable load, no secret.
    first = datetime(2026, 1, 5, tzinfo=VIETNAM)
    found = []
    for _ in range(count):
        start = first + timedelta(minutes=chance.randrange(360 * 24 * 60))
        stops: list[Stop] = []
        at = start
        while chance.random() < _STOPPED_SHARE and len(stops) < 3:  # noqa: PLR2004 - three is plenty.
            at += timedelta(hours=chance.randrange(1, 72))
            until = at + timedelta(hours=chance.randrange(1, 240))
            stops.append(Stop(at, until))
            at = until
        policy = ClockPolicy.RESTART if chance.random() < _STOPPED_SHARE else ClockPolicy.PAUSE
        found.append((start, chance.choice(_TERMS), tuple(stops), policy))
    return found
