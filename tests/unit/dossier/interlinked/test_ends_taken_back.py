"""What becomes of a submission when a member's end is taken back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dossier.domain.interlinked.child import ChildStatus, Choice
from services.dossier.domain.interlinked.graph import followers
from services.dossier.domain.interlinked.standing import Outcome, ParentState
from tests.builders.dossier.graphs import DAY, NOW, a_group, a_parent, begin, graphs, tell


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
