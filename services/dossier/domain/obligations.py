"""The amounts an applicant was told of in writing, and what of them is still owed; T12, T13."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was confirmed; the receipt makes it count once. Below zero: it went back."""

    receipt: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """An amount (VND) the applicant was told of in writing and has to pay before the work goes on; T12."""

    id: UUID
    name: str
    amount: int
    reason: str
    legal_basis: str
    asked_at: datetime
    asked_by: str
    pay_by: datetime | None = None
    payments: tuple[Payment, ...] = ()
    cancelled_at: datetime | None = None
    by: str = ""
    """Who wrote the notice; empty in notices from before this was kept."""

    @property
    def owed(self) -> int:
        """What is still to be paid."""
        paid = sum(one.amount for one in self.payments)
        return 0 if self.cancelled_at is not None else max(self.amount - paid, 0)


class Obligations(tuple[Obligation, ...]):
    """All amounts a dossier was told of, the newest last; none is ever taken out. A change makes it anew."""

    __slots__ = ()

    @property
    def owed(self) -> int:
        """What is still to be paid of them (VND)."""
        return sum(item.owed for item in self)

    @property
    def open_ids(self) -> tuple[UUID, ...]:
        """Those something is owed of."""
        return tuple(item.id for item in self if item.owed)

    @property
    def pay_by(self) -> datetime | None:
        """Until when the first of what is owed is to be paid; None where no notice says."""
        return min((one.pay_by for one in self if one.owed and one.pay_by), default=None)

    def told(self, obligation: Obligation) -> "Obligations":
        """Return them with one more."""
        return Obligations((*self, obligation))

    def paid(self, obligation_id: UUID, payment: Payment) -> "Obligations":
        """Count a confirmed payment once, by its receipt; raise `NotFound` for what was never told."""
        found = next((item for item in self if item.id == obligation_id), None)
        if found is None:
            raise NotFound
        if any(one.receipt == payment.receipt for one in found.payments):
            return self
        return self._with({obligation_id}, payments=(*found.payments, payment))

    def gone_back(self, obligation_id: UUID, payment: Payment) -> "Obligations":
        """Count money that went back: it is owed again; what had come in stays on record."""
        back = replace(payment, amount=-payment.amount)
        paid = (one for item in self if item.id == obligation_id for one in item.payments)
        return self._with({obligation_id}, payments=(*paid, back))

    def of_amount(self, obligation_id: UUID, amount: int) -> "Obligations":
        """Let one be of another amount than the notice said: corrected, or an exemption fits."""
        return self._with({obligation_id}, amount=amount)

    def let_go(self, ids: Collection[UUID], at: datetime) -> "Obligations":
        """Let nothing of these be owed any more; they stay on record as cancelled."""
        return self._with(ids, cancelled_at=at)

    def owed_again(self, ids: Collection[UUID]) -> "Obligations":
        """Let these stand as they did before they were let go."""
        return self._with(ids, cancelled_at=None)

    def _with(self, ids: Collection[UUID], **changed: Any) -> "Obligations":
        return Obligations(replace(item, **changed) if item.id in ids else item for item in self)
