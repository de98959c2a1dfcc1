"""What closed periods and the corrections told after them add up to, whoever reads months or quarters."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from kernel.core.ids import new_id
from services.dossier.domain.figures.closing import Amended, ClosedPeriod, Told, corrections_of, summed
from services.dossier.domain.figures.fact import Ending, Fact, punctuality_of
from services.dossier.domain.figures.numbers import Number, belongs
from services.dossier.domain.figures.period import Every, Period
from tests.builders.dossier.figures import a_fact, at

BEGIN = at("2026-01-01 08:00")
YEAR_END = at("2027-01-31 08:00")
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 6, 30), YEAR_END)
MONTHS, QUARTERS = (HALF_YEAR.parts(every, YEAR_END) for every in (Every.MONTH, Every.QUARTER))
AMENDMENT = st.tuples(st.integers(1, 179), st.none() | st.integers(0, 179), st.integers(0, 60))


def amended(fact: Fact, ended_on: int | None, received_on: int, moment: datetime) -> Fact:
    """Return a dossier received and ended on other days than was told before."""
    received = min(BEGIN + timedelta(days=received_on), moment)
    ended = None if ended_on is None else min(max(BEGIN + timedelta(days=ended_on), received), moment)
    due = received + timedelta(days=9)
    return replace(
        fact,
        received_at=received,
        due_at=due,
        ended_at=ended,
        ending=Ending.RESULT if ended else Ending.OPEN,
        punctuality=punctuality_of(due, ended) if ended else fact.punctuality.NONE,
        amended_at=moment,
    )


def closing(
    period: Period, moment: datetime, now: Fact, closed: list[tuple[ClosedPeriod, Fact]]
) -> ClosedPeriod:
    """Close a period as the use case does: with what was amended within it, less what was told before it."""
    amended_on = now.amended_at.date() if now.amended_at else None
    is_within = amended_on is not None and period.first <= amended_on <= period.last
    found = [Amended(one, then, now) for one, then in closed if is_within]
    told = [Told(one.first, one.last, one.corrections) for one, _ in closed if one.last < period.first]
    return ClosedPeriod(
        id=new_id(),
        first=period.first,
        last=period.last,
        as_of=period.as_of,
        closed_at=moment,
        closed_by="x",
        closed_by_name="X",
        note="",
        formulas="1",
        corrections=corrections_of(found, told, (period.last - period.first).days + 1),
    )


@given(st.lists(AMENDMENT, max_size=7), st.sets(st.integers(0, 5)), st.sets(st.integers(0, 1)))
@example([(40, 20, 0), (70, None, 0)], set(), set())
@example([(40, 20, 0), (91, None, 0)], {2}, set())
def test_what_was_closed_and_every_correction_told_since_give_what_is_true(
    amendments: list[tuple[int, int | None, int]], late_months: set[int], late_quarters: set[int]
) -> None:
    """Amended however often, closed at once or late: nothing is told twice and nothing left out."""
    fact = a_fact(received_at=BEGIN, due_at=BEGIN + timedelta(days=9))
    turns: list[tuple[datetime, int, object]] = [
        (BEGIN + timedelta(days=day), place, (ended, received))
        for place, (day, ended, received) in enumerate(amendments)
    ]
    for parts, late in ((MONTHS, late_months), (QUARTERS, late_quarters)):
        for place, one in enumerate(parts):
            turns.append((one.as_of + timedelta(days=100 if place in late else 2), len(turns), one))
    closed: list[tuple[ClosedPeriod, Fact]] = []
    for moment, _, what in sorted(turns, key=lambda one: one[:2]):
        if isinstance(what, Period):
            closed.append((closing(what, moment, fact, closed), fact))
        elif isinstance(what, tuple):
            fact = amended(fact, *what, moment)
    for parts in (MONTHS, QUARTERS):
        chain = [one for one, _ in closed if any((one.first, one.last) == (p.first, p.last) for p in parts)]
        for one, then in closed:
            said = summed(
                told for kept in chain for told in kept.corrections if told["period_id"] == str(one.id)
            )
            for number in Number:
                is_true = int(belongs(number, fact, one.period))
                assert belongs(number, then, one.period) + said.get(number.value, 0) == is_true, number
