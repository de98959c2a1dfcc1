"""The account of a dossier: whatever happens to it in whatever order, no đồng is lost or counted twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.dossier.domain.payments.account import Account, Entry, EntryKind, Method
from services.dossier.domain.payments.fees import FeeRules, Relief, dues_of, less, needs_assessing
from services.dossier.domain.payments.reconciliation import Booked, Listed, Wrong, compared
from services.dossier.domain.payments.requests import PaymentRequest, RequestState, Told, reference_of

AT = datetime(2026, 3, 3, 2, tzinfo=UTC)
DOSSIER = UUID(int=1)


def an_entry(account: Account, kind: EntryKind, amount: int, **known: Any) -> Account:
    entry = Entry(
        id=uuid4(), dossier_id=DOSSIER, sequence=account.version + 1, kind=kind, amount=amount, at=AT, **known
    )
    return account.with_entries([entry])


def standing_receipts(account: Account) -> list[Entry]:
    """Return the payments that may be cancelled: what they brought has not gone back."""
    gone = {one.data["of"] for one in account.entries if one.kind is EntryKind.REVERSED}
    paid = [one for one in account.entries if one.kind is EntryKind.PAID and str(one.id) not in gone]
    return [one for one in paid if one.amount <= account.paid]


def reversed_of(account: Account, receipt: Entry) -> Account:
    """Return the account once a receipt was cancelled."""
    of = {"of": str(receipt.id)}
    return an_entry(account, EntryKind.REVERSED, receipt.amount, item=receipt.item, data=of)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Accounts as the use cases can make them: no item below nothing, no more given back than came in."""
    account = Account(DOSSIER)
    for _ in range(draw(st.integers(0, 14))):
        items = account.items
        item = draw(st.sampled_from([None, *[one.id for one in items]]))
        kind = draw(st.sampled_from([one for one in EntryKind if one is not EntryKind.REFUND_ASKED]))
        if kind is EntryKind.OWED:
            data = {
                "is_before": draw(st.booleans()),
                "fee_kind": draw(st.sampled_from(["FEE", "OBLIGATION"])),
            }
            account = an_entry(account, kind, draw(st.integers(1, 1000)), data=data)
        elif kind is EntryKind.CORRECTED and item is not None:
            found = account.item(item)
            assert found is not None
            account = an_entry(account, kind, draw(st.integers(-found.owed, 500)), item=item)
        elif kind is EntryKind.PAID:
            account = an_entry(account, kind, draw(st.integers(1, 2000)), item=item, method=Method.CASH)
        elif kind is EntryKind.REFUNDED and account.paid > 0:
            account = an_entry(account, kind, draw(st.integers(1, account.paid)), item=item)
        elif kind is EntryKind.REVERSED and (receipts := standing_receipts(account)):
            receipt = draw(st.sampled_from(receipts))
            account = reversed_of(account, receipt)
    return account


@given(accounts())
def test_every_dong_is_on_an_item_or_in_the_credit(account: Account) -> None:
    items = account.items
    assert sum(one.owed for one in items) == account.owed
    assert sum(one.paid for one in items) + account.credit == account.paid
    assert sum(one.outstanding for one in items) == account.outstanding
    assert account.outstanding - account.credit == account.owed - account.paid
    assert min(account.outstanding, account.credit) == 0
    assert all(0 <= one.paid <= one.owed for one in items)
    assert account.outstanding_before <= account.outstanding


@given(accounts(), st.integers(0, 14))
def test_an_account_cut_anywhere_is_the_account_as_it_was(account: Account, cut: int) -> None:
    before = account.until(cut)
    assert before.with_entries(account.entries[len(before.entries) :]) == account
    assert before.version <= account.version


@given(accounts(), st.data())
def test_money_named_for_an_item_that_owes_it_lands_on_it(account: Account, data: st.DataObject) -> None:
    """Whatever was paid, given back and paid again before: what somebody says they pay is what is paid."""
    owing = [one for one in account.items if one.outstanding]
    if not owing:
        return
    item = data.draw(st.sampled_from(owing))
    amount = data.draw(st.integers(1, item.outstanding))
    before = {one.id: one.paid for one in account.items}
    after = {one.id: one.paid for one in an_entry(account, EntryKind.PAID, amount, item=item.id).items}
    assert after == {**before, item.id: item.paid + amount}


def test_money_meant_for_an_item_goes_there_first_and_the_rest_to_what_is_due_first() -> None:
    account = an_entry(Account(DOSSIER), EntryKind.OWED, 100, data={"is_before": False})
    account = an_entry(account, EntryKind.OWED, 50, data={"is_before": True})
    account = an_entry(account, EntryKind.OWED, 70, data={"fee_kind": "OBLIGATION"})
    duty = account.entries[2].id
    account = an_entry(account, EntryKind.PAID, 90, item=duty)
    assert [(one.owed, one.paid) for one in account.items] == [(50, 20), (100, 0), (70, 70)]
    account = an_entry(account, EntryKind.REFUNDED, 40)
    assert [one.paid for one in account.items] == [20, 0, 30]


@pytest.mark.parametrize(
    ("named", "later", "paid"),
    [(0, 0, [49, 1]), (1, 0, [50, 0]), (None, 0, [50, 0]), (0, 1, [50, 1]), (0, 4, [50, 1])],
)
def test_a_refund_takes_back_the_money_of_the_item_it_names(
    named: int | None, later: int, paid: list[int]
) -> None:
    """The fee given back is owed again, and not the tax; paid again, nothing is owed."""
    account = an_entry(Account(DOSSIER), EntryKind.OWED, 50)
    account = an_entry(account, EntryKind.OWED, 1)
    fee_and_tax = [one.id for one in account.items]
    account = an_entry(account, EntryKind.PAID, 51)
    item = None if named is None else fee_and_tax[named]
    account = an_entry(account, EntryKind.REFUNDED, 1, item=item)
    if later:
        account = an_entry(account, EntryKind.PAID, later)
    assert [one.paid for one in account.items] == paid
    assert sum(paid) + account.credit == account.paid


@pytest.mark.parametrize(("which", "paid"), [(0, [0, 30, 50]), (2, [50, 30, 0])])
def test_a_cancelled_receipt_takes_back_its_own_money_and_not_that_of_another_of_the_same_sum(
    which: int, paid: list[int]
) -> None:
    """Three receipts over the counter, none said what for: each paid what its paper says."""
    account = an_entry(Account(DOSSIER), EntryKind.OWED, 50, data={"is_before": True})
    account = an_entry(account, EntryKind.OWED, 30)
    account = an_entry(account, EntryKind.OWED, 50)
    for amount in (50, 30, 50):
        account = an_entry(account, EntryKind.PAID, amount)
    receipts = [one for one in account.entries if one.kind is EntryKind.PAID]
    assert [one.paid for one in reversed_of(account, receipts[which]).items] == paid


def test_a_cancelled_receipt_leaves_what_another_receipt_paid_where_corrections_moved_its_money() -> None:
    """The second fee was lowered to nothing, its money went to the first; the third was paid by its own."""
    account = an_entry(Account(DOSSIER), EntryKind.OWED, 300)
    account = an_entry(account, EntryKind.OWED, 100)
    lowered = account.entries[-1].id
    account = an_entry(account, EntryKind.PAID, 100, item=lowered)
    first = account.entries[-1]
    account = an_entry(account, EntryKind.CORRECTED, -100, item=lowered)
    account = an_entry(account, EntryKind.OWED, 5)
    account = an_entry(account, EntryKind.PAID, 5, item=account.entries[-1].id)
    assert [one.paid for one in account.items] == [100, 0, 5]
    assert [one.paid for one in reversed_of(account, first).items] == [0, 0, 5]


@given(accounts(), st.data())
def test_a_receipt_cancelled_at_once_leaves_everything_as_it_was(
    account: Account, data: st.DataObject
) -> None:
    """Unless it made good what had gone back too much."""
    item = data.draw(st.sampled_from([None, *[one.id for one in account.items]]))
    paid = an_entry(account, EntryKind.PAID, data.draw(st.integers(1, 2000)), item=item)
    before = [(one.owed, one.paid) for one in account.items]
    if account.paid >= 0:
        assert [(one.owed, one.paid) for one in reversed_of(paid, paid.entries[-1]).items] == before


@pytest.mark.parametrize(("receipt", "paid"), [(UUID(int=7), [0, 50]), (UUID(int=9), [50, 0])])
def test_a_cancellation_of_before_goes_by_the_receipt_else_by_the_sum(receipt: UUID, paid: list[int]) -> None:
    """It did not name the payment; of a receipt that was replaced it names the later one only."""
    account = an_entry(Account(DOSSIER), EntryKind.OWED, 50)
    account = an_entry(account, EntryKind.OWED, 50)
    for number in (7, 8):
        account = an_entry(account, EntryKind.PAID, 50, receipt_id=UUID(int=number))
    account = an_entry(account, EntryKind.REVERSED, 50, receipt_id=receipt)
    assert [one.paid for one in account.items] == paid


def a_request(**known: Any) -> PaymentRequest:
    return PaymentRequest(
        **{
            "reference": "dvcR1",
            "dossier_id": DOSSIER,
            "agency": "H99.201",
            "amount": 100,
            "item": None,
            "state": RequestState.WAITING,
            "asked_by": "an",
            "asked_at": AT,
            "expires_at": AT + timedelta(hours=24),
            "bill_sealed": "",
            "look_at": AT,
            **known,
        }
    )


NEWS = st.lists(
    st.tuples(st.sampled_from(["open", "unopened", "PENDING", "FAILED", "PAID"]), st.integers(0, 60)),
    max_size=12,
)


@given(NEWS)
def test_a_request_is_paid_once_if_the_platform_ever_says_so_and_is_never_forgotten(
    news: list[tuple[str, int]],
) -> None:
    """In any order, early, late, twice: paid wins and stays, and what is not final is looked at again."""
    request, now, booked = a_request(), AT, 0
    for what, hours in news:
        now += timedelta(hours=hours)
        if what == "open":
            request = request.opened("https://tt.example/1", now=now)
        elif what == "unopened":
            request = request.not_opened("HTTP 503", now=now)
        elif what == "PAID":
            booked += request.state is not RequestState.PAID
            request = request.paid(transaction="T1", amount=100, at=now)
        else:
            request = request.looked(Told(what), now=now)
    was_paid = any(what == "PAID" for what, _ in news)
    assert (request.state is RequestState.PAID) == was_paid
    assert booked == was_paid
    if request.state in {RequestState.WAITING, RequestState.OPEN}:
        assert request.look_at is not None
    if request.state is RequestState.PAID:
        assert (request.look_at, request.paid_amount) == (None, 100)


def test_a_reference_is_plain_and_short() -> None:
    found = reference_of("H99.201-260303-0001", "20260303091500", "a1b2")
    assert found == "dvcH99201260303000120260303091500a1b2"
    assert len(reference_of("H" * 80, "20260303091500", "a1b2")) <= 50


HALF = Relief(
    code="ONLINE",
    name="Trực tuyến",
    percent=50,
    legal_basis="TT",
    source="TT",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    is_exemption=False,
    channels=frozenset({"ONLINE"}),
)


@pytest.mark.parametrize(
    ("fee", "channel", "day", "owed"),
    [
        ({"amount": 5000, "collected": "BEFORE"}, "DIRECT", date(2026, 3, 3), (5000, True)),
        ({"amount": 5000, "collected": "AFTER"}, "DIRECT", date(2026, 3, 3), (5000, False)),
        ({"amount": 5000, "collected": None}, "DIRECT", date(2026, 3, 3), (5000, False)),
        ({"amount": 5000, "collected": "NONE"}, "DIRECT", date(2026, 3, 3), None),
        ({"amount": 0, "collected": "BEFORE"}, "DIRECT", date(2026, 3, 3), None),
        ({"amount": None, "collected": None}, "DIRECT", date(2026, 3, 3), None),
        ({"amount": 5000, "collected": "BEFORE", "doubtful": True}, "DIRECT", date(2026, 3, 3), None),
        ({"amount": 5001, "collected": "BEFORE"}, "ONLINE", date(2026, 3, 3), (2500, True)),
        ({"amount": 5000, "collected": "BEFORE"}, "ONLINE", date(2027, 1, 1), (5000, True)),
        ({"amount": 5000, "collected": "BEFORE", "payer": "ORGANISATION"}, "DIRECT", date(2026, 3, 3), None),
        (
            {"amount": 5000, "collected": "BEFORE", "payer": "INDIVIDUAL"},
            "DIRECT",
            date(2026, 3, 3),
            (5000, True),
        ),
        ({"amount": 5000, "collected": "BEFORE", "payer": "OTHER"}, "DIRECT", date(2026, 3, 3), None),
    ],
)
def test_what_a_row_makes_owed(
    fee: dict[str, Any], channel: str, day: date, owed: tuple[int, bool] | None
) -> None:
    found = dues_of(
        [fee], channel=channel, sector="S", applicant_type="CITIZEN", day=day, rules=FeeRules((HALF,))
    )
    assert [(one.amount, one.is_before) for one in found] == ([owed] if owed else [])


@given(st.integers(0, 10**12), st.integers(1, 100))
def test_a_relief_takes_whole_dong_and_never_more_than_all(amount: int, percent: int) -> None:
    off = less(amount, percent)
    assert 0 <= off <= amount
    assert abs(off * 100 - amount * percent) <= 50
    assert less(amount, 100) == amount


def test_only_rows_that_name_a_regulation_wait_to_be_assessed() -> None:
    assert needs_assessing({"amount": None, "collected": None})
    assert needs_assessing({"amount": 5, "doubtful": True})
    assert not needs_assessing({"amount": None, "collected": "NONE"})
    assert not needs_assessing({"amount": 0, "free": True})


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9)),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9)),
)
def test_differences_explain_all_that_lies_between_the_two_sides(
    theirs: dict[str, int], ours: dict[str, int]
) -> None:
    """What they list is what we booked plus the differences; a list that repeats itself says the same."""
    listed = [Listed(name, f"T{name}", amount, AT) for name, amount in theirs.items()]
    booked = [Booked(name, amount, AT, f"T{name}") for name, amount in ours.items()]
    found = compared(AT.date(), [*listed, *listed], booked).differences
    explained = sum((one.theirs or 0) - (one.ours or 0) for one in found)
    assert sum(ours.values()) + explained == sum(theirs.values())
    assert {one.kind for one in found} <= set(Wrong)
    same = [Booked(name, amount, AT, f"T{name}") for name, amount in theirs.items()]
    assert not compared(AT.date(), listed, same).differences


def test_each_transaction_of_a_request_is_held_against_the_list_of_its_own_day() -> None:
    """Who pays twice at one address is listed twice; the first day's money is none of the second's list."""
    first, again = Listed("a", "G1", 5, AT), Listed("a", "G2", 5, AT + timedelta(days=1))
    known, later = Booked("a", 5, AT, "G1"), Booked("a", 5, AT + timedelta(days=1), "G2")
    day, next_day = AT.date(), AT.date() + timedelta(days=1)

    def kinds(*sides: Any) -> list[tuple[Wrong, int | None, int | None, str]]:
        return [(one.kind, one.ours, one.theirs, one.transaction) for one in compared(*sides).differences]

    assert kinds(day, [first, again], [known]) == [(Wrong.AMOUNT, 5, 10, "G2")]
    assert kinds(next_day, [again], [known]) == [(Wrong.MISSING_HERE, None, 5, "G2")]
    assert kinds(day, [], [known]) == [(Wrong.MISSING_THERE, 5, None, "")]
    assert kinds(day, [first], [known, later]) == kinds(next_day, [again], [known, later]) == []
    unnamed = Booked("a", 5, AT + timedelta(days=1))
    assert kinds(day, [first], [unnamed]) == [], "paid before midnight, told after it without its number"


@pytest.mark.parametrize(("ours", "theirs"), [("gd-1", "GD-1"), ("12345678.0", "12345678")])
def test_a_transaction_stands_against_its_own_days_list_however_it_is_spelled(ours: str, theirs: str) -> None:
    """Booked on the day of the first list; the second's is another payment of the same request."""
    booked = [Booked("a", 50, AT, ours), Booked("a", 50, AT + timedelta(days=1), "GD-2")]
    listed = [Listed("a", theirs, 50, AT), Listed("a", ours, 50, AT)]
    found = compared(AT.date() - timedelta(days=9), listed, booked)
    assert [(one.kind, one.ours, one.theirs) for one in found.differences] == []


def test_money_booked_without_a_name_hides_none_that_is_paid_after_it():
    """It may be any of the list's paid by then, across midnight too; what is paid after is other money."""
    unnamed = Booked("a", 50, AT)
    near = Listed("a", "G1", 50, AT + timedelta(minutes=2))
    for day in (AT.date(), AT.date() - timedelta(days=1)):
        assert not compared(day, [near], [unnamed]).differences
    later = AT + timedelta(days=1)
    (found,) = compared(later.date(), [Listed("a", "G2", 50, later)], [unnamed]).differences
    assert (found.kind, found.theirs, found.transaction) == (Wrong.MISSING_HERE, 50, "G2")


def test_money_heard_after_midnight_is_of_the_day_that_lists_it():
    """The platform does not say when it was paid; another day's list is not missing it."""
    paid = datetime(2026, 3, 5, 23, 59, 30, tzinfo=VIETNAM)
    heard, listed = paid + timedelta(seconds=40), [Listed("a", "G1", 50, paid)]
    for name in ("G1", "g1", ""):
        booked = [Booked("a", 50, heard, name)]
        assert not compared(paid.date(), listed, booked).differences
        assert not compared(heard.date(), [], booked, [("a", "G1")]).differences
    (found,) = compared(heard.date(), [], [Booked("a", 50, heard, "G2")], [("a", "G1")]).differences
    assert (found.kind, found.ours) == (Wrong.MISSING_THERE, 50), "other money of the same request"
    again = Listed("a", "G2", 50, heard)
    both = [Booked("a", 50, heard, "G1"), Booked("a", 50, heard, "G2")]
    assert not compared(heard.date(), [again], both, [("a", "G1")]).differences


def test_equal_sums_of_other_transactions_are_two_differences():
    listed = [Listed("a", name, 50, AT) for name in ("G1", "G2")]
    booked = [Booked("a", 50, AT, name) for name in ("G1", "G3")]
    found = compared(AT.date(), listed, booked).differences
    assert [(one.kind, one.ours, one.theirs, one.transaction) for one in found] == [
        (Wrong.MISSING_HERE, None, 50, "G2"),
        (Wrong.MISSING_THERE, 50, None, "G3"),
    ]
    unnamed = [booked[0], Booked("a", 50, AT)]
    assert not compared(AT.date(), listed, unnamed).differences
