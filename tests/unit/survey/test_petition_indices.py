"""Indices 5.1 to 5.3 from recorded acts: each petition once, late if any part was, by the set of the day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid4

import pytest

from kernel.core.clock import VIETNAM
from services.survey.domain.petitions.indices import (
    SETS,
    Counted,
    DossierCounts,
    Ended,
    Number,
    Recorded,
    counted,
    handlings_of,
    indices,
    set_on,
)
from services.survey.domain.petitions.terms import terms_on

NINE = datetime(2026, 3, 3, 9, tzinfo=VIETNAM)
MARCH = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
LATER = NINE + timedelta(days=60)
NONE = DossierCounts(ended=0, overdue=0, petitioned=0, disliked=0)


def acts(*told: str, one: UUID | None = None, agency: str = "A", due_days: int = 20) -> list[Recorded]:
    """Return acts an hour apart; `!` after a name: late, `:X` at agency X, `-`: not satisfied."""
    petition, found = one or uuid4(), []
    for hour, name in enumerate(told):
        action, _, where = name.rstrip("!-").partition(":")
        agency = where or agency
        found.append(
            Recorded(
                petition_id=petition,
                reference="PA",
                dossier_code="",
                action=action,
                at=NINE + timedelta(hours=hour),
                agency=agency,
                is_late=name.endswith("!"),
                next_due_at=NINE + timedelta(days=due_days),
                is_satisfied=(not name.endswith("-")) if action == "RATED" else None,
            )
        )
    return found


def seen(*told: str, agency: str | None = None, cut_off: datetime = LATER, **more: int) -> Counted | None:
    found = counted(handlings_of(acts(*told, **more), {}), agency=agency, cut_off=cut_off, **MARCH)
    return found[0] if found else None


def numbers(*told: str, agency: str | None = None, cut_off: datetime = LATER) -> set[str]:
    one = seen(*told, agency=agency, cut_off=cut_off)
    return {number.value for number in one.numbers} if one else set()


DONE = ("FILED", "CLASSIFIED", "ANSWERED")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (DONE, {"COUNTED", "ON_TIME"}),
        (("FILED", "CLASSIFIED", "ANSWERED!"), {"COUNTED", "LATE"}),
        (("FILED", "ASKED!", "INFORMED", "CLASSIFIED", "ANSWERED"), {"COUNTED", "LATE"}),
        (("FILED", "REJECTED"), {"COUNTED", "ON_TIME"}),
        ((*DONE, "PUBLISHED!"), {"COUNTED", "LATE"}),
        ((*DONE, "RATED"), {"COUNTED", "ON_TIME"}),
        ((*DONE, "RATED-"), {"COUNTED", "ON_TIME", "DISSATISFIED"}),
        ((*DONE, "RAISED_AGAIN", "CLASSIFIED", "ANSWERED"), {"COUNTED", "ON_TIME", "RAISED_AGAIN"}),
        (("FILED",), {"COUNTED", "LATE"}),
        (("FILED:A", "FORWARDED:B", "CLASSIFIED", "ANSWERED!"), {"COUNTED", "LATE"}),
    ],
    ids=lambda one: " ".join(sorted(one) if isinstance(one, set) else one),
)
def test_a_petition_counts_as_what_was_done_to_it(told: tuple[str, ...], expected: set[str]) -> None:
    assert numbers(*told) == expected


def test_what_is_open_and_not_due_is_in_no_index() -> None:
    """A day before its term it is neither late nor handled; a moment after it is late."""
    due = NINE + timedelta(days=20)
    assert numbers("FILED", cut_off=due) == {"IN_TIME"}
    assert numbers("FILED", cut_off=due + timedelta(seconds=1)) == {"COUNTED", "LATE"}


def test_each_agency_answers_for_its_own_part() -> None:
    """Sent on late by the first, answered in time by the second; the province counts it once, late."""
    told = ("FILED:A", "FORWARDED:B!", "CLASSIFIED", "ANSWERED", "RATED-")
    assert numbers(*told, agency="A") == {"COUNTED", "LATE"}
    assert numbers(*told, agency="B") == {"COUNTED", "ON_TIME", "DISSATISFIED"}
    assert numbers(*told) == {"COUNTED", "LATE", "DISSATISFIED"}
    assert numbers(*told, agency="C") == set()


def test_what_an_agency_had_not_finished_by_its_last_day_counts_for_who_goes_on() -> None:
    """Through every merger by the day it was finished; who takes it on otherwise has it from then on."""
    day = NINE.date()
    ended = {"A": Ended(day, "B"), "B": Ended(day + timedelta(days=2), "C"), "C": Ended(day, "A")}

    def where(*told: str) -> list[str]:
        return [one.agency for one in handlings_of(acts(*told), ended)]

    assert where(*DONE) == ["A"], "finished on its last day"
    assert where("FILED") == ["A"], "agencies said to go on for each other end the way"
    late = acts("FILED")
    later = [replace(one, action="ANSWERED", at=NINE + timedelta(days=1)) for one in late]
    assert [one.agency for one in handlings_of([*late, *later], ended)] == ["B"]
    assert where("FILED", "CLASSIFIED:X", "ANSWERED:X", "RATED:Y") == ["X"]
    assert where("FILED", "FORWARDED:X", "ANSWERED:X") == ["A", "X"]


def test_a_petition_belongs_to_the_days_it_arrived_on_there() -> None:
    """By Vietnam's day; raised again in another month it counts there too."""
    petition = uuid4()
    first = acts(*DONE, one=petition)
    again = [
        Recorded(**{name: getattr(one, name) for name in one.__slots__} | {"at": one.at + timedelta(days=60)})
        for one in acts("RAISED_AGAIN", "CLASSIFIED", "ANSWERED!", one=petition)
    ]
    handled = handlings_of([*first, *again], {})
    march = counted(handled, agency=None, cut_off=LATER + timedelta(days=90), **MARCH)
    may = counted(
        handled,
        agency=None,
        first=date(2026, 5, 1),
        last=date(2026, 5, 31),
        cut_off=LATER + timedelta(days=90),
    )
    assert [one.numbers for one in march] == [{Number.COUNTED, Number.ON_TIME, Number.RAISED_AGAIN}]
    assert [one.numbers for one in may] == [{Number.COUNTED, Number.LATE}]


def a_counted(*found: Number) -> Counted:
    return Counted(
        petition_id=uuid4(),
        reference="PA",
        dossier_code="",
        agencies=["A"],
        began_at=NINE,
        ended_at=None,
        numbers=frozenset(found),
    )


def test_the_example_of_the_reference_comes_out_exactly() -> None:
    """45/48, 44/48 and 97 %: 5,625 + 5,5 + 6 (domain.md 6.1)."""
    good = [a_counted(Number.COUNTED, Number.ON_TIME) for _ in range(44)]
    bad = [a_counted(Number.COUNTED, Number.ON_TIME, Number.DISSATISFIED)]
    late = [a_counted(Number.COUNTED, Number.LATE) for _ in range(3)]
    dossiers = DossierCounts(ended=10_000, overdue=150, petitioned=50, disliked=100)
    found = indices([*good, *bad, *late, a_counted(Number.IN_TIME)], dossiers, set_on(date(2026, 10, 1)))
    assert [(one.numerator, one.denominator) for one in found] == [(45, 48), (44, 48), (9_700, 10_000)]
    assert [one.points for one in found] == [Fraction("5.625"), Fraction("5.5"), Fraction(6)]
    assert [one.percent for one in found] == [Decimal("93.75"), Decimal("91.67"), Decimal("97.00")]


def test_nothing_counted_is_whole_for_petitions_and_nothing_for_dossiers() -> None:
    found = indices([], NONE, SETS[-1])
    assert [one.points for one in found] == [6, 6, 0]
    assert [one.percent for one in found] == [None, None, None]


def test_more_complaints_than_dossiers_is_no_negative_share() -> None:
    found = indices([], DossierCounts(ended=2, overdue=2, petitioned=0, disliked=3), SETS[-1])
    assert (found[2].numerator, found[2].points) == (0, 0)


def test_each_set_holds_from_its_day() -> None:
    """The last day of 2025 is weighed as in 2022, where 5.3 is whole at a whole only."""
    assert [set_on(date(2025, 12, 31)).code, set_on(date(2026, 1, 1)).code] == ["766-2022", "766-2026"]
    dossiers = DossierCounts(ended=10, overdue=1, petitioned=0, disliked=0)
    assert [indices([], dossiers, one)[2].points for one in SETS] == [Fraction("5.4"), Fraction(6)]
    assert [terms_on(date(2022, 6, 22)).route, terms_on(date(2022, 6, 23)).route] == [5, 2]
