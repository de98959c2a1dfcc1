"""What becomes of money paid when a dossier stops without a result: held against what really came in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.dossier.domain.course import Settlement
from services.dossier.domain.payments.counter import Refund, RefundState
from services.dossier.domain.payments.errors import SettlementUntrue


def settled(said: Settlement, paid: int) -> Settlement:
    """Return the settlement form 05 prints, its amount in đồng; raise `SettlementUntrue` where it is not so.

    `paid`: what came in and did not go back. FULL without an amount is all of it.
    """
    if said.refund == "FULL" and not said.refund_amount:
        said = replace(said, refund_amount=paid)
    reason = _untrue(said, paid)
    if reason:
        raise SettlementUntrue(fields=[reason])
    return said


def _untrue(said: Settlement, paid: int) -> tuple[str, str] | None:
    rule, amount = said.refund, said.refund_amount
    if not paid:
        return None if rule == "NOTHING_PAID" and not amount else ("refund.rule", "Chưa thu khoản nào")
    if rule == "NOTHING_PAID":
        return "refund.rule", f"Đã thu {paid} đồng; nêu hoàn trả hay không hoàn trả"
    is_true = {"NONE": amount == 0, "PARTIAL": 0 < amount < paid, "FULL": amount == paid}[rule]
    return None if is_true else ("refund.amount", f"Không phù hợp với số đã thu {paid} đồng")


def owed_back(said: Settlement | None, refunds: Iterable[Refund], ended_at: datetime | None) -> int:
    """Return what form 05 promised and nobody has asked to have paid out yet, in đồng.

    What was proposed before and is still to be decided is part of it; what went back before is not.
    """
    if said is None or ended_at is None:
        return 0
    counts = [
        one.amount
        for one in refunds
        if one.state is RefundState.ASKED
        or (one.state is RefundState.APPROVED and one.decided_at and one.decided_at >= ended_at)
    ]
    return max(0, said.refund_amount - sum(counts))
