"""Reads the catalogue's subscriptions: somebody is to confirm one, or told that what they follow changed."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.notify.domain.notices import Occurrence
from services.notify.use_cases.plan_messages import plan_messages

_CHANGES = {
    "NEW": "ban hành mới",
    "AMENDED": "sửa đổi, bổ sung",
    "REPLACED": "được thay thế",
    "ABOLISHED": "bãi bỏ",
}


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """A procedure as the event names it."""

    code: str
    name: str


class SubscriptionRequested(_Read):
    """What the mail with the link is written from; `contact` and `link` are sealed."""

    procedure: NamedFields
    contact: str
    link: str
    expires_at: datetime


class SubscriptionMatched(_Read):
    """What a follower is told; `contact` and the links that end it are sealed."""

    procedure: NamedFields
    change_kind: str
    decision: str = ""
    valid_from: date
    contact: str
    page: str
    unsubscribe: str
    unsubscribe_page: str


def requested_facts(data: SubscriptionRequested) -> dict[str, Any]:
    """Return what the mail that asks the address itself is written from, without the link."""
    return {**_procedure(data.procedure), "expires_at": data.expires_at}


def matched_facts(data: SubscriptionMatched) -> dict[str, Any]:
    """Return what a follower's mail is written from, without the links."""
    return {
        **_procedure(data.procedure),
        "change": _CHANGES.get(data.change_kind, _CHANGES["AMENDED"]),
        "decision": data.decision,
        "valid_from": f"{data.valid_from:%d/%m/%Y}",
        "page": data.page,
    }


@handles("subscription.requested.v1", SubscriptionRequested)
async def on_subscription_requested(
    data: SubscriptionRequested, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Plan the mail that asks the address itself."""
    occurrence = _occurrence(event, data.contact, requested_facts(data), {"link": data.link})
    await plan_messages(occurrence, work=work, now=now)


@handles("subscription.matched.v1", SubscriptionMatched)
async def on_subscription_matched(
    data: SubscriptionMatched, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Plan the mail about a change; the same event again plans nothing more."""
    links = {"unsubscribe": data.unsubscribe, "unsubscribe_page": data.unsubscribe_page}
    await plan_messages(_occurrence(event, data.contact, matched_facts(data), links), work=work, now=now)


def _procedure(named: NamedFields) -> dict[str, Any]:
    return {"code": named.code, "procedure": named.name}


def _occurrence(
    event: ReceivedEvent, contact: str, facts: dict[str, Any], sealed_facts: dict[str, str]
) -> Occurrence:
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=contact,
        subjects=(),
        step=None,
        one_stop=None,
        agencies=(),
        facts=facts,
        sealed_facts=sealed_facts,
    )


HANDLERS = (on_subscription_requested, on_subscription_matched)
