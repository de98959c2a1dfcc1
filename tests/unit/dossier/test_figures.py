"""What statistics make of a dossier: the row its events give, the numbers it is counted in."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.figures.asked import Cut, cuts_of, require_closer, sight_of
from services.dossier.domain.figures.closing import Amended, ClosedPeriod, corrections_of, summed
from services.dossier.domain.figures.fact import (
    Counted,
    Ending,
    Fact,
    Punctuality,
    follow,
    mended,
    punctuality_of,
    told_by,
)
from services.dossier.domain.figures.numbers import Number, Rate, belongs, rates_of
from services.dossier.domain.figures.period import Every, Period
from tests.builders.dossier.figures import a_fact, an_event_data, at

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), at("2026-04-01 00:00"))
DUE = at("2026-03-09 17:30")
DAYS = st.integers(min_value=0, max_value=120).map(lambda day: at("2026-01-01 10:00") + timedelta(days=day))


def test_an_end_told_before_as_late_is_mended_by_when_the_clock_stood() -> None:
    """Events of who ended while the clock stood named no stop; who ended while it ran is as told."""
    told = replace(
        a_fact(ended_at=at("2026-04-20 09:00"), ending=Ending.WITHDRAWN), punctuality=Punctuality.OVERDUE
    )
    standing = a_fact(stopped_at=at("2026-03-05 10:00"))
    mend = mended(standing, told)
    assert (mend.stopped_at, mend.punctuality) == (standing.stopped_at, Punctuality.EARLY)
    assert mended(follow(standing, mend, at("2026-04-20 09:00")), told).punctuality is Punctuality.EARLY
    late = mended(replace(standing, stopped_at=at("2026-03-10 08:00")), told)
    assert late.punctuality is Punctuality.OVERDUE
    assert mended(a_fact(), told) == told
    assert mended(standing, replace(told, ending=Ending.RESULT)).stopped_at is None


@given(st.lists(st.tuples(st.sampled_from(["stop", "go", "move", "ask"]), st.integers(1, 40)), max_size=8))
def test_a_past_day_looks_later_as_it_looked_then(turns: list[tuple[str, int]]) -> None:
    """Whatever stops, goes on, moves and is asked for: a day's numbers are what was counted at its end."""
    fact, now, then = a_fact(), at("2026-03-02 09:00"), []
    kinds = (Number.PAUSED, Number.IN_TIME, Number.OVERDUE, Number.ASKED_AGAIN)
    for kind, hours in turns:
        now += timedelta(hours=hours)
        for day in {now.date() - timedelta(days=back) for back in (1, 2, 3)}:
            period = Period.of(day, day, now)
            then.append((period, [belongs(number, fact, period) for number in kinds]))
        stopped = {"stop": now, "ask": now, "go": None, "move": fact.stopped_at}[kind]
        assert fact.due_at is not None
        due = fact.due_at if kind in {"stop", "ask"} else fact.due_at + timedelta(hours=hours)
        told = replace(fact, stopped_at=stopped, due_at=due, supplements=int(kind == "ask"))
        fact = follow(fact, told, now)
    for period, counted in then:
        assert [belongs(number, fact, period) for number in kinds] == counted


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-03-06 17:30", Punctuality.EARLY),
        ("2026-03-08 23:59", Punctuality.EARLY),
        ("2026-03-09 00:00", Punctuality.ON_TIME),
        ("2026-03-09 17:30", Punctuality.ON_TIME),
        ("2026-03-09 17:31", Punctuality.OVERDUE),
        ("2026-03-10 07:30", Punctuality.OVERDUE),
    ],
)
def test_an_end_is_early_on_an_earlier_day_on_time_on_the_day_and_overdue_after(
    ended: str, expected: Punctuality
) -> None:
    """domain.md 3.3, to the minute."""
    assert punctuality_of(DUE, at(ended)) is expected


def test_nothing_is_counted_before_acceptance() -> None:
    """A submission that waits is in no number."""
    assert told_by("dossier.work_noted.v1", an_event_data(new_id(), "SUBMITTED", accepted_at=None)) is None


def test_a_refusal_at_the_counter_is_counted_as_that_and_never_as_received() -> None:
    """It never ran, so it is neither received nor ended."""
    data = an_event_data(
        new_id(), "INTAKE_REFUSED", accepted_at=None, due_at=None, ended_at="2026-03-03T09:00:00+07:00"
    )
    told = told_by("dossier.intake_refused.v1", data)
    assert told is not None
    counted = {number for number in Number if belongs(number, told, MARCH)}
    assert counted == {Number.INTAKE_REFUSED}


def test_a_dossier_stopped_while_its_clock_stood_ended_for_the_clock_when_it_stood_still() -> None:
    """The portal's rule: the end less the supplement's period; the due moment long past makes it not late."""
    data = an_event_data(
        new_id(),
        "STOPPED",
        ended_at="2026-04-20T09:00:00+07:00",
        stopped_at="2026-03-05T10:00:00+07:00",
        _from_state="SUPPLEMENT_REQUESTED",
    )
    told = told_by("dossier.stopped.v1", data)
    assert told is not None
    assert (told.ending, told.punctuality) == (Ending.STOPPED, Punctuality.EARLY)


@pytest.mark.parametrize(
    ("state", "change", "expected"),
    [
        ("RESULT_READY", {"_result": {"outcome": "GRANTED", "electronic": True}}, Ending.RESULT),
        ("RESULT_READY", {"_result": {"outcome": "REFUSED", "electronic": False}}, Ending.REFUSED),
        ("STOPPED", {"_from_state": "WITHDRAWAL_REQUESTED"}, Ending.WITHDRAWN),
        ("STOPPED", {"_from_state": "SUPPLEMENT_REQUESTED"}, Ending.STOPPED),
    ],
)
def test_how_it_ended_is_told_by_state_and_change(
    state: str, change: dict[str, Any], expected: Ending
) -> None:
    """A refusal on the merits is a result; a withdrawal is no stop by the agency."""
    data = an_event_data(new_id(), state, ended_at="2026-03-05T09:00:00+07:00", **change)
    told = told_by("dossier.x.v1", data)
    assert told is not None
    assert told.ending is expected


def test_a_result_handed_over_stays_the_result_it_was() -> None:
    """What comes after the issue says nothing of how it ended, and amends nothing."""
    issued = a_fact(ended_at=at("2026-03-05 09:00"), ending=Ending.REFUSED, is_electronic=True)
    archived = replace(issued, ending=Ending.RESULT, is_electronic=False, counted=None)
    after = follow(issued, archived, at("2026-03-20 09:00"))
    assert (after.ending, after.is_electronic, after.amended_at) == (Ending.REFUSED, True, None)


def test_an_end_taken_back_is_an_amendment_and_a_new_end_another() -> None:
    """Whoever closed a period meanwhile sees a correction."""
    issued = a_fact(ended_at=at("2026-03-05 09:00"), ending=Ending.RESULT, punctuality=Punctuality.EARLY)
    recalled = follow(issued, a_fact(counted=None), at("2026-04-02 09:00"))
    assert (recalled.ended_at, recalled.amended_at) == (None, at("2026-04-02 09:00"))
    again = replace(issued, ended_at=at("2026-04-03 09:00"), counted=None)
    assert follow(recalled, again, at("2026-04-03 09:00")).amended_at == at("2026-04-02 09:00")


def test_an_entry_made_on_a_later_day_is_an_amendment_from_the_start() -> None:
    """Paper taken while the network was down belongs to the day it was received on."""
    told = a_fact(received_at=at("2026-03-02 08:00"))
    assert follow(None, told, at("2026-03-02 17:00")).amended_at is None
    assert follow(None, told, at("2026-03-03 08:00")).amended_at == at("2026-03-03 08:00")


def test_the_last_cause_told_and_every_supplement_are_kept() -> None:
    """A cause stays until another is told; requests add up, and a second one is late by the portal's rule."""
    kind = "dossier.supplement_requested.v1"
    first = told_by(kind, an_event_data(new_id(), "SUPPLEMENT_REQUESTED"))
    assert first is not None
    seen = follow(a_fact(), first, at("2026-03-04 08:00"))
    seen = follow(seen, a_fact(counted=None), at("2026-03-05 08:00"))
    assert (seen.cause, seen.supplements) == ("APPLICANT_PAPERS", 1)
    named = told_by(kind, an_event_data(new_id(), "SUPPLEMENT_REQUESTED", _cause={"code": "PAPERS_WRONG"}))
    assert named is not None
    seen = follow(seen, named, at("2026-03-06 08:00"))
    ended = replace(seen, ended_at=at("2026-03-07 08:00"), punctuality=Punctuality.EARLY)
    assert (ended.cause, ended.supplements) == ("PAPERS_WRONG", 2)
    assert belongs(Number.LATE_BY_PORTAL, ended, MARCH)
    assert not belongs(Number.LATE, ended, MARCH)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """Give any dossier: accepted or not, open or ended, its clock standing or not."""
    received = draw(st.none() | DAYS)
    ended = draw(st.none() | DAYS.filter(lambda day: received is None or day >= received))
    if received is None:
        kind = draw(st.sampled_from([Ending.INTAKE_REFUSED, Ending.CANCELLED]))
        return a_fact(received_at=None, due_at=None, ended_at=ended or at("2026-02-01 08:00"), ending=kind)
    due = received + timedelta(days=draw(st.integers(min_value=0, max_value=30)))
    stopped = draw(st.none() | DAYS)
    ending = draw(st.sampled_from([Ending.RESULT, Ending.REFUSED, Ending.STOPPED, Ending.WITHDRAWN]))
    return a_fact(
        received_at=received,
        due_at=due,
        stopped_at=stopped,
        ended_at=ended,
        ending=ending if ended else Ending.OPEN,
        punctuality=punctuality_of(due, ended) if ended else Punctuality.NONE,
        supplements=draw(st.integers(min_value=0, max_value=2)),
        counted=draw(st.sampled_from([Counted(), Counted(2, 2, 1), Counted(3, 1, 0)])),
        channel=draw(st.sampled_from(["ONLINE", "DIRECT"])),
        is_electronic=draw(st.booleans()),
        is_follower=draw(st.booleans()),
    )


@given(facts(), DAYS, st.integers(min_value=0, max_value=60))
def test_carried_over_and_received_are_what_ended_and_what_goes_on(
    fact: Fact, first: datetime, length: int
) -> None:
    """Nothing is lost and nothing is counted twice, in any period."""
    period = Period.of(first.date(), first.date() + timedelta(days=length), at("2026-12-31 08:00"))
    counted = {number: belongs(number, fact, period) for number in Number}
    assert counted[Number.CARRIED_OVER] + counted[Number.RECEIVED] == (
        counted[Number.ENDED] + counted[Number.IN_PROGRESS]
    )
    assert counted[Number.ENDED] == counted[Number.EARLY] + counted[Number.ON_TIME] + counted[Number.LATE]
    assert counted[Number.IN_PROGRESS] == counted[Number.IN_TIME] + counted[Number.OVERDUE]
    assert counted[Number.SUBMISSIONS] == (counted[Number.RECEIVED] and not fact.is_follower)


@given(facts(), DAYS, st.integers(min_value=1, max_value=90))
def test_what_is_received_and_ended_by_parts_is_so_in_the_whole(
    fact: Fact, first: datetime, length: int
) -> None:
    """Months add up to the year; what one part leaves open the next carries over."""
    now = at("2026-12-31 08:00")
    whole = Period.of(first.date(), first.date() + timedelta(days=length), now)
    parts = whole.parts(Every.MONTH, now)
    for number in (Number.RECEIVED, Number.ENDED, Number.LATE):
        assert sum(belongs(number, fact, part) for part in parts) == belongs(number, fact, whole)
    for earlier, later in pairwise(parts):
        assert belongs(Number.IN_PROGRESS, fact, earlier) == belongs(Number.CARRIED_OVER, fact, later)


def test_an_open_dossier_is_overdue_from_the_minute_after_and_not_while_its_clock_stood_in_time() -> None:
    """Overdue is derived from now; a stop before the due moment holds it."""
    fact = a_fact()
    seen = Period(MARCH.first, MARCH.last, at("2026-03-09 17:30"))
    assert belongs(Number.IN_TIME, fact, seen)
    seen = replace(seen, as_of=at("2026-03-09 17:31"))
    assert belongs(Number.OVERDUE, fact, seen)
    standing = replace(fact, stopped_at=at("2026-03-09 10:00"))
    assert belongs(Number.IN_TIME, standing, seen)
    assert belongs(Number.PAUSED, standing, seen)


def test_rates_are_exact_and_rounded_only_to_be_shown() -> None:
    """336,418 dossiers: 1,009 late pass 99.7 %, 1,010 show the same and do not (domain.md 6.6)."""
    assert (Rate(335_409, 336_418).percent, Rate(335_408, 336_418).percent) == ("99,70", "99,70")
    assert 335_409 * 1000 >= 997 * 336_418 > 335_408 * 1000
    assert Rate(0, 0).percent is None
    zeros = dict.fromkeys([*Number, "components", "components_digitised", "components_reused"], 0)
    assert all(rate.percent is None for rate in rates_of(zeros).values())


def test_the_portals_rate_counts_who_was_asked_twice_as_overdue_also_while_open() -> None:
    """domain.md 6.1: more than one supplement request counts overdue; here two of four, one of them open."""
    asked = a_fact(supplements=2, due_at=at("2026-04-09 17:30"))
    ended = a_fact(supplements=2, ended_at=at("2026-03-06 10:00"), punctuality=Punctuality.EARLY)
    facts = [asked, replace(asked, supplements=1), ended, replace(ended, supplements=0)]
    counts = {number.value: sum(belongs(number, one, MARCH) for one in facts) for number in Number}
    assert rates_of(counts | zeros_of_amounts())["on_time_by_portal"] == Rate(2, 4)


def zeros_of_amounts() -> dict[str, int]:
    """Return no components at all."""
    return dict.fromkeys(["components", "components_digitised", "components_reused"], 0)


def test_a_correction_says_which_numbers_of_the_closed_period_a_dossier_left_and_came_into() -> None:
    """An end of March taken back in April: March has one ended less and one in progress more."""
    closed = ClosedPeriod(
        id=new_id(),
        first=MARCH.first,
        last=MARCH.last,
        as_of=MARCH.as_of,
        closed_at=at("2026-04-01 08:00"),
        closed_by="x",
        closed_by_name="X",
        note="",
        formulas="1",
    )
    then = a_fact(ended_at=at("2026-03-05 09:00"), ending=Ending.RESULT, punctuality=Punctuality.EARLY)
    now = replace(then, ended_at=None, ending=Ending.OPEN, punctuality=Punctuality.NONE)
    entered = a_fact(received_at=at("2026-03-30 08:00"), due_at=at("2026-04-02 17:30"))
    same = Amended(closed, then, then)
    found = corrections_of([Amended(closed, then, now), Amended(closed, None, entered), same])
    assert len(found) == 2
    assert summed(found) == {
        "received": 1,
        "submissions": 1,
        "received_online": 1,
        "ended": -1,
        "early": -1,
        "in_progress": 2,
        "in_progress_in_time": 1,
        "in_progress_overdue": 1,
    }


def _staff(*roles: str, agency: str = "H99.201") -> Caller:
    return Caller(subject="x", kind=CallerKind.STAFF, roles=frozenset(roles), agency=agency)


@pytest.mark.parametrize("role", ["SUPERVISOR", "SIGNER", "ONE_STOP_MANAGER", "TEAM_LEAD"])
def test_leaders_see_their_agency_and_the_provinces_own_see_all(role: str) -> None:
    """Sight of a figure is sight of its dossiers."""
    assert sight_of(_staff(role), is_provincial=False) == "H99.201"
    assert sight_of(_staff(role), is_provincial=True) == ""


@pytest.mark.parametrize(
    "caller",
    [
        _staff("SPECIALIST"),
        _staff("ONE_STOP_OFFICER", "CLERK"),
        _staff("SUPERVISOR", agency=""),
        Caller(subject="x", kind=CallerKind.PERSON, roles=frozenset({"SUPERVISOR"})),
        Caller(subject="x", kind=CallerKind.SERVICE, roles=frozenset({"SUPERVISOR"}), agency="H99"),
    ],
)
def test_nobody_else_reads_figures(caller: Caller) -> None:
    """Not officers without a lead's role, not people, not machines, not staff of nowhere."""
    with pytest.raises(Forbidden):
        sight_of(caller, is_provincial=False)


def test_only_the_province_closes_periods() -> None:
    """A commune's leader does not, nor does a specialist of the province."""
    require_closer(_staff("SUPERVISOR"), is_provincial=True)
    for caller, is_provincial in ((_staff("SIGNER"), False), (_staff("SPECIALIST"), True)):
        with pytest.raises(Forbidden):
            require_closer(caller, is_provincial=is_provincial)


def test_cuts_are_known_named_once_and_at_most_three() -> None:
    """Anything else is wrong input."""
    assert cuts_of("agency,sector") == (Cut.AGENCY, Cut.SECTOR)
    assert cuts_of("") == ()
    for wrong in ("owner", "agency,agency", "agency,sector,channel,route"):
        with pytest.raises(Invalid):
            cuts_of(wrong)


def test_a_period_is_cut_at_weeks_months_quarters_and_years() -> None:
    """Ends are cut short; too many parts, days the wrong way round or too far apart are wrong input."""
    now = at("2026-12-01 08:00")
    year = Period.of(date(2026, 1, 15), date(2026, 12, 14), now)
    months = [(one.first, one.last) for one in year.parts(Every.MONTH, now)]
    assert (months[0], months[1]) == (
        (date(2026, 1, 15), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    )
    assert months[-1] == (date(2026, 12, 1), date(2026, 12, 14))
    assert [one.last for one in year.parts(Every.QUARTER, now)][:2] == [date(2026, 3, 31), date(2026, 6, 30)]
    assert [one.last for one in year.parts(Every.YEAR, now)] == [date(2026, 12, 14)]
    assert year.parts(Every.WEEK, now)[0].last == date(2026, 1, 18)
    assert year.as_of == now
    with pytest.raises(Invalid):
        year.parts(Every.DAY, now)
    for last in (date(2026, 1, 14), date(2036, 1, 1)):
        with pytest.raises(Invalid):
            Period.of(date(2026, 1, 15), last, now)
