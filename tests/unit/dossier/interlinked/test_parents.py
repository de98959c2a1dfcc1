"""The parent over any graph of members: who begins, what an end means, when it is over, what is promised."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core.errors import Invalid
from services.dossier.domain.definitions import Agency
from services.dossier.domain.interlinked.carrying import Paper, form_of, given_to, not_needed
from services.dossier.domain.interlinked.child import RUNNING, Child, ChildStatus, Choice, QuestionKind, Told
from services.dossier.domain.interlinked.errors import NothingToDecide, NotOutside, ParentEnded
from services.dossier.domain.interlinked.graph import followers, in_order, ready
from services.dossier.domain.interlinked.groups import Group
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.path import latest
from services.dossier.domain.interlinked.standing import Outcome, ParentState

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Agency("H99.201", "UBND")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Return up to six members, each after some of those before it: every graph without a circle."""
    names = [f"1.00000{number}" for number in range(draw(st.integers(1, 6)))]
    found = {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True))) if place else ()
        for place, name in enumerate(names)
    }
    return dict(draw(st.permutations(list(found.items()))))


def a_group(after: Mapping[str, Sequence[str]], **rules: str) -> Group:
    """Return a group over a graph, every member under the same rules."""
    lead = next(code for code in in_order(after) if not after[code])
    members = [{"procedure": code, "after": list(before), **rules} for code, before in after.items()]
    return Group.of({"code": "LT", "name": "LT", "lead_procedure": lead, "members": members})


def a_parent(group: Group, **routes: str) -> Parent:
    """Return a submission whose children all wait."""
    children = {
        code: Child(
            procedure=code,
            name=code,
            dossier_id=uuid4(),
            agency=HERE,
            route=routes.get("route", "PROVINCE") if code != group.lead_procedure else "PROVINCE",
        )
        for code in group.after
    }
    return Parent(
        id=UUID(int=1),
        version=1,
        reference="7K2M",
        group=group,
        lead_agency=HERE,
        origin="HERE",
        channel="ONLINE",
        owner_name="An",
        parties_sealed="sealed",
        contact_sealed="",
        form_sealed="sealed",
        secret_hash="",
        submitted_at=NOW,
        children=children,
    )


def begin(parent: Parent) -> list[str]:
    """Begin whose turn it is, as the job does; return them."""
    begun = parent.next_ready()
    for child in begun:
        parent.begin(child, Told(version=1, state="SUBMITTED"), NOW)
    return [child.procedure for child in begun]


def tell(parent: Parent, code: str, outcome: str = "", **told: object) -> None:
    """Let a child's history say something."""
    child = parent.children[code]
    ended = {"ended_at": NOW, "outcome": outcome} if outcome else {}
    given = {"state": "X"} | ended | told
    child.told = Told(version=child.told.version + 1, **given)  # type: ignore[arg-type]


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


def test_a_result_taken_back_lets_wait_who_has_not_begun_and_opens_what_had_ended() -> None:
    parent = a_parent(a_group({"a": (), "b": ("a",)}))
    begin(parent)
    tell(parent, "a", "GRANTED")
    parent.hear(NOW)
    tell(parent, "a")
    parent.hear(NOW)
    assert begin(parent) == []
    tell(parent, "a", "GRANTED")
    parent.hear(NOW)
    assert begin(parent) == ["b"]
    tell(parent, "b", "GRANTED")
    parent.hear(NOW)
    assert parent.settle(NOW)
    tell(parent, "a")
    parent.hear(NOW)
    assert not parent.settle(NOW)
    assert (parent.state, parent.outcome, parent.ended_at) == (ParentState.RUNNING, Outcome.NONE, None)


def test_who_was_skipped_for_an_end_waits_again_when_that_end_is_taken_back() -> None:
    """Told or untold between: a refusal recalled and granted opens what comes after it."""
    parent = a_parent(a_group({"a": (), "b": ("a",), "c": ("b",)}, on_refused="STOP"))
    begin(parent)
    tell(parent, "a", "REFUSED", state="RESULT_READY")
    parent.hear(NOW)
    assert parent.settle(NOW)
    parent.forget()
    tell(parent, "a", "GRANTED")
    parent.hear(NOW)
    assert begin(parent) == ["b"]
    assert {code: parent.children[code].status for code in "abc"} == {
        "a": "GRANTED",
        "b": "OPEN",
        "c": "WAITING",
    }
    assert (parent.state, parent.children["c"].reason) == (ParentState.RUNNING, "")


def test_who_was_skipped_for_two_ends_or_for_good_stays_skipped() -> None:
    parent = a_parent(a_group({"a": (), "b": (), "c": ("a", "b"), "d": ("a",)}, on_refused="STOP"))
    begin(parent)
    tell(parent, "a", "REFUSED")
    tell(parent, "b", "REFUSED")
    parent.hear(NOW)
    tell(parent, "a")
    parent.hear(NOW)
    assert [parent.children[code].status for code in "cd"] == ["SKIPPED", "WAITING"]
    assert parent.children["c"].reason.startswith("b:")
    parent.withdraw("Nộp nhầm")
    tell(parent, "b")
    parent.hear(NOW)
    assert [parent.children[code].status for code in "cd"] == ["SKIPPED", "SKIPPED"]


def test_an_officers_word_on_a_delay_stands_whatever_is_taken_back_later() -> None:
    parent = a_parent(a_group({"a": (), "b": ("a",)}, on_late="ASK"))
    begin(parent)
    tell(parent, "a", due_at=NOW - DAY)
    parent.hear(NOW)
    parent.notice_delays(NOW)
    parent.decide("a", Choice.STOP, reason="Đã quá muộn", by="x", by_name="X", at=NOW)
    tell(parent, "a", "GRANTED")
    parent.hear(NOW)
    tell(parent, "a")
    parent.hear(NOW)
    assert parent.children["b"].status is ChildStatus.SKIPPED


def test_what_was_handed_in_is_kept_until_the_end_it_was_skipped_for_is_final() -> None:
    """A result may be recalled before its return (T22); after it nobody comes any more."""
    parent = a_parent(a_group({"a": (), "b": ("a",)}, on_refused="STOP"))
    begin(parent)
    tell(parent, "a", "REFUSED", state="RESULT_READY")
    parent.hear(NOW)
    parent.forget()
    assert parent.parties_sealed
    tell(parent, "a", "REFUSED", state="RETURNED")
    parent.hear(NOW)
    parent.forget()
    assert (parent.parties_sealed, parent.form_sealed) == ("", "")


@given(graphs(), st.data())
@settings(max_examples=40)
def test_ends_and_recalls_in_any_order_come_to_what_the_last_word_of_each_says(
    after: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    """However often results are taken back and however late it is heard: nobody stays skipped for nothing."""
    rule = data.draw(st.sampled_from(["STOP", "GO_ON", "ASK"]))
    parent = a_parent(a_group(after, on_refused=rule))
    begun = begin(parent)
    for turn in range(6 + 2 * len(after)):
        opened = [child.procedure for child in parent.children.values() if child.opened_at]
        words = ["GRANTED", "REFUSED", ""] if turn < 6 else ["GRANTED"]
        heard = opened if turn >= 6 else data.draw(st.lists(st.sampled_from(opened), max_size=6))
        for code in heard:
            tell(parent, code, data.draw(st.sampled_from(words)))
            if data.draw(st.booleans()):
                parent.hear(NOW)
        parent.hear(NOW)
        refused = [child.procedure for child in parent.of_status(ChildStatus.REFUSED)]
        for child in parent.children.values():
            before = {one for one in refused if child.procedure in followers(after, one)}
            if child.status is ChildStatus.SKIPPED:
                assert set(child.skipped_for) <= before
                assert child.skipped_for
            elif child.status is ChildStatus.WAITING and rule == "STOP":
                assert not before
        while parent.questions:
            parent.decide(parent.questions[0].procedure, Choice.STOP, reason="x", by="a", by_name="A", at=NOW)
        begun += begin(parent)
        parent.settle(NOW)
        parent.forget()
    assert len(begun) == len(set(begun))
    assert sorted(begun) == sorted(after)
    assert (parent.state, parent.outcome) == (ParentState.ENDED, Outcome.GRANTED)


def test_a_withdrawn_child_stays_withdrawn_whatever_its_papers_do_later() -> None:
    parent = a_parent(a_group({"a": ()}))
    begin(parent)
    tell(parent, "a", "WITHDRAWN")
    parent.hear(NOW)
    tell(parent, "a", "REFUSED")
    assert parent.hear(NOW) == []
    assert parent.children["a"].status is ChildStatus.WITHDRAWN


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


SHARED = {"ten": "Bé", "cho_o": "12", "me": "Bình"}


def test_a_member_sees_the_fields_it_is_named_or_its_own_form_asks_for() -> None:
    members = [
        {"procedure": "a", "after": []},
        {"procedure": "b", "after": ["a"], "carries": {"form_fields": ["ten"]}},
        {"procedure": "c", "after": ["a"]},
    ]
    group = Group.of({"code": "LT", "name": "LT", "lead_procedure": "a", "members": members})
    asks = {"properties": {"cho_o": {}, "khac": {}}}
    assert form_of(group, group.member("a"), SHARED, None) == SHARED
    assert form_of(group, group.member("b"), SHARED, asks) == {"ten": "Bé"}
    assert form_of(group, group.member("c"), SHARED, asks) == {"cho_o": "12"}
    assert form_of(group, group.member("c"), SHARED, None) == {}


def test_a_paper_put_together_goes_to_everybody_who_asks_for_it_once() -> None:
    group = Group.of(
        {
            "code": "LT",
            "name": "LT",
            "lead_procedure": "a",
            "members": [
                {"procedure": "a", "after": []},
                {
                    "procedure": "b",
                    "after": ["a"],
                    "carries": {"results": [{"component": "kq", "procedure": "a"}]},
                },
            ],
            "components": {"together": [{"papers": ["a/x", "b/y"]}], "not_asked": ["b/z"]},
        }
    )
    found = given_to(group, [Paper(names=("a/x",), attachment_ids=(UUID(int=7),))])
    assert [(one.component_code, one.attachment_ids) for one in found["b"]] == [("y", (UUID(int=7),))]
    assert not_needed(group, group.member("b")) == {"kq", "z"}
    for wrong in (("c/x",), ("x",)):
        with pytest.raises(Invalid):
            given_to(group, [Paper(names=wrong)])
    with pytest.raises(Invalid):
        given_to(group, [Paper(names=("a/x",)), Paper(names=("b/y",))])


@given(graphs(), st.data())
def test_nobody_is_ready_before_all_before_them_have_passed(
    after: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    passed = set(data.draw(st.lists(st.sampled_from(sorted(after)), unique=True)))
    waiting = set(after) - passed
    found = ready(after, waiting, passed)
    assert set(found) == {code for code in waiting if set(after[code]) <= passed}
