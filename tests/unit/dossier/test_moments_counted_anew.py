"""Every moment a dossier carries: what a changed calendar moves, and what stays as it was told."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.domain.course import Cause, CorrectionDraft, Proposal
from services.dossier.domain.definitions import Channel, calendar_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Consultation, Step
from services.dossier.domain.moves import due_moments
from services.dossier.domain.obligations import Obligation, Obligations
from services.dossier.domain.states import State
from services.dossier.domain.stops import ClockStop, ClockStops
from services.dossier.domain.supplements import Supplement, Supplements
from services.dossier.store.limits import read_limits
from tests.unit.dossier.test_states import a_dossier
from tests.unit.dossier.test_stops import a_procedure
from worktime.calendar import WorkCalendar
from worktime.term import ClockPolicy, Term, Unit

LIMITS = read_limits()
CAUSE = Cause("COMPLEX_CASE", "AGENCY")
PROCEDURE = a_procedure(3, ClockPolicy.PAUSE)
HELD_BY = {Obligations: Obligation, ClockStops: ClockStop, Supplements: Supplement}
"""What collections hold that are types of their own."""


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return a moment of March 2026: Wednesday is the 4th, Friday the 6th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


def by(*closed: int) -> WorkCalendar | None:
    """Return the calendar with days of March closed."""
    off = [{"day": date(2026, 3, day).isoformat(), "status": "OFF", "reason": "Bão"} for day in closed]
    known = {"code": "default", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30"}
    return calendar_of([{**known, "exceptions": off}])


def working(**known: Any) -> Dossier:
    """Return a dossier accepted on Tuesday, due on Friday."""
    dossier = a_dossier(State.PROCESSING)
    dossier.submitted_at = dossier.accepted_at = at(3)
    dossier.due_at, dossier.apology_latest_at = at(6, 17, 30), at(5, 17, 30)
    for name, value in known.items():
        setattr(dossier, name, value)
    return dossier


def waiting(state: State, **known: Any) -> Dossier:
    """Return a dossier no clock runs of, handed in on Thursday at 16:00."""
    dossier = a_dossier(state)
    dossier.submitted_at = at(5, 16)
    for name, value in known.items():
        setattr(dossier, name, value)
    return dossier


def a_step(due_at: datetime) -> Step:
    """Return a step that began on Thursday at 16:00."""
    return Step("tham-dinh", "Thẩm định", "WORK", "SPECIALIST", "", "H99.201", at(5, 16), due_at)


def answered() -> Supplement:
    """Return a request answered on Thursday at 16:00."""
    return Supplement(
        (), "r", at(4), "x", at(30), is_intake=False, answered_at=at(5, 16), confirm_by=at(6, 16)
    )


def moved(name: str) -> Callable[[Dossier], datetime | None]:
    """Return how a moment is read by its path; of a collection that of the last."""

    def read(dossier: Dossier) -> datetime | None:
        found: Any = dossier
        for part in name.split("."):
            found = getattr(found[-1] if isinstance(found, tuple) else found, part)
        assert found is None or isinstance(found, datetime)
        return found

    return read


# What a closed Friday, decided on Thursday evening, makes of each: given on Thursday at 16:00, they had eight
# hours, to Friday at 16:00, and have them until Monday.
MONDAY = at(9, 16)
COUNTED: dict[str, tuple[Dossier, datetime]] = {
    "due_at": (working(), at(9, 17, 30)),
    "reappointed_due_at": (working(reappointed_due_at=at(6, 17, 30)), at(9, 17, 30)),
    "apology_latest_at": (working(), at(5, 17, 30)),
    "step.due_at": (working(step=a_step(at(6, 16))), MONDAY),
    "consultations.due_at": (
        working(
            consultations=(
                Consultation("y", "Ý kiến", "SPECIALIST", "", "H99.202", at(6, 16), asked_at=at(5, 16)),
            )
        ),
        MONDAY,
    ),
    "handover_due_at": (
        working(state=State.ACCEPTED, accepted_at=at(5, 16), handover_due_at=at(6, 8, 30)),
        at(9, 8, 30),
    ),
    "reply_due_at": (waiting(State.SUBMITTED, reply_due_at=at(6, 16)), MONDAY),
    "withdrawal_decide_by": (
        waiting(State.WITHDRAWAL_REQUESTED, withdrawal_asked_at=at(5, 16), withdrawal_decide_by=at(6, 16)),
        MONDAY,
    ),
    "supplements.confirm_by": (
        waiting(State.SUPPLEMENT_REQUESTED, supplements=Supplements((answered(),))),
        MONDAY,
    ),
    "proposal.decide_by": (
        waiting(State.INTAKE_SUPPLEMENT, proposal=Proposal("STOP", at(5, 16), at(5), at(6, 16))),
        MONDAY,
    ),
    "correction_draft.decide_by": (
        waiting(
            State.RETURNED,
            correction_draft=CorrectionDraft("r", CAUSE, "AGENCY", "x", "X", at(5, 16), at(6, 16)),
        ),
        MONDAY,
    ),
}
# Days the applicant was told in writing, and new ones somebody signs or names.
TOLD = {
    "supplements.answer_by",
    "proposal.answer_by",
    "obligations.pay_by",
    "apology_draft.new_due_at",
    "apologies.previous_due_at",
    "apologies.new_due_at",
    "stops.until",
    "original_due_at",
}
# Steps as they stood when they were left, taken back or ended elsewhere.
PAST = {
    "done.due_at",
    *(f"undo.{one}" for one in ("step.due_at", "consultations.due_at")),
    "elsewhere.end.step.due_at",
    "corrections.draft.decide_by",
}


def moments(of: type, path: str = "") -> Iterator[str]:
    """Yield the path of each moment a type carries, through all it holds."""
    hints = get_type_hints(of)
    for one in fields(of):
        name = f"{path}{one.name}"
        for kind in held(hints[one.name]):
            if kind is datetime:
                yield name
            elif is_dataclass(kind) and kind is not of:
                yield from moments(kind, f"{name}.")


def held(hint: Any) -> Iterator[type]:
    """Yield the types a field may hold."""
    if hint in HELD_BY:
        yield HELD_BY[hint]
    elif isinstance(hint, UnionType) or get_args(hint):
        for part in get_args(hint):
            if part is not NoneType and part is not Ellipsis:
                yield from held(part)
    elif isinstance(hint, type):
        yield hint


def ends(name: str) -> bool:
    """Tell whether a moment is one until when something is due, and none at which something happened."""
    last = name.rpartition(".")[2]
    return last.endswith(("_by", "due_at", "latest_at", "until"))


def test_each_due_moment_of_a_dossier_is_counted_anew_or_said_to_stay() -> None:
    """A new one is named here with what a changed calendar makes of it."""
    carried = set(moments(Dossier))
    assert {"step.due_at", "supplements.confirm_by", "undo.step.due_at", "stops.resumed_at"} <= carried
    assert {one for one in carried if ends(one)} == COUNTED.keys() | TOLD | PAST


@pytest.mark.parametrize("name", COUNTED)
def test_a_closed_day_is_given_back_to_whatever_is_due_within_it(name: str) -> None:
    dossier, expected = COUNTED[name]
    dossier = replace(dossier)
    left = due_moments.recompute(dossier, PROCEDURE, LIMITS, before=by(), after=by(6), stamp="2026:2")
    assert (left, moved(name)(dossier)) == (dossier.state, expected)
    again = due_moments.recompute(dossier, PROCEDURE, LIMITS, before=by(6), after=by(6), stamp="2026:2")
    assert (again, moved(name)(dossier)) == (None, expected)


def test_a_day_before_the_due_one_that_was_closed_moves_until_when_an_apology_is_written() -> None:
    """A term of days of the clock ends when it ended; the last working day before it is another."""
    term = Term(Decimal(3), Unit.CALENDAR_DAY)
    procedure = replace(PROCEDURE, channels={"ONLINE": Channel(term, ())})
    dossier = working()
    due_moments.recompute(dossier, procedure, LIMITS, before=by(), after=by(5), stamp="2026:2")
    assert (dossier.due_at, dossier.apology_latest_at) == (at(6, 17, 30), at(4, 17, 30))


@pytest.mark.parametrize("calendar", [None, calendar_of([])])
def test_what_waits_for_a_word_stays_where_the_calendar_does_not_reach(calendar: WorkCalendar | None) -> None:
    dossier = replace(COUNTED["proposal.decide_by"][0])
    assert due_moments.recompute(dossier, PROCEDURE, LIMITS, before=by(), after=calendar, stamp="") is None
    assert dossier.proposal is not None
    assert dossier.proposal.decide_by == at(6, 16)


def test_what_was_asked_after_the_closure_was_decided_is_not_given_the_day_twice() -> None:
    """It was counted by the calendar in force; the dossier was bound to the one before."""
    dossier = working(
        state=State.WITHDRAWAL_REQUESTED,
        prior_state=State.PROCESSING,
        withdrawal_asked_at=at(5, 16),
        withdrawal_decide_by=MONDAY,
    )
    due_moments.recompute(dossier, PROCEDURE, LIMITS, before=by(), after=by(6), stamp="2026:2")
    assert (dossier.due_at, dossier.withdrawal_decide_by) == (at(9, 17, 30), MONDAY)
