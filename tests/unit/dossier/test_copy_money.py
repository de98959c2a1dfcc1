"""What copies owe, when they may be signed, and how columns added later are sealed."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.errors import Invalid
from services.dossier.domain.history import HistoryKeys
from services.dossier.domain.intake.copies import CopyRequest
from services.dossier.domain.intake.errors import CopiesUnpaid
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.copy_money import (
    CopyPayment,
    due_of,
    lines_of,
    require_exact,
    require_paid,
)
from services.dossier.use_cases.sealed_rows import is_group_sound, seals_of

AT = datetime(2026, 3, 3, 2, tzinfo=UTC)
ASKING = UUID(int=1)
KEYS = HistoryKeys({"k1": b"0" * 32})


def a_request(fee: int | None = 12_000, state: str = "WAITING", **known: object) -> CopyRequest:
    """Return a request for copies of one document."""
    return CopyRequest(
        **{
            "id": UUID(int=7),
            "agency": "H99.201",
            "document_name": "Bằng",
            "pages": 2,
            "copies": 3,
            "requester_sealed": "x",
            "requester_index": None,
            "signer": "a",
            "signer_name": "A",
            "entered_by": "b",
            "entered_by_name": "B",
            "asked_at": AT,
            "asking_id": ASKING,
            "fee": fee,
            "state": state,
            **known,
        }
    )


requests = st.builds(
    a_request,
    fee=st.none() | st.integers(0, 10**6),
    state=st.sampled_from(["WAITING", "DECLINED", "CERTIFIED"]),
    exempt_reason=st.none() | st.just("Vay vốn"),
)


@given(st.lists(requests, max_size=8))
def test_a_receipt_has_a_line_for_each_that_waits_and_owes_and_no_more(asked: list[CopyRequest]) -> None:
    waiting = [one for one in asked if one.state == "WAITING"]
    assert sum(line["amount"] for line in lines_of(waiting)) == due_of(asked)
    assert due_of(asked) == due_of(waiting) >= 0
    assert due_of([one for one in asked if one.exempt_reason]) == 0


@pytest.mark.parametrize(
    ("request_", "paid", "is_signed"),
    [
        (a_request(), [ASKING], True),
        (a_request(), [], False),
        (a_request(), [UUID(int=2)], False),
        (a_request(fee=0), [], True),
        (a_request(fee=None), [], True),
        (a_request(exempt_reason="Vay vốn"), [], True),
        (a_request(asking_id=None), [], True),
    ],
)
def test_what_owes_a_fee_is_signed_with_its_receipt_only(
    request_: CopyRequest, paid: list[UUID], is_signed: bool
) -> None:
    if is_signed:
        require_paid([request_], paid)
    else:
        with pytest.raises(CopiesUnpaid):
            require_paid([request_], paid)


@pytest.mark.parametrize(
    ("method", "amount", "is_taken"),
    [
        (Method.CASH, None, True),
        (Method.CASH, 12_000, True),
        (Method.CASH, 11_999, False),
        (Method.CARD, None, False),
        (Method.CARD, 12_000, True),
        (Method.TRANSFER, 12_001, False),
    ],
)
def test_a_card_brought_exactly_what_is_due(method: Method, amount: int | None, is_taken: bool) -> None:
    payment = CopyPayment(method=method, amount=amount, payer={}, serial="", exempt_reason="")
    if is_taken:
        require_exact(payment, 12_000)
    else:
        with pytest.raises(Invalid):
            require_exact(payment, 12_000)


BEFORE = {
    "agency": "H99.201", "year": 2026, "number": 1, "id": ASKING, "document_name": "Bằng",
    "requester_sealed": "x", "signed_by": "A", "entered_by": "b", "entered_by_name": "B", "pages": 2,
    "copies": 3, "certified_at": AT, "requester_index": None, "confirmed_by": "a", "fee": 12_000,
}  # fmt: skip


def sealed(**later: object) -> dict[str, object]:
    """Return a line of the book as it is written today."""
    row = {**BEFORE, "signer_title": None, "note": None, **later}
    return {**row, "seals": seals_of("certified_copies", row, KEYS)}


def test_a_line_of_before_a_column_was_added_still_fits_its_seal() -> None:
    """The seal of a row without the column is that of a row where it is empty."""
    assert seals_of("certified_copies", BEFORE, KEYS) == sealed()["seals"]
    assert is_group_sound("certified_copies", "given", sealed(), KEYS)


@pytest.mark.parametrize(
    "changed",
    [{"note": "x"}, {"signer_title": "x"}, {"note": None}, {"note": None, "signer_title": "một"}],
)
def test_a_column_added_later_is_not_filled_emptied_or_swapped_by_hand(changed: dict[str, object]) -> None:
    written = sealed(note="một") if changed.get("note", "") is None else sealed()
    assert is_group_sound("certified_copies", "given", written, KEYS)
    assert not is_group_sound("certified_copies", "given", {**written, **changed}, KEYS)
