"""Money that moved without a change of its dossier: the portal is told the fees by themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles
from services.gateway.domain.portal.telling.ledger import MoneyMoved

_MOVES = ("owed", "corrected", "exemption_refused", "received", "reversed", "refunded")
"""Asking for money (`requested`) moves none."""


class _Account(BaseModel):
    dossier_id: UUID


class _Change(BaseModel):
    at: AwareDatetime


class PaymentFields(BaseModel):
    """What the ledger reads of a payment's event."""

    payment: _Account
    change: _Change


async def _on_money_moved(data: PaymentFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    moved = MoneyMoved(dossier_id=data.payment.dossier_id, sequence=event.sequence, at=data.change.at)
    work.portal_ledger.add_money(moved, now)


HANDLERS: tuple[Handler, ...] = tuple(
    handles(f"payment.{name}.v1", PaymentFields)(_on_money_moved) for name in _MOVES
)
