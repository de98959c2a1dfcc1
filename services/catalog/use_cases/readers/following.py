"""Following a procedure by mail: asked, confirmed by the address itself, told of each change once, ended."""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.readers.errors import BadAddress, BadToken
from services.catalog.domain.readers.following import (
    CONFIRM_WITHIN,
    MOST_ASKED_A_DAY,
    Subscription,
    SubscriptionState,
    mail_address,
    read_token,
    token_of,
)
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.readers.ports import House, Match

_CONFIRM, _END, _ADDRESS = "subscription confirmation", "subscription ending", "subscription address"
_A_DAY = timedelta(days=1)
_BATCH = 200


async def ask_to_follow(procedure: str, email: str, *, work: Work, now: datetime) -> None:
    """Send the address a link to confirm with; the answer never tells who follows what.

    Raises `BadAddress`, `NoSuchProcedure`. An address that follows already, was asked within the hour or
    five times today is sent nothing.
    """
    address = mail_address(email)
    if not address:
        raise BadAddress(fields=[("email", "Không phải địa chỉ thư điện tử")])
    code = national_code(procedure) or ""
    index = work.house.seals.blind_index(address, purpose=_ADDRESS)
    held, name, asked = await work.readers.asked(index, code, now - _A_DAY)
    if name is None:
        raise NoSuchProcedure
    if asked >= MOST_ASKED_A_DAY:
        return
    if held is None:
        contact = work.house.seals.seal({"name": "", "phone": "", "email": address}, purpose="contact")
        made = Subscription(
            id=new_id(),
            procedure=code,
            address=index,
            contact=contact,
            state=SubscriptionState.ASKED,
            asked_at=now,
        )
        work.readers.add(made)
        work.record(_requested(made, name, work.house, now, made.version))
    elif held.may_be_asked_again(now):
        again = replace(held, asked_at=now)
        work.readers.save(again)
        work.record(_requested(again, name, work.house, now, held.version + 1))


async def confirm(token: str, *, work: Work, now: datetime) -> tuple[str, str]:
    """Follow from now on; return the procedure's code and name. Raises `BadToken`."""
    found = await work.readers.subscription(_proved(token, _CONFIRM, work.house))
    if found is None or found[0].is_stale(now):
        raise BadToken
    held, name = found
    if held.state is SubscriptionState.ASKED:
        work.readers.save(held.confirmed(now))
    return held.procedure, name


async def end(token: str, *, work: Work) -> None:
    """Forget a subscription with its address; a second time changes nothing. Raises `BadToken`."""
    work.readers.forget(_proved(token, _END, work.house))


async def tell_changes(*, work: Work, now: datetime) -> bool:
    """Publish an event for each followed change; tell whether more may be left.

    The event and the mark that it was told are one commit: a change is told once, whatever stops us.
    """
    matches = await work.readers.unmatched(_BATCH)
    for match in matches:
        held = match.subscription
        work.readers.save(replace(held, told_until=match.entry.id))
        work.record(_matched(match, work.house, now))
    return bool(matches)


async def gather_changes(*, work: Work) -> bool:
    """Write feed entries for what was published; tell whether more may be left."""
    return await work.readers.gather(_BATCH) == _BATCH


def _proved(token: str, purpose: str, house: House) -> UUID:
    read = read_token(token)
    if read is None:
        raise BadToken
    subscription, mac = read
    if not hmac.compare_digest(mac, house.seals.blind_index(str(subscription), purpose=purpose)):
        raise BadToken
    return subscription


def _link(house: House, subscription: UUID, path: str, purpose: str) -> str:
    token = token_of(subscription, house.seals.blind_index(str(subscription), purpose=purpose))
    return house.seals.seal(f"{house.public_url}{path}/{token}", purpose="contact")


def _requested(held: Subscription, name: str, house: House, now: datetime, sequence: int) -> Event:
    data: dict[str, Any] = {
        "subscription_id": str(held.id),
        "procedure": {"code": held.procedure, "name": name},
        "contact": held.contact,
        "link": _link(house, held.id, "/theo-doi/xac-nhan", _CONFIRM),
        "expires_at": (held.asked_at + CONFIRM_WITHIN).astimezone(VIETNAM).isoformat(),
    }
    return _event("subscription.requested.v1", held, data, now, sequence)


def _matched(match: Match, house: House, now: datetime) -> Event:
    held, entry = match.subscription, match.entry
    data = {
        "subscription_id": str(held.id),
        "procedure": {"code": entry.procedure, "name": entry.name},
        "change_kind": entry.change_kind,
        "decision": entry.decision,
        "valid_from": entry.valid_from.isoformat(),
        "contact": held.contact,
        "page": f"{house.public_url}/thu-tuc/{entry.procedure}",
        "unsubscribe": _link(house, held.id, "/theo-doi/ngung", _END),
        "unsubscribe_page": _link(house, held.id, "/theo-doi/ngung", _END),
    }
    return _event("subscription.matched.v1", held, data, now, held.version + 1)


def _event(kind: str, held: Subscription, data: dict[str, Any], now: datetime, sequence: int) -> Event:
    return Event(type=kind, key=str(held.id), sequence=sequence, data=data, occurred_at=now)
