"""Results on their way: what two signatures need, what the operator's reports do in any order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from services.dossier.domain.desk.errors import ListSigned, ListWithdrawn, TrackingMissing
from services.dossier.domain.desk.post import ItemState, PostItem, PostList, PostStatus, digest_of
from tests.builders.dossier.office import an_officer

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
HOA = an_officer("ONE_STOP_OFFICER", subject="hoa")
AGENT = an_officer("POSTAL_AGENT", agency="H99", unit="buu-chinh", subject="buu-ta")
BOTH = an_officer("ONE_STOP_OFFICER", "POSTAL_AGENT", unit="buu-chinh", subject="ca-hai")


def an_item(state: ItemState = ItemState.SENT, tracking: str = "RA1") -> PostItem:
    return PostItem(
        id=UUID(int=1),
        version=1,
        list_id=UUID(int=2),
        place=0,
        operator="buu-chinh",
        agency="H99.201",
        dossier_id=UUID(int=3),
        dossier_code="H99.201-260303-0001",
        state=state,
        tracking_number=tracking,
        receiver_sealed="",
        contact_sealed="",
        owner_subject=None,
        result_version=1,
        last_at=NOW,
    )


def a_list() -> PostList:
    return PostList(
        id=UUID(int=2),
        version=1,
        number="H99.201/BC-260303-01",
        agency="H99.201",
        operator="buu-chinh",
        day=NOW.date(),
        made_by="hoa",
        made_by_name="Hoa",
        made_at=NOW,
    )


def test_the_office_signs_first_then_the_post_over_the_same_content() -> None:
    made, items = a_list(), [an_item(ItemState.LISTED)]
    with pytest.raises(ListSigned):
        made.sign(items, AGENT, NOW)
    assert made.sign(items, HOA, NOW) is False
    with pytest.raises(ListSigned):
        made.sign(items, HOA, NOW)
    assert made.sign(items, AGENT, NOW) is True
    assert (made.state, made.handed_at) == ("HANDED_OVER", NOW)
    assert {one["digest"] for one in made.signatures} == {digest_of(made, items)}
    assert [one["side"] for one in made.signatures] == ["OFFICE", "POST"]


def test_the_post_signs_for_numbered_items_only() -> None:
    made, items = a_list(), [an_item(ItemState.LISTED, tracking="")]
    made.sign(items, HOA, NOW)
    with pytest.raises(TrackingMissing):
        made.sign(items, AGENT, NOW)


@pytest.mark.parametrize(
    "by",
    [
        an_officer("ONE_STOP_OFFICER", agency="H99.202"),
        an_officer("SPECIALIST"),
        an_officer("ONE_STOP_MANAGER"),
        an_officer("POSTAL_AGENT", agency="H99", unit="buu-chinh-khac"),
        an_officer("POSTAL_AGENT", agency="H99.202", unit="buu-chinh"),
        an_officer("POSTAL_AGENT", agency="H99.2", unit="buu-chinh"),
        an_officer("POSTAL_AGENT", agency="", unit="buu-chinh"),
    ],
    ids=["other", "inside", "manager", "other operator", "other agency", "code begins alike", "nowhere"],
)
def test_nobody_else_signs(by: Caller) -> None:
    with pytest.raises(Forbidden):
        a_list().sign([an_item(ItemState.LISTED)], by, NOW)


def test_one_person_is_not_both_sides() -> None:
    made, items = a_list(), [an_item(ItemState.LISTED)]
    made.sign(items, HOA, NOW)
    made.signatures = ({**made.signatures[0], "subject": BOTH.subject},)
    with pytest.raises(ListSigned):
        made.sign(items, BOTH, NOW)


def test_what_is_taken_off_is_not_handed_over_and_the_office_signs_again() -> None:
    made, items = a_list(), [an_item(ItemState.LISTED), an_item(ItemState.LISTED, tracking="")]
    made.sign(items, HOA, NOW)
    before = digest_of(made, items)
    made.take_off(items[1:], "ghi nhầm", by="Hoa", at=NOW)
    assert (items[1].state, items[1].ended_reason, items[1].ended_by) == (
        ItemState.REMOVED,
        "ghi nhầm",
        "Hoa",
    )
    assert (made.state, made.version) == ("DRAFT", 3)
    assert digest_of(made, items) != before
    with pytest.raises(ListSigned):
        made.sign(items, AGENT, NOW)
    made.sign(items, HOA, NOW)
    # The one without a number is off the list.
    assert made.sign(items, AGENT, NOW) is True
    with pytest.raises(ListSigned):
        made.take_off(items[:1], "muộn", by="Hoa", at=NOW)


def test_both_sign_for_which_result_it_is() -> None:
    other = an_item()
    other.result_version = 2
    assert digest_of(a_list(), [an_item()]) != digest_of(a_list(), [other])


def test_a_withdrawn_list_takes_nothing() -> None:
    made, items = a_list(), [an_item(ItemState.LISTED)]
    made.withdraw(by="Hoa", at=NOW)
    assert made.state == "WITHDRAWN"
    for attempt in (lambda: made.sign(items, HOA, NOW), lambda: made.take_off([], "x", by="Hoa", at=NOW)):
        with pytest.raises(ListWithdrawn):
            attempt()


def test_what_the_post_has_is_not_taken_off() -> None:
    for state in set(ItemState) - {ItemState.LISTED}:
        with pytest.raises(ListSigned):
            an_item(state).take_off("x", by="Hoa", at=NOW)


reports = st.lists(
    st.tuples(st.sampled_from(PostStatus), st.integers(0, 500).map(lambda n: NOW + timedelta(minutes=n))),
    max_size=12,
)


@given(reports)
def test_an_end_is_final_and_attempts_are_those_told_before_it(
    told: Sequence[tuple[PostStatus, datetime]],
) -> None:
    item = an_item()
    for status, at in told:
        item.report(status, at)
    ends = [
        place
        for place, (status, _) in enumerate(told)
        if status in {PostStatus.DELIVERED, PostStatus.RETURNED}
    ]
    before = told[: ends[0]] if ends else told
    assert item.attempts == sum(1 for status, _ in before if status is PostStatus.ATTEMPT_FAILED)
    if ends:
        expected = ItemState.DELIVERED if told[ends[0]][0] is PostStatus.DELIVERED else ItemState.BACK
        assert item.state is expected
        assert item.ended_at == told[ends[0]][1]
    else:
        assert item.state is (ItemState.FAILED if item.attempts else ItemState.SENT)


def test_what_is_not_under_way_takes_no_report() -> None:
    for state in (ItemState.LISTED, ItemState.DELIVERED, ItemState.BACK, ItemState.REMOVED):
        item = an_item(state)
        assert item.report(PostStatus.DELIVERED, NOW) is False
        assert (item.state, item.version) == (state, 1)
