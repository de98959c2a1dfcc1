"""What people do with something that came over the axis and nobody can read: look, settle, undo that."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from services.gateway.domain.documents.ledger import Act, Arrived


class ArrivalOutcome(StrEnum):
    """How people were done with it: nothing of it is needed, or what it was is worked from paper."""

    SET_ASIDE = "SET_ASIDE"
    TAKEN_BY_HAND = "TAKEN_BY_HAND"


async def read_arrival(arrival: UUID, *, by: Caller, work: Any, now: datetime) -> Arrived:
    """Return what is read byte for byte; the reading is logged. `NotFound` for what was forgotten."""
    arrived = await _kept(arrival, work)
    await work.documents.log_reading(Act(document=arrival, at=now, subject=by.subject, action="READ"))
    return arrived


async def settle_arrival(
    arrival: UUID, how: ArrivalOutcome, note: str, *, seen: int, by: Caller, work: Any, now: datetime
) -> None:
    """Be done with one that waits for people; `Stale` when it was dealt with since, or waits no more.

    Its sender is answered nothing: an acknowledgement names a sender and a document, and none could be read.
    """
    if await work.document_posts.arrival(arrival) is None:
        raise NotFound
    work.document_posts.settle(arrival, seen=seen, now=now)
    work.documents.log(Act(document=arrival, at=now, subject=by.subject, action=how.value, reason=note))


async def read_again(arrival: UUID, *, by: Caller, work: Any, now: datetime) -> None:
    """Read one again, also one people were done with while its bytes are kept."""
    await _kept(arrival, work)
    work.document_posts.read_again(arrival, now)
    work.documents.log(Act(document=arrival, at=now, subject=by.subject, action="READ_AGAIN"))


async def _kept(arrival: UUID, work: Any) -> Arrived:
    arrived: Arrived | None = await work.document_posts.arrival(arrival)
    if arrived is None:
        raise NotFound
    return arrived
