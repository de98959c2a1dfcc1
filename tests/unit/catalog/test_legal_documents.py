"""Numbers find themselves; a document has one standing a day and never comes back from its end."""

from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.laws.citations import documents_of, read_bases
from services.catalog.domain.laws.entries import entry_due_on, entry_state
from services.catalog.domain.laws.numbers import read_number
from services.catalog.domain.laws.reviews import compared
from services.catalog.domain.laws.validity import (
    ENDED,
    Period,
    Relation,
    RelationKind,
    Status,
    end_of,
    makes_cycle,
    status_on,
    successors,
)
from worktime.calendar import WorkCalendar

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
TAILS = st.sampled_from(["NĐ-CP", "TT-BTC", "QĐ-TTg", "QH14", "TTLT-BQP-BTC", "TT-BLĐTBXH", "NQ-CP"])
SPELLINGS = st.sampled_from(["{}", "Số {}", "SỐ: {}", "  {} ", "Thông tư số {}", "Nghị định {}", "luật {}"])


@given(
    serial=st.integers(1, 9999),
    year=st.integers(1990, 2030),
    tail=TAILS,
    how=SPELLINGS,
    low=st.booleans(),
    dash=st.sampled_from(["-", "–", " - "]),
    slash=st.sampled_from(["/", " /", "/ "]),
    zeros=st.integers(0, 2),
)
def test_a_number_is_the_same_however_it_is_written(
    serial: int, year: int, tail: str, how: str, low: bool, dash: str, slash: str, zeros: int
) -> None:
    plain = read_number(f"{serial}/{year}/{tail}")
    digits = f"{'0' * zeros}{serial}"[-5:]
    written = how.format(slash.join([digits, str(year), tail.replace("-", dash)]))
    found = read_number(written.lower() if low else written)
    assert plain is not None
    assert found is not None
    assert found.key == plain.key
    assert (read_number(found.key) or plain).key == plain.key


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_is_no_number(text: str) -> None:
    found = read_number(text)
    assert found is None or read_number(found.key) is not None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("4777", "4777"),
        ("SỐ 64/QĐ-NHNN", "64/QD-NHNN"),
        ("3980 /QĐ-BQP", "3980/QD-BQP"),
        ("QĐ/0001-BCA", "1/QD-BCA"),
        ("198/2016/TT/BTC", "198/2016/TT-BTC"),
        ("Luật 47/2014/QH13", "47/2014/QH13"),
        ("21/2008/TTLT- BQP-BLĐTBXH-BTC", "21/2008/TTLT-BQP-BLDTBXH-BTC"),
        ("Demo/QĐ-BCA", None),
        ("BỘ LUẬT HÀNG HẢI VIỆT NAM", None),
    ],
)
def test_the_dirt_of_the_public_catalogue_is_read(written: str, key: str | None) -> None:
    found = read_number(written)
    assert (found.key if found else None) == key


@st.composite
def relations(draw: st.DrawFn) -> list[Relation]:
    kinds = st.sampled_from(list(RelationKind))
    made = draw(st.lists(st.tuples(kinds, DAYS), max_size=6))
    return [Relation(f"a{index}", kind, "d", day) for index, (kind, day) in enumerate(made)]


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(st.none() | DAYS)
    last = draw(st.none() | DAYS)
    return Period(first, max(first, last) if first and last else last)


@given(period=periods(), upon=relations(), day=DAYS, later=st.integers(0, 2000))
def test_what_has_ended_never_comes_back(period: Period, upon: list[Relation], day: date, later: int) -> None:
    if status_on(period, upon, day) in ENDED:
        assert status_on(period, upon, day + timedelta(days=later)) in ENDED


@given(period=periods(), upon=relations(), day=DAYS)
def test_the_first_day_of_the_end_is_the_first_and_says_why(
    period: Period, upon: list[Relation], day: date
) -> None:
    end = end_of(period, upon)
    assert (status_on(period, upon, day) in ENDED) is (end is not None and day >= end[0])
    if end is not None:
        assert status_on(period, upon, end[0]) is end[1]
        assert status_on(period, upon, end[0] - timedelta(days=1)) not in ENDED


@given(period=periods(), upon=relations(), kind=st.sampled_from(list(RelationKind)), from_on=DAYS, day=DAYS)
def test_a_new_relation_changes_no_day_before_its_own(
    period: Period, upon: list[Relation], kind: RelationKind, from_on: date, day: date
) -> None:
    if day < from_on:
        more = [*upon, Relation("new", kind, "d", from_on)]
        assert status_on(period, more, day) is status_on(period, upon, day)


@given(edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
def test_replacing_never_runs_in_a_ring(edges: list[tuple[int, int]]) -> None:
    kept: list[Relation] = []
    for actor, target in edges:
        one = Relation(str(actor), RelationKind.REPLACES, str(target), date(2026, 1, 1))
        if not makes_cycle(one, kept):
            kept.append(one)
    ahead = {name: {one.target for one in kept if one.actor == name} for name in map(str, range(6))}
    for start, first in ahead.items():
        reached, waiting = set(), set(first)
        while waiting:
            at = waiting.pop()
            if at not in reached:
                reached.add(at)
                waiting |= ahead[at]
        assert start not in reached


def test_successors_are_followed_to_the_documents_that_stand_now() -> None:
    day = date(2026, 1, 1)
    known = {
        "a": [Relation("b", RelationKind.REPLACES, "a", day), Relation("c", RelationKind.REPLACES, "a", day)],
        "b": [Relation("d", RelationKind.REPLACES, "b", day)],
    }
    assert sorted(successors("a", known)) == ["c", "d"]


def test_partly_repealed_and_amended_documents_stay_in_force() -> None:
    period, day = Period(date(2020, 1, 1)), date(2026, 1, 1)
    partly = [Relation("x", RelationKind.PARTLY_REPEALS, "d", day)]
    assert status_on(period, partly, day) is Status.PARTLY_REPEALED
    assert status_on(period, partly, day - timedelta(days=1)) is Status.IN_FORCE


def test_entries_are_counted_in_working_days() -> None:
    calendar = WorkCalendar.parse("07:30-11:30;13:30-17:30", "OFF:2026-02-16|OFF:2026-02-17|OFF:2026-02-18")
    signed = date(2026, 2, 13)
    assert entry_due_on(calendar, signed, "PROVINCE", is_short=False) == date(2026, 2, 25)
    assert entry_due_on(calendar, signed, "MINISTRY", is_short=True) == date(2026, 2, 20)
    assert entry_due_on(None, signed, "PROVINCE", is_short=False) is None
    assert entry_state(date(2026, 2, 25), None, date(2026, 2, 26)) == "OVERDUE"


def test_a_cost_of_nothing_saves_no_share() -> None:
    assert compared([], [])["saved_percent"] is None


@pytest.mark.shared_data
def test_the_public_catalogue_becomes_a_register_and_nothing_is_lost() -> None:
    path = Path(__file__).parents[4] / "shared" / "data" / "procedures-public.jsonl"
    if not path.exists():
        pytest.skip("the public catalogue is not beside the checkout")
    lines = [orjson.loads(line)["legal_bases"] or [] for line in path.read_bytes().splitlines()]
    read = [read_bases(bases) for bases in lines]
    cited = [one for bases in read for one in bases.citations]
    documents = documents_of(cited)
    assert 1100 < len(documents) < 1300
    assert sum(len(bases.unread) for bases in read) < 60
    doubtful = [key for key, one in documents.items() if "NO_KIND" in one.number.doubts]
    assert len(doubtful) <= 5
