"""Reads what happened to a dossier's money; only the fields that notices are written from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.notify.domain.notices import Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """An agency or a procedure as the event names it."""

    code: str
    name: str


class AccountFields(_Read):
    """The account, as far as notices need it."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None = None
    procedure: NamedFields
    receiving_agency: NamedFields
    continuing_agency: NamedFields | None = None
    outstanding: int
    credit: int = 0
    owner_subject: str | None = None
    submitter_subject: str | None = None
    contact: str | None = None


class ItemFields(_Read):
    """What it is for."""

    name: str
    notice_number: str | None = None


class ReceiptFields(_Read):
    """The receipt given for it."""

    serial: str
    number: str


class RequestFields(_Read):
    """Until when it may be paid online."""

    expires_at: datetime | None = None


class MoneyChange(_Read):
    """What happened."""

    at: datetime
    amount: int
    agency: NamedFields | None = None
    reason: str = ""
    item: ItemFields | None = None
    receipt: ReceiptFields | None = None
    request: RequestFields | None = None


class PaymentChanged(_Read):
    """The part of any `payment.*` event that notices are written from; `link` is sealed."""

    payment: AccountFields
    change: MoneyChange
    link: str | None = None


def occurrence_of(data: PaymentChanged, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words."""
    payment, change = data.payment, data.change
    receiving = payment.continuing_agency or payment.receiving_agency
    counter = change.agency or receiving
    people = dict.fromkeys(one for one in (payment.submitter_subject, payment.owner_subject) if one)
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=payment.dossier_id,
        contact=payment.contact,
        subjects=tuple(people),
        step=None,
        one_stop=None,
        agencies=tuple(dict.fromkeys([receiving.code, counter.code])),
        sealed_facts={"link": data.link} if data.link else {},
        facts={
            "code": payment.dossier_code or payment.reference,
            "procedure": payment.procedure.name,
            "agency": counter.name,
            "amount": dong(abs(change.amount)),
            "outstanding": dong(payment.outstanding) if payment.outstanding else "",
            "item": change.item.name if change.item else "",
            "notice_number": (change.item.notice_number or "") if change.item else "",
            "receipt": f"{change.receipt.serial} {change.receipt.number}" if change.receipt else "",
            "expires_at": change.request.expires_at if change.request else None,
            "reason": change.reason,
            "at": change.at,
        },
    )


def dong(amount: int) -> str:
    """Return an amount as people read it here: 1.250.000."""
    return f"{amount:,}".replace(",", ".")


async def on_payment_changed(data: PaymentChanged, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan what people are told about it."""
    await plan_messages(occurrence_of(data, event), work=work, now=now)


_CHANGES = ("owed", "exemption_refused", "requested", "received", "refunded")
HANDLERS = tuple(Handler(f"payment.{one}.v1", PaymentChanged, on_payment_changed) for one in _CHANGES)
