"""The year as planned: who hands in what where and when, and how it ends. Everything later follows the plan.

Shape: arrivals by working day and hour, a Zipf of procedures, larger and smaller communes, 62 % online, one
in 25 asked for a supplement, 0.3 % late (99.7 % on time), a few stopped, withdrawn or refused, and those
received in December that the year carries over.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from bench.seed_year.world import Desk, World
from services.dossier.domain.deadlines import dossier_due
from services.dossier.domain.definitions import Agency
from worktime.term import Stop, Term, Unit
from worktime.zone import VIETNAM

_HOURS = ((8, 22), (9, 26), (10, 20), (13, 4), (14, 16), (15, 9), (16, 3))
_CUTOFF = time(15, 0)
_CARRIED = 0.018
_ELSEWHERE, _SCANNED, _REUSED, _ELECTRONIC = 0.06, 0.8, 0.35, 0.9
_LATE, _ON_THE_DAY = 0.003, 0.28
_SUPPLEMENTED, _LAPSED, _WITHDRAWN, _REFUSED = 0.04, 0.002, 0.004, 0.015
_TRIES = 40
_NOT_TAKEN, _CANCELLED, _NEVER_ENDED = 0.008, 0.003, 0.0002


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One dossier from beginning to end; `ended_at` None when the year ends before it does."""

    number: int
    desk: Desk
    helping: Agency
    channel: str
    submitted_at: datetime
    accepted_at: datetime | None
    code_number: int
    due_at: datetime | None
    first_due_at: datetime | None
    stop: Stop | None
    ended_at: datetime | None
    ending: str
    lateness: str
    components: int
    digitised: int
    reused: int
    is_electronic: bool
    is_returned: bool


@dataclass(frozen=True, slots=True)
class Year:
    """How large the year is and where it lies."""

    size: int
    year: int
    seed: int = 2026

    @property
    def horizon(self) -> datetime:
        """The moment the year is over: nothing after it has happened."""
        return datetime(self.year + 1, 1, 1, tzinfo=VIETNAM)


class Planner:
    """Makes the plans of a year in the order of acceptance."""

    def __init__(
        self, world: World, year: Year, numbers: Mapping[tuple[str, date], int] | None = None
    ) -> None:
        self._world, self._year = world, year
        self._random = Random(year.seed)  # noqa: S311 - a made-up year, the same for the same seed.
        self._weights = [desk.weight for desk in world.desks]
        # Codes go on after those the service has given already.
        self._numbers: dict[tuple[str, date], int] = defaultdict(int, numbers or {})
        first = date(year.year - 1, 12, 1)
        days = [first + timedelta(days=place) for place in range((date(year.year, 12, 31) - first).days + 1)]
        self._days = [day for day in days if world.calendar.is_working_day(day)]

    @property
    def numbers(self) -> dict[tuple[str, date], int]:
        """The last number of each agency and day."""
        return self._numbers

    def plans(self) -> Iterator[Plan]:
        """Give every plan, December's carried over first; exactly `size` are accepted within the year."""
        year = self._year
        before = [day for day in self._days if day.year < year.year]
        within = [day for day in self._days if day.year == year.year]
        number = 0
        for days, count, must_go_on in (
            (before[-14:], round(year.size * _CARRIED), True),
            (within, year.size, False),
        ):
            for moment in sorted(self._arrivals(days, count)):
                number += 1
                yield self._accepted(number, moment, must_go_on=must_go_on)
        for moment in self._arrivals(within, round(year.size * (_NOT_TAKEN + _CANCELLED))):
            number += 1
            yield self._not_taken(number, moment)

    def _arrivals(self, days: list[date], count: int) -> list[datetime]:
        """Spread moments over days (Mondays are full) and hours; the seconds differ."""
        chance = self._random
        weights = [1.3 if day.weekday() == 0 else 1.0 for day in days]
        hours, shares = zip(*_HOURS, strict=True)
        return [
            datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), VIETNAM)
            + timedelta(microseconds=chance.randrange(1_000_000))
            for day, hour in zip(
                chance.choices(days, weights, k=count), chance.choices(hours, shares, k=count), strict=True
            )
        ]

    def _begun(self, number: int, at: datetime) -> Plan:
        chance = self._random
        [desk] = chance.choices(self._world.desks, self._weights)
        offered = desk.procedure.channels
        wanted = chance.choices(("ONLINE", "DIRECT", "POSTAL"), (62, 36, 2))[0]
        channel = wanted if wanted in offered else next(iter(offered))
        is_online = channel == "ONLINE"
        helping = desk.receiving
        if not is_online and desk.procedure.is_boundary_free and chance.random() < _ELSEWHERE:
            helping = chance.choice(self._world.communes or (desk.receiving,))
        components = max(1, len(desk.procedure.components))
        is_whole = is_online or chance.random() < _SCANNED
        return Plan(
            number=number,
            desk=desk,
            helping=helping,
            channel=channel,
            submitted_at=at - timedelta(minutes=chance.randrange(5, 240)) if is_online else at,
            accepted_at=at,
            code_number=0,
            due_at=None,
            first_due_at=None,
            stop=None,
            ended_at=None,
            ending="",
            lateness="",
            components=components,
            digitised=components if is_whole else chance.randrange(components),
            reused=1 if chance.random() < _REUSED else 0,
            is_electronic=chance.random() < _ELECTRONIC,
            is_returned=False,
        )

    def _not_taken(self, number: int, at: datetime) -> Plan:
        is_refused = self._random.random() < _NOT_TAKEN / (_NOT_TAKEN + _CANCELLED)
        ending = "INTAKE_REFUSED" if is_refused else "CANCELLED"
        begun = replace(self._begun(number, at), channel="ONLINE")
        return replace(begun, accepted_at=None, ended_at=at + timedelta(hours=1), ending=ending)

    def _accepted(self, number: int, at: datetime, *, must_go_on: bool) -> Plan:
        for _ in range(_TRIES):
            plan = self._course(self._begun(number, at), at)
            if not must_go_on or plan.ended_at is None or plan.ended_at.year == self._year.year:
                break
        else:
            # Nothing of December lasted into the year by itself: one that is late does.
            passed = max(date(self._year.year, 1, 4), (plan.first_due_at or at).date())
            late = self._office_moment(self._after(passed, self._random.randrange(1, 6)))
            plan = replace(plan, stop=None, due_at=plan.first_due_at, ended_at=late, lateness="LATE")
        key = (plan.desk.receiving.code, at.date())
        self._numbers[key] += 1
        return self._until_horizon(replace(plan, code_number=self._numbers[key]))

    def _course(self, plan: Plan, at: datetime) -> Plan:
        """Choose what becomes of an accepted dossier."""
        chance = self._random
        due = self._due(plan, at)
        plan = replace(plan, first_due_at=due, due_at=due)
        if chance.random() < _NEVER_ENDED:
            return plan
        fate = chance.random()
        if fate < _SUPPLEMENTED + _LAPSED and (stopped := self._moment_within(at, due)) is not None:
            plan = self._stopped(plan, stopped, lapses=fate < _LAPSED)
        return plan if plan.ending else self._ended(plan)

    def _stopped(self, plan: Plan, stopped: datetime, *, lapses: bool) -> Plan:
        if lapses:
            ended = self._office_moment(self._after(stopped.date(), 24))
            # For the clock it ended when it was stopped, on a day before the due day.
            return replace(
                plan,
                stop=Stop(stopped),
                ended_at=ended,
                ending="STOPPED",
                lateness="EARLY",
                is_electronic=False,
            )
        resumed = self._office_moment(self._after(stopped.date(), self._random.randrange(1, 15)))
        stop = Stop(stopped, resumed)
        return replace(plan, stop=stop, due_at=self._due(plan, plan.accepted_at or stopped, stop))

    def _ended(self, plan: Plan) -> Plan:
        """Choose the class first and the moment after it: the truth does not come from the service's rule."""
        chance, due = self._random, plan.due_at or plan.submitted_at
        since = plan.stop.resumed_at if plan.stop and plan.stop.resumed_at else plan.accepted_at or due
        draw, fate = chance.random(), chance.random()
        ending = "REFUSED" if fate < _REFUSED else "WITHDRAWN" if fate < _REFUSED + _WITHDRAWN else "RESULT"
        if draw < _LATE:
            lateness, at = "LATE", self._office_moment(self._after(due.date(), chance.randrange(1, 8)))
        else:
            early = self._moment_on_an_earlier_day(since, due) if draw > _LATE + _ON_THE_DAY else None
            lateness, at = ("EARLY", early) if early else ("ON_TIME", self._moment_on_the_day(since, due))
        is_electronic = plan.is_electronic and ending in {"RESULT", "REFUSED"}
        return replace(plan, ended_at=at, ending=ending, lateness=lateness, is_electronic=is_electronic)

    def _until_horizon(self, plan: Plan) -> Plan:
        """Take away what would happen after the year."""
        horizon = self._year.horizon
        if plan.stop is not None and plan.stop.stopped_at >= horizon:
            plan = replace(plan, stop=None, due_at=plan.first_due_at)
        if plan.stop is not None and plan.stop.resumed_at is not None and plan.stop.resumed_at >= horizon:
            plan = replace(plan, stop=Stop(plan.stop.stopped_at), due_at=plan.first_due_at)
        if plan.ended_at is not None and plan.ended_at >= horizon:
            plan = replace(plan, ended_at=None, ending="", lateness="", is_electronic=False)
        is_result = plan.ending in {"RESULT", "REFUSED"} and plan.ended_at is not None
        returned = is_result and plan.ended_at is not None and plan.ended_at + timedelta(hours=20) < horizon
        return replace(plan, is_returned=returned)

    def _due(self, plan: Plan, at: datetime, *stops: Stop) -> datetime:
        procedure = plan.desk.procedure
        found = procedure.channels[plan.channel].term
        if found is None:
            raise LookupError(procedure.code)
        term = Term(found.value, found.unit, _CUTOFF) if found.unit is Unit.SAME_DAY else found
        return dossier_due(procedure, term, self._world.calendar, at, stops)

    def _after(self, day: date, count: int) -> date:
        return self._world.calendar.working_day_after(day, count).day

    def _office_moment(self, day: date) -> datetime:
        return datetime.combine(day, time(self._random.choice((8, 9, 10, 14, 15)), 0), VIETNAM) + timedelta(
            seconds=self._random.randrange(3_600)
        )

    def _moment_within(self, since: datetime, until: datetime) -> datetime | None:
        found = self._moment_on_an_earlier_day(since, until)
        return found if found is not None and found > since + timedelta(minutes=30) else None

    def _moment_on_an_earlier_day(self, since: datetime, due: datetime) -> datetime | None:
        """Return an office moment after `since` on a day before the due day, None when there is none."""
        calendar, first = self._world.calendar, since.date()
        count = calendar.working_days(first, due.date() - timedelta(days=1))
        if count < 1:
            return None
        return self._office_moment(self._after(first, self._random.randrange(1, count + 1)))

    def _moment_on_the_day(self, since: datetime, due: datetime) -> datetime:
        """Return a moment on the due day, after `since` and not after the due time."""
        first = max(since + timedelta(minutes=20), datetime.combine(due.date(), time(7, 30), VIETNAM))
        if first >= due:
            return due
        return first + timedelta(seconds=self._random.randrange(int((due - first).total_seconds()) + 1))
