"""What form 05 says of the money is so: for every rule, amount and sum paid."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.domain.course import Settlement
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.counter import Refund, RefundState
from services.dossier.domain.payments.errors import SettlementUntrue
from services.dossier.domain.payments.settling import owed_back, settled

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "amount", "paid", "printed"),
    [
        ("NOTHING_PAID", 0, 0, 0),
        ("NOTHING_PAID", 0, 10_000, None),
        ("NOTHING_PAID", 5, 0, None),
        ("FULL", 999_999, 0, None),
        ("FULL", 10_000, 10_000, 10_000),
        ("FULL", 0, 10_000, 10_000),
        ("FULL", 9_999, 10_000, None),
        ("FULL", 0, 0, None),
        ("PARTIAL", 4_000, 10_000, 4_000),
        ("PARTIAL", 0, 10_000, None),
        ("PARTIAL", 10_000, 10_000, None),
        ("NONE", 0, 10_000, 0),
        ("NONE", 1, 10_000, None),
        ("NONE", 0, 0, None),
    ],
)
def test_a_settlement_that_is_not_so_is_refused(
    rule: str, amount: int, paid: int, printed: int | None
) -> None:
    said = Settlement(refund=rule, refund_amount=amount, refund_basis="x")
    if printed is None:
        with pytest.raises(SettlementUntrue):
            settled(said, paid)
    else:
        assert settled(said, paid).refund_amount == printed


@given(st.sampled_from(["NOTHING_PAID", "NONE", "PARTIAL", "FULL"]), st.integers(0, 50), st.integers(0, 50))
def test_never_more_than_was_paid_and_nothing_paid_only_where_nothing_was(
    rule: str, amount: int, paid: int
) -> None:
    try:
        found = settled(Settlement(refund=rule, refund_amount=amount), paid)
    except SettlementUntrue:
        return
    assert found.refund_amount <= paid
    assert (found.refund == "NOTHING_PAID") == (paid == 0)
    assert (found.refund_amount == paid) == (rule == "FULL") or not paid


def test_what_was_promised_stays_open_until_somebody_asks_for_it() -> None:
    said = Settlement(refund="FULL", refund_amount=10)
    one = Refund(
        id=UUID(int=1),
        dossier_id=UUID(int=2),
        agency="H99.201",
        amount=4,
        method=Method.CASH,
        reason="x",
        payee_sealed="",
        asked_by="a",
        asked_at=NOW,
    )
    before = replace(one, state=RefundState.APPROVED, decided_at=NOW - timedelta(1))
    after = replace(before, decided_at=NOW)
    declined = replace(one, state=RefundState.DECLINED, decided_at=NOW)
    found = [owed_back(said, refunds, NOW) for refunds in ([], [one], [before], [after, one], [declined])]
    assert found == [10, 6, 10, 2, 10]
    assert owed_back(None, [], NOW) == 0
