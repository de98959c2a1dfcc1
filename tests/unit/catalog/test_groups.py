"""Interlinked groups: each paper once, and the appointment is the latest path."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.catalog.domain.interlinked import circle_of, member_order, read_group, reference_faults
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.appointment import NoTerm, appointment, term_of
from services.catalog.domain.workflows.components import copies_of, is_mandatory, merge, of_case, paper_key
from worktime.calendar import WorkCalendar
from worktime.deadline import due_at

OFFICE = WorkCalendar.parse("07:30-11:30;13:30-17:30", "", (date(2026, 1, 1), date(2027, 12, 31)))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM)
A, B, C = "1.000001", "1.000002", "1.000003"


def a_paper(code: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a component."""
    return {"code": code, "name": name, "originals": 1, "mandatory": True, **more}


def a_group(**more: Any) -> dict[str, Any]:
    """Return three members: two after the first."""
    members = [{"procedure": A, "after": []}, {"procedure": B, "after": [A]}, {"procedure": C, "after": [A]}]
    return {"code": "LT", "name": "Nhóm", "lead_procedure": A, "members": members, **more}


def procedures(
    of_a: list[dict[str, Any]] = [],  # noqa: B006 - only read.
    of_b: list[dict[str, Any]] = [],  # noqa: B006 - only read.
    of_c: list[dict[str, Any]] = [],  # noqa: B006 - only read.
    results: list[dict[str, Any]] = [],  # noqa: B006 - only read.
) -> dict[str, dict[str, Any]]:
    """Return the members' procedures with these papers; the first gives results."""
    return {
        A: {"code": A, "components": of_a, "results": results},
        B: {"code": B, "components": of_b},
        C: {"code": C, "components": of_c},
    }


def told(merged: Any) -> dict[str, tuple[str, bool, int]]:
    """Return how each paper was merged, whether it is asked, and of how many members it is."""
    return {paper_key(*one.parts[0]): (one.merged_by, one.is_asked, len(one.parts)) for one in merged.papers}


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (
            a_paper("x", "Căn cước", reuse_source="CSDL dân cư"),
            a_paper("y", "Thẻ", reuse_source="csdl dan cu"),
            "REUSE_SOURCE",
        ),
        (a_paper("ct01", "Tờ khai cư trú"), a_paper("ct01", "Tờ khai  cư trú."), "CODE"),
        (a_paper("a", "Giấy ủy quyền"), a_paper("b", "giay uy quyen"), "NAME"),
        (a_paper("a", "Bản sao Giấy khai sinh"), a_paper("b", "Giấy khai sinh"), "NAME"),
    ],
)
def test_one_paper_is_handed_in_once(one: dict[str, Any], other: dict[str, Any], rule: str) -> None:
    """By source, by code with a like name, by name whatever its diacritics; the rule is told."""
    merged = merge(a_group(), procedures([one], [other]))
    assert list(told(merged).values()) == [(rule, True, 2)]


@pytest.mark.parametrize(
    ("one", "other", "is_doubtful"),
    [
        (
            a_paper("to-khai", "Tờ khai đăng ký khai sinh"),
            a_paper("to-khai", "Tờ khai hỗ trợ mai táng"),
            True,
        ),
        (a_paper("a", "Tờ khai", form="Mẫu 1"), a_paper("b", "Tờ khai", form="Mẫu 2"), True),
        (a_paper("a", "Giấy chứng sinh"), a_paper("b", "Giấy báo tử"), False),
    ],
)
def test_what_only_looks_alike_stays_apart(
    one: dict[str, Any], other: dict[str, Any], is_doubtful: bool
) -> None:
    """Every procedure has its own `to-khai`; people are told to look where it could be one."""
    merged = merge(a_group(), procedures([one], [other]))
    assert len(merged.papers) == 2
    assert bool(merged.look_again) is is_doubtful


def test_two_papers_of_one_member_are_never_one() -> None:
    """The law lists both."""
    twins = [a_paper("x", "Ảnh 3x4"), a_paper("y", "Ảnh 3x4")]
    assert len(merge(a_group(), procedures(twins)).papers) == 2


@pytest.mark.parametrize(
    ("paper", "is_asked"),
    [
        (a_paper("x", "Giấy khai sinh"), False),
        (a_paper("x", "Bản sao Giấy khai sinh hoặc giấy chứng sinh"), False),
        (a_paper("x", "Giấy tờ của trẻ", earlier_result={"procedure": A, "result": "gks"}), False),
        (a_paper("x", "Giấy khai sinh của cha"), True),
        (a_paper("x", "Giấy tờ của trẻ", earlier_result={"procedure": "9.999999"}), True),
    ],
)
def test_what_an_earlier_member_gives_is_not_asked(paper: dict[str, Any], is_asked: bool) -> None:
    """By name, as one of alternatives, or as declared; not what merely contains the name."""
    results = [{"code": "gks", "name": "Giấy khai sinh"}]
    [found] = merge(a_group(), procedures([], [paper], results=results)).papers
    assert found.is_asked is is_asked
    assert (found.from_result is None) is is_asked


def test_a_paper_needed_before_its_result_exists_is_asked() -> None:
    """The first member wants what it gives itself: nobody else could hand it in."""
    results = [{"code": "gks", "name": "Giấy khai sinh"}]
    paper = a_paper("x", "Giấy khai sinh")
    [found] = merge(a_group(), procedures([paper], [paper], results=results)).papers
    assert found.is_asked


def test_people_have_the_last_word() -> None:
    """Apart in spite of the name, together in spite of it, asked and not asked."""
    of_a, of_b = (
        [a_paper("x", "Đơn"), a_paper("u", "Đơn đề nghị")],
        [a_paper("y", "Đơn"), a_paper("v", "Tờ khai")],
    )
    chosen = {
        "apart": [f"{B}/y"],
        "together": [{"name": "Đơn chung", "papers": [f"{A}/u", f"{B}/v"]}],
        "not_asked": [f"{A}/x"],
    }
    found = told(merge(a_group(components=chosen), procedures(of_a, of_b)))
    assert found == {
        f"{A}/x": ("ALONE", False, 1),
        f"{A}/u": ("CHOICE", True, 2),
        f"{B}/y": ("APART", True, 1),
    }


def test_the_most_any_member_asks_for_is_handed_in() -> None:
    """Two originals here and a copy there; mandatory for one is mandatory."""
    one = a_paper("x", "Giấy", originals=2, photocopies=0, mandatory=False)
    other = a_paper("x", "Giấy", originals=1, photocopies=3, mandatory=True)
    [found] = merge(a_group(), procedures([one], [other])).papers
    assert copies_of(found) == {"originals": 2, "certified_copies": 0, "photocopies": 3}
    assert is_mandatory(found)


def test_papers_of_other_cases_are_left_out() -> None:
    """A named case has its own papers and those of every case."""
    papers = [a_paper("x", "Đơn"), a_paper("y", "Ảnh", case="TH1"), a_paper("z", "Bản vẽ", case="TH2")]
    procedure = {"components": papers}
    assert [one["code"] for one in of_case(procedure, "TH1")["components"]] == ["x", "y"]
    assert of_case(procedure, "") == procedure


NAMES = st.sampled_from(["Tờ khai", "Đơn", "Giấy khai sinh", "Bản sao Giấy khai sinh", "Ảnh 3x4"])
PAPERS = st.lists(
    st.builds(a_paper, st.sampled_from(["a", "b", "c"]), NAMES), max_size=4, unique_by=lambda one: one["code"]
)


@settings(max_examples=200, deadline=None)
@given(PAPERS, PAPERS, PAPERS)
def test_no_paper_is_lost_or_counted_twice(
    of_a: list[dict[str, Any]], of_b: list[dict[str, Any]], of_c: list[dict[str, Any]]
) -> None:
    """Every component of every member is part of exactly one paper, and no member has two parts in one."""
    merged = merge(a_group(), procedures(of_a, of_b, of_c))
    parts = [(code, component["code"]) for paper in merged.papers for code, component in paper.parts]
    expected = [(code, one["code"]) for code, papers in ((A, of_a), (B, of_b), (C, of_c)) for one in papers]
    assert sorted(parts) == sorted(expected)
    for paper in merged.papers:
        members = [code for code, _ in paper.parts]
        assert len(set(members)) == len(members)


def timed(*days: float, unit: str = "WORKING_DAY") -> dict[str, dict[str, Any]]:
    """Return procedures with these times online."""
    return {
        f"1.{place:06d}": {
            "code": f"1.{place:06d}",
            "channels": [{"channel": "ONLINE", "processing_time": {"value": value, "unit": unit}}],
        }
        for place, value in enumerate(days, start=1)
    }


@st.composite
def dependent(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[int]]:
    """Draw members that wait for earlier ones, in any written order, and their days."""
    size = draw(st.integers(1, 6))
    codes = [f"1.{place:06d}" for place in range(1, size + 1)]
    members = [
        {
            "procedure": code,
            "after": draw(st.lists(st.sampled_from(codes[:place]), unique=True)) if place else [],
        }
        for place, code in enumerate(codes)
    ]
    return draw(st.permutations(members)), draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))


@settings(max_examples=200, deadline=None)
@given(dependent())
def test_the_appointment_is_the_latest_of_all_paths(drawn: tuple[list[dict[str, Any]], list[int]]) -> None:
    """Walked by hand along every chain of members; the path named is one that ends then."""
    members, days = drawn
    known = timed(*days)
    calendars = dict.fromkeys(known, OFFICE)
    found = appointment(members, known, calendars, MONDAY, "ONLINE", {})
    after = {member["procedure"]: member["after"] for member in members}

    def ends(code: str) -> datetime:
        begins = max((ends(one) for one in after[code]), default=MONDAY)
        return due_at(OFFICE, begins, term_of(known[code]["channels"][0]["processing_time"]))

    assert found.due_at == max(ends(code) for code in after)
    at = MONDAY
    for code in found.path:
        at = due_at(OFFICE, at, term_of(known[code]["channels"][0]["processing_time"]))
    assert at == found.due_at
    assert after[found.path[0]] == []
    order = member_order(members)
    assert order is not None
    assert all(order.index(one) < order.index(code) for code, waited in after.items() for one in waited)


def test_channels_and_cases_choose_the_time() -> None:
    """The channel asked for; where a member lacks it, its longest; a case by its code."""
    known = timed(2, 3)
    known[A]["channels"] += [
        {
            "channel": "DIRECT",
            "processing_time": {"value": 5, "unit": "WORKING_DAY"},
            "cases": [{"case": "TH1", "processing_time": {"value": 1, "unit": "WORKING_DAY"}}],
        }
    ]
    members = [{"procedure": A, "after": []}, {"procedure": B, "after": [A]}]
    calendars = dict.fromkeys(known, OFFICE)

    def days(channel: str, case: str = "") -> timedelta:
        chosen = {A: case} if case else {}
        return appointment(members, known, calendars, MONDAY, channel, chosen).due_at.date() - MONDAY.date()

    assert days("ONLINE") == timedelta(days=7)
    assert days("DIRECT") == timedelta(days=10)
    assert days("DIRECT", "TH1") == timedelta(days=4)
    assert days("POSTAL") == timedelta(days=10)


def test_a_time_nobody_can_count_gives_no_date() -> None:
    """A bare number is no term."""
    with pytest.raises(NoTerm, match=A):
        appointment(
            [{"procedure": A, "after": []}], timed(3, unit="UNKNOWN"), {A: OFFICE}, MONDAY, "ONLINE", {}
        )


def test_a_circle_is_told_with_those_in_it() -> None:
    """And those who wait for them."""
    members = [{"procedure": A, "after": []}, {"procedure": B, "after": [C]}, {"procedure": C, "after": [B]}]
    assert member_order(members) is None
    assert circle_of(members) == [B, C]
    reader = Reader(a_group(members=members))
    read_group(reader)
    assert any("vòng kín" in reason and B in reason for reason in reader.reasons)


CARRIED = {"results": [{"component": "ks", "procedure": A, "result": "giay"}]}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"on_refused": "STOP", "on_late": "ASK", "agency": "H99.201", "carries": CARRIED}, ""),
        ({"agency": "ALL_COMMUNES", "on_refused": None, "carries": {"form_fields": ["ten"]}}, ""),
        ({"on_refused": "MAYBE"}, "on_refused"),
        ({"on_late": "STOP"}, "on_late"),
        ({"agency": "không phải mã"}, "agency"),
        ({"carries": {"results": [{"component": "ks", "procedure": "x"}]}}, "procedure"),
        ({"carries": {"results": [{"component": "ks", "procedure": C}]}}, "thực hiện trước"),
    ],
)
def test_a_member_says_its_path_and_what_is_carried_to_it(second: dict[str, Any], said: str) -> None:
    """A result comes from a member before; a path is one of the known."""
    group = a_group()
    group["members"][1] |= second
    item = Reader(group)
    read_group(item)
    assert bool(item.reasons) is bool(said), item.reasons
    assert said in " ".join(item.reasons)


@pytest.mark.parametrize(
    ("carried", "agency", "code"),
    [
        ({"component": "ks", "procedure": A, "result": "giay"}, "H99.201", None),
        ({"component": "ks", "procedure": A}, None, None),
        ({"component": "khac", "procedure": A}, None, "carried-unknown"),
        ({"component": "ks", "procedure": A, "result": "khac"}, None, "carried-unknown"),
        ({"component": "ks", "procedure": A}, "H99.999", "member-agency"),
    ],
)
def test_what_is_carried_is_a_component_there_and_a_result_here(
    carried: dict[str, Any], agency: str | None, code: str | None
) -> None:
    group = a_group()
    group["members"][1] |= {"carries": {"results": [carried]}, "agency": agency}
    held = procedures(of_b=[a_paper("ks", "Giấy khai sinh")], results=[{"code": "giay", "name": "Giấy"}])
    found = reference_faults(group, held, {"H99.201": {"level": "COMMUNE"}})
    assert [fault.code for fault in found] == ([code] if code else [])
