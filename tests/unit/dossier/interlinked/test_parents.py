"""The parent over any graph of members: who begins, what an end means, when it is over, what is promised."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dossier.domain.interlinked.child import RUNNING, ChildStatus, Choice, QuestionKind, Told
from services.dossier.domain.interlinked.errors import NothingToDecide, NotOutside, ParentEnded
from services.dossier.domain.interlinked.graph import followers, in_order, ready
from services.dossier.domain.interlinked.path import latest
from services.dossier.domain.interlinked.standing import Outcome, ParentState
from tests.builders.dossier.graphs import DAY, NOW, a_group, a_parent, begin, graphs, tell


@given(graphs())
def test_the_order_puts_everybody_after_those_they_wait_for(after: dict[str, tuple[str, ...]]) -> None:
    order = in_order(after)
    assert sorted(order) == sorted(after)
    assert all(order.index(one) < order.index(code) for code, before in after.items() for one in before)
    for code in after:
        assert followers(after, code) == {
            one for one in after if code in after[one] or followers(after, code) & set(after[one])
        }


@given(graphs(), st.data())
@settings(max_examples=60)
def test_whatever_ends_in_whatever_order_each_child_begins_once_and_the_submission_ends(
    after: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """Never before those it waits for have ended; an officer's answer is always enough to go on."""
    rule = data.draw(st.sampled_from(["STOP", "GO_ON", "ASK"]))
    parent = a_parent(a_group(after, on_refused=rule))
    begun = begin(parent)
    for _ in range(4 * len(after) + 4):
        running = [child.procedure for child in parent.of_status(*RUNNING)]
        if not running and not parent.questions:
            break
        for code in data.draw(st.lists(st.sampled_from(running), unique=True)) if running else []:
            tell(parent, code, data.draw(st.sampled_from(["GRANTED", "REFUSED", "WITHDRAWN"])))
        parent.hear(NOW)
        while parent.questions:
            question = parent.questions[0]
            assert rule == "ASK"
            choice = data.draw(st.sampled_from([Choice.GO_ON, Choice.STOP]))
            parent.decide(question.procedure, choice, reason="x", by="a", by_name="A", at=NOW)
        opened = begin(parent)
        for code in opened:
            before = [parent.children[one] for one in after[code]]
            assert all(one.told.ended_at for one in before)
            assert rule != "STOP" or all(one.status is ChildStatus.GRANTED for one in before)
        begun += opened
        parent.settle(NOW)
    assert len(begun) == len(set(begun))
    if not parent.of_status(*RUNNING):
        assert parent.state is ParentState.ENDED
        assert not parent.of_status(ChildStatus.WAITING)
        granted = len(parent.of_status(ChildStatus.GRANTED))
        wanted = {0: Outcome.REFUSED, len(after): Outcome.GRANTED}
        assert parent.outcome is wanted.get(granted, Outcome.PARTLY)


@given(graphs(), st.data())
def test_the_appointment_is_the_latest_path_and_moves_only_later(
    after: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """No path through the members is longer; ends that come early move nothing, delays all that follow."""
    days = {code: data.draw(st.integers(1, 9)) for code in after}

    def due_of(code: str, begins: datetime) -> datetime:
        return begins + days[code] * DAY

    found = latest(after, {}, due_of, start=NOW, left_out=frozenset())
    assert found is not None
    assert found.due_at == NOW + sum(days[code] for code in found.path) * DAY

    def longest(code: str) -> int:
        return days[code] + max((longest(one) for one in after[code]), default=0)

    assert found.due_at == NOW + max(map(longest, after)) * DAY
    parent = a_parent(a_group(after))
    parent.appoint(found.due_at)
    late = data.draw(st.sampled_from(sorted(after)))
    moved = latest(after, {late: NOW + 60 * DAY}, due_of, start=NOW, left_out=frozenset())
    early = latest(after, {late: NOW}, due_of, start=NOW, left_out=frozenset())
    assert moved is not None
    assert early is not None
    assert parent.appoint(early.due_at) is None
    assert parent.due_at == found.due_at
    assert parent.appoint(moved.due_at) == found.due_at
    assert parent.due_at == moved.due_at >= NOW + 60 * DAY
    assert parent.original_due_at == found.due_at


def test_a_member_nobody_can_count_leaves_no_promise() -> None:
    after = {"a": (), "b": ("a",)}

    def due_of(code: str, begins: datetime) -> datetime | None:
        return begins + DAY if code == "a" else None

    assert latest(after, {}, due_of, start=NOW, left_out=frozenset()) is None
    left = latest(after, {}, due_of, start=NOW, left_out=frozenset({"b"}))
    assert left is not None
    assert left.path == ("a",)


@pytest.mark.parametrize(
    ("rule", "statuses", "asked"),
    [
        ("STOP", {"b": "SKIPPED", "c": "SKIPPED"}, 0),
        ("GO_ON", {"b": "OPEN", "c": "WAITING"}, 0),
        ("ASK", {"b": "WAITING", "c": "WAITING"}, 1),
    ],
)
def test_a_refused_child_follows_its_defined_path(rule: str, statuses: dict[str, str], asked: int) -> None:
    """What comes after it is never begun, begins without it, or waits for an officer."""
    parent = a_parent(a_group({"a": (), "b": ("a",), "c": ("b",)}, on_refused=rule))
    begin(parent)
    tell(parent, "a", "REFUSED")
    parent.hear(NOW)
    begin(parent)
    assert {code: parent.children[code].status for code in "bc"} == statuses
    assert len(parent.questions) == asked


@pytest.mark.parametrize(
    ("rule", "b", "asked"), [("WAIT", "WAITING", 0), ("GO_ON", "OPEN", 0), ("ASK", "WAITING", 1)]
)
def test_a_late_child_follows_its_defined_path_once_a_promise(rule: str, b: str, asked: int) -> None:
    """A clock that stands makes nobody late; looked at again, the same promise asks nothing again."""
    parent = a_parent(a_group({"a": (), "b": ("a",)}, on_late=rule))
    begin(parent)
    tell(parent, "a", due_at=NOW - DAY, stopped_at=NOW - 2 * DAY)
    parent.hear(NOW)
    assert parent.notice_delays(NOW) == []
    tell(parent, "a", due_at=NOW - DAY)
    parent.hear(NOW)
    assert parent.notice_delays(NOW) == ["a"]
    assert parent.notice_delays(NOW) == []
    begin(parent)
    assert parent.children["b"].status == b
    assert len(parent.questions) == asked
    if asked:
        parent.decide("a", Choice.WAIT, reason="Chờ", by="x", by_name="X", at=NOW)
        assert parent.notice_delays(NOW) == []
        tell(parent, "a", due_at=NOW - DAY, reappointed_due_at=NOW + DAY)
        parent.hear(NOW)
        assert parent.notice_delays(NOW + 2 * DAY) == ["a"]


def test_a_withdrawn_submission_begins_nothing_more_and_ends_with_what_runs() -> None:
    parent = a_parent(a_group({"a": (), "b": ("a",)}))
    begin(parent)
    parent.withdraw("Nộp nhầm")
    assert not parent.settle(NOW)
    tell(parent, "a", "WITHDRAWN")
    parent.hear(NOW)
    assert begin(parent) == []
    assert parent.settle(NOW)
    assert parent.outcome is Outcome.WITHDRAWN
    with pytest.raises(ParentEnded):
        parent.withdraw("Lần nữa")


def test_a_child_that_could_not_be_opened_is_tried_again_or_left_out() -> None:
    for choice, status in ((Choice.GO_ON, ChildStatus.OPEN), (Choice.STOP, ChildStatus.SKIPPED)):
        parent = a_parent(a_group({"a": (), "b": ("a",)}))
        begin(parent)
        tell(parent, "a", "GRANTED")
        parent.hear(NOW)
        parent.could_not_begin(parent.children["b"], "Thủ tục không còn được tiếp nhận", NOW)
        assert [one.kind for one in parent.questions] == [QuestionKind.NOT_OPENED]
        assert begin(parent) == []
        assert not parent.settle(NOW)
        parent.decide("b", choice, reason="x", by="x", by_name="X", at=NOW)
        begin(parent)
        assert parent.children["b"].status is status


def test_only_what_is_asked_is_decided_and_waiting_is_for_the_late() -> None:
    parent = a_parent(a_group({"a": (), "b": ("a",)}))
    begin(parent)
    told = {"reason": "x", "by": "x", "by_name": "X", "at": NOW}
    with pytest.raises(NothingToDecide):
        parent.decide("a", Choice.GO_ON, **told)  # type: ignore[arg-type]
    tell(parent, "a", "REFUSED")
    parent.hear(NOW)
    with pytest.raises(NothingToDecide):
        parent.decide("a", Choice.WAIT, **told)  # type: ignore[arg-type]
    parent.decide("a", Choice.GO_ON, **told)  # type: ignore[arg-type]
    assert begin(parent) == ["b"]


def test_what_another_system_works_is_told_only_when_its_turn_has_come() -> None:
    parent = a_parent(a_group({"a": (), "b": ("a",)}), route="SECTOR")
    begin(parent)
    told = {"source": "VSS", "outside_code": "X1", "told": Told(), "reason": ""}
    for code in ("a", "b", "c"):
        with pytest.raises(NotOutside):
            parent.note_outside(code, **told)  # type: ignore[arg-type]


@given(graphs(), st.data())
def test_nobody_is_ready_before_all_before_them_have_passed(
    after: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    passed = set(data.draw(st.lists(st.sampled_from(sorted(after)), unique=True)))
    waiting = set(after) - passed
    found = ready(after, waiting, passed)
    assert set(found) == {code for code in waiting if set(after[code]) <= passed}
