"""Who keeps what an agency left, however often agencies ended."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.testing.running import a_staff_member
from services.dossier.domain.errors import CopyChanged
from services.dossier.domain.keepers import Ended, Keepers, Reach

AGENCIES = ("A", "B", "C", "D")
PROCEDURES = ("1.1", "2.2")
KEEPERS = Keepers(
    [
        Ended(code="A", continuing="B", by_procedure={"1.1": "C"}),
        Ended(code="B", continuing="D"),
        Ended(code="Z", continuing=""),
    ]
)
_HEIRS = ("", *AGENCIES)
_ENDS = st.tuples(*[st.sampled_from([None, *product(_HEIRS, repeat=3)])] * len(AGENCIES))
"""Of each agency: still there, or who goes on with it and with each of the two procedures."""


def test_records_follow_their_procedure_books_the_agency() -> None:
    assert [KEEPERS.of("A", code) for code in ("1.1", "2.2", "")] == ["C", "D", "D"]
    assert (KEEPERS.of("D"), KEEPERS.of("Z")) == ("D", "Z")
    assert KEEPERS.reaches("D") == [
        Reach(agency="D"),
        Reach(agency="A", without=("1.1",)),
        Reach(agency="B"),
    ]
    assert KEEPERS.reaches("C") == [Reach(agency="C"), Reach(agency="A", only=("1.1",))]
    assert KEEPERS.reaches("A") == []


def test_whoever_keeps_it_stands_there_and_whoever_was_there_does_not() -> None:
    heir, old, other = (a_staff_member("CLERK", agency=code) for code in ("D", "A", "C"))
    assert KEEPERS.standing(heir, "A").agency == "A"
    assert KEEPERS.standing(heir, "A", "1.1").agency == "D"
    assert KEEPERS.standing(old, "A").agency == ""
    assert KEEPERS.standing(other, "A").agency == "C"


def test_of_who_is_doubted_nothing_is_said_and_of_all_others_what_was() -> None:
    keepers = Keepers([Ended(code="A", continuing="B"), Ended(code="C", continuing="D")], doubted={"B", "X"})
    for agency in ("A", "B", "X"):
        with pytest.raises(CopyChanged):
            keepers.of(agency)
    with pytest.raises(CopyChanged):
        keepers.reaches("B")
    assert (keepers.of("C"), keepers.of("Y")) == ("D", "Y")
    assert keepers.reaches("D") == [Reach(agency="D"), Reach(agency="C")]
    assert keepers.reaches("Y") == [Reach(agency="Y")]


def test_what_stands_under_an_agency_stands_under_who_goes_on_for_it() -> None:
    """By the catalogue's word, by its code where there is none; what ended itself is its own heir's."""
    ends = [Ended(code="A", continuing="B", by_procedure={"1.1": "C"}), Ended(code="A.2", continuing="C")]
    above = {"A": "", "B": "", "C": "", "A.1": "A", "A.2": "A", "A.3": "C", "A.1.1": "A.1"}
    keepers = Keepers(ends, above=above)
    assert {one.agency for one in keepers.sight("B").kept} == {"A", "A.1", "A.1.1", "B"}
    assert {one.agency for one in keepers.sight("C").kept} == {"A", "A.2", "A.3", "C"}
    assert {one.agency for one in keepers.sight("A.1").kept} == {"A.1", "A.1.1"}
    assert keepers.sight("A").kept == ()
    heir, other = keepers.sight("B"), keepers.sight("C")
    assert [(heir.has("A", one), other.has("A", one)) for one in ("1.1", "2.2", "")] == [
        (False, True),
        (True, False),
        (True, False),
    ]
    above = {"P": "", "A": "P", "A.1": "A", "A.1.1": "A.1"}
    taken = Keepers([Ended(code="A", continuing="A.1")], above=above)
    assert {one.agency for one in taken.sight("P").kept} == {"A", "A.1", "A.1.1", "P"}


@given(_ENDS)
def test_every_record_is_kept_by_one_agency_and_found_by_it(ends: tuple[Any, ...]) -> None:
    """Also where mergers run in circles, which no catalogue should say."""
    told = [
        Ended(code=code, continuing=one[0], by_procedure=dict(zip(PROCEDURES, one[1:], strict=True)))
        for code, one in zip(AGENCIES, ends, strict=True)
        if one is not None
    ]
    keepers = Keepers(told)
    for agency in AGENCIES:
        for procedure in (*PROCEDURES, "3.3"):
            found = [
                keeper
                for keeper in AGENCIES
                for reach in keepers.reaches(keeper)
                if reach.agency == agency
                and (reach.only is None or procedure in reach.only)
                and procedure not in reach.without
            ]
            assert found == [keepers.of(agency, procedure)]
