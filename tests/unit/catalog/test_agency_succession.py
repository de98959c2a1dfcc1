"""Agencies in time, without a database: whatever is decided one after another, somebody always answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core.errors import Refusal
from services.catalog.domain.agencies.changes import (
    ChangeKind,
    ChangePlan,
    ChangeRequest,
    Decision,
    Held,
    Offering,
    changed,
)
from services.catalog.domain.agencies.in_time import as_of, taking_effect, who_answers, who_works
from services.catalog.domain.agencies.planning import plan_change
from services.catalog.domain.identifiers import agency_code, legacy_agency_code
from tests.builders.catalog import an_agency

START = date(2026, 1, 1)
DECISION = Decision("1/QĐ", START)
LEVELS = {"COMMUNE": (date(1945, 9, 2), None), "PROVINCE": (date(1945, 9, 2), None)}
PROCEDURE = "1.004873"
Agencies = dict[str, dict[str, Any]]


def carried_out(agencies: Agencies, plan: ChangePlan) -> Agencies:
    """Return the agencies after the change, as the store would hold them."""
    after = {**agencies, **plan.created}
    for members in (plan.now, plan.then):
        for code, given_members in members.items():
            effect = taking_effect(after[code], given_members, plan.request.last_day)
            after[code] = changed(after[code], effect)
    return after


def held(agencies: Agencies, day: date) -> Held:
    """Return what a change sees: every office of the first generation was competent for one procedure."""
    last = day - timedelta(days=1)
    named = [code for code in agencies if code.startswith("H99.1")]
    performers = frozenset().union(*(who_works(PROCEDURE, code, agencies, last) for code in named))
    return Held(agencies=agencies, performers={PROCEDURE: performers}, levels=LEVELS)


def new_agency(code: str) -> dict[str, Any]:
    """Return what a decision says of an agency it founds."""
    return {"code": code, "name": f"Cơ quan {code}", "level": "COMMUNE", "kind": "COMMUNE", "parent": None}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, list[int], int]]:
    """Return decisions to try: what it does, to which of the agencies in force, how many follow."""
    one = st.tuples(
        st.sampled_from(["MERGE", "SPLIT", "ABSORB"]),
        st.lists(st.integers(0, 30), min_size=1, max_size=3),
        st.integers(2, 3),
    )
    return draw(st.lists(one, min_size=1, max_size=6))


def attempt(agencies: Agencies, step: tuple[str, list[int], int], day: date, number: int) -> ChangeRequest:
    """Turn a draw into a request about agencies that are there."""
    kind, picks, many = step
    working = sorted(code for code, agency in agencies.items() if not agency["valid_to"])
    ended = list(dict.fromkeys(working[pick % len(working)] for pick in picks))
    if kind == "SPLIT":
        created = [new_agency(f"H99.2{number}{index}") for index in range(many)]
        codes = [item["code"] for item in created]
        return ChangeRequest(
            kind=ChangeKind.SPLIT,
            decision=DECISION,
            effective_on=day,
            ended=ended[:1],
            created=created,
            successors=codes,
            continuing=codes[0],
            procedures={"*": codes[:1]},
        )
    if kind == "ABSORB" and len(ended) > 1:
        return ChangeRequest(
            kind=ChangeKind.MERGE,
            decision=DECISION,
            effective_on=day,
            ended=ended[1:],
            successors=ended[:1],
        )
    created = [new_agency(f"H99.3{number}0")]
    return ChangeRequest(
        kind=ChangeKind.MERGE,
        decision=DECISION,
        effective_on=day,
        ended=ended,
        created=created,
        successors=[created[0]["code"]],
    )


@settings(max_examples=200, deadline=None)
@given(histories())
def test_whatever_is_decided_every_agency_of_old_is_answered_for_on_every_day(
    steps: list[tuple[str, list[int], int]],
) -> None:
    """Somebody in force answers for each, and the procedure always has an agency; on its own days itself."""
    agencies: Agencies = {
        code: an_agency(code, valid_from="2020-01-01", parent=None)
        for code in ("H99.101", "H99.102", "H99.103")
    }
    day = START
    for number, step in enumerate(steps):
        day += timedelta(days=10)
        plan = plan_change(attempt(agencies, step, day, number), held(agencies, day), day)
        agencies = carried_out(agencies, plan)
        for code in ("H99.101", "H99.102", "H99.103"):
            for on in (day - timedelta(days=1), day, day + timedelta(days=400)):
                answering = who_answers(code, agencies, on)
                assert answering, (code, on)
                assert all(not agencies[one]["valid_to"] or on.isoformat() <= agencies[one]["valid_to"]
                           for one in answering)  # fmt: skip
                assert who_works(PROCEDURE, code, agencies, on)
        assert who_answers("H99.101", agencies, date(2025, 12, 31)) == ["H99.101"]


def test_competence_of_both_merged_is_one_row_of_the_new_agency() -> None:
    """The rows of those that end are closed the day before; what ran longer decides the last day."""
    agencies: Agencies = {code: an_agency(code, parent=None) for code in ("H99.101", "H99.102")}
    day = date(2026, 3, 3)
    rows = [
        Offering(agency="H99.101", procedure=PROCEDURE, valid_from=START, valid_to=date(2026, 12, 31)),
        Offering(agency="H99.102", procedure=PROCEDURE, valid_from=START),
    ]
    request = ChangeRequest(
        kind=ChangeKind.MERGE,
        decision=DECISION,
        effective_on=day,
        ended=["H99.101", "H99.102"],
        created=[new_agency("H99.300")],
        successors=["H99.300"],
    )
    plan = plan_change(request, Held(agencies=agencies, offerings=rows, levels=LEVELS), day)
    assert plan.closed == rows
    assert plan.opened == [Offering(agency="H99.300", procedure=PROCEDURE, valid_from=day)]


def test_each_day_knows_its_own_name_through_two_changes() -> None:
    """Former names stay with their last day; a decided one is there from its day."""
    first = an_agency(name="Một")
    second = {**first, **taking_effect(first, {"name": "Hai"}, date(2026, 2, 28))}
    third = {**second, **taking_effect(second, {"name": "Ba"}, date(2026, 3, 31))}
    coming = [(date(2026, 5, 1), {"name": "Bốn"})]
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
    assert [as_of(third, day, coming)["name"] for day in days] == ["Một", "Hai", "Ba", "Bốn"]


@given(
    st.sampled_from("GH"),
    st.integers(1, 99),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 999),
)
def test_every_old_identifier_comes_back_from_its_new_form(
    letter: str, first: int, second: int, third: int, sub: int
) -> None:
    """Both generations name the same agency, as they must for old codes to resolve."""
    old = f"{sub:03d}.{third:02d}.{second:02d}.{letter}{first:02d}"
    new = agency_code(old)
    assert new is not None
    assert legacy_agency_code(new) == old
    assert agency_code(new) == new


@pytest.mark.parametrize("kind", [ChangeKind.SPLIT, ChangeKind.DISSOLVE])
def test_a_procedure_is_never_left_to_nobody(kind: ChangeKind) -> None:
    """Successors that take no procedure over leave it without an agency: refused."""
    agencies: Agencies = {code: an_agency(code, parent=None) for code in ("H99.101", "H99.200", "H99.201")}
    day = date(2026, 3, 3)
    seen = Held(agencies=agencies, performers={PROCEDURE: frozenset({"H99.101"})}, levels=LEVELS)
    request = ChangeRequest(
        kind=kind,
        decision=DECISION,
        effective_on=day,
        ended=["H99.101"],
        successors=["H99.200", "H99.201"],
        continuing="H99.200",
    )
    with pytest.raises(Refusal) as refused:
        plan_change(request, seen, day)
    assert refused.value.code == "procedures-without-agency"
