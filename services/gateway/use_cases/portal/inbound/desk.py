"""What people do with a portal message that waits for them: look into it, correct it, send it on again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, NotFound, Stale
from services.gateway.domain.portal.inbound.corrections import correctable, removable
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.net import LEFT

Saying = Callable[[Inbound], Awaitable[Any]]
"""What a message says, as it is read when it is dealt with; None for one nobody can read."""
Unread = Callable[[Inbound], Awaitable[Mapping[str, Any]]]
"""What of a message nobody reads, by where it stands."""
READ, CORRECTED, REPLAYED, SETTLED = "READ", "CORRECTED", "REPLAYED", "SETTLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what to a message, and why."""

    message_id: UUID
    at: datetime
    subject: str
    action: str
    fields: Mapping[str, str]
    reason: str = ""


class Desk(Protocol):
    """Messages that are not done, and the log of what people did to them."""

    async def find_open(self, message_id: UUID) -> Inbound | None:
        """Return a message that is not done, whatever it waits for."""

    async def log_reading(self, act: Act) -> None:
        """Keep that somebody read it, at once: a read commits nothing else."""

    async def acts(self, message_id: UUID) -> Sequence[Mapping[str, Any]]:
        """Return what people did to it, oldest first."""

    def send_again(self, act: Act, *, seen: int) -> None:
        """Lay its corrections over the message and try it again; `Stale` at the commit when it changed."""

    def end(self, act: Act, *, seen: int) -> None:
        """Let it be done with; `Stale` at the commit when it changed, or waits for nobody."""


async def read_message(
    message_id: UUID, *, by: Caller, desk: Desk, said_by: Saying, unread_in: Unread, now: datetime
) -> dict[str, Any]:
    """Return the fields people may correct, as sent and as corrected; reading them is logged.

    What nobody reads is one of them where there is any: left out (blank) the message goes in without it,
    with any word it goes in as it stands.
    """
    message = await _found(message_id, desk)
    await desk.log_reading(Act(message_id=message_id, at=now, subject=by.subject, action=READ, fields={}))
    values, _ = await _fields(message, said_by)
    if message.unread:
        values[LEFT] = "\n".join(f"{place}: {one}" for place, one in (await unread_in(message)).items())
    fields = [
        {"name": name, "value": value, "corrected": message.corrections.get(name)}
        for name, value in values.items()
    ]
    return {
        "id": message.id,
        "path": message.path,
        "version": message.version,
        "received_at": message.received_at,
        "fields": fields,
        "acts": [dict(act) for act in await desk.acts(message_id)],
    }


async def correct_message(
    message_id: UUID,
    fields: Mapping[str, str],
    *,
    seen: int,
    reason: str,
    by: Caller,
    desk: Desk,
    said_by: Saying,
    now: datetime,
) -> None:
    """Lay corrections over a message and let it go on; `Invalid` names what may not be corrected.

    Raises `Stale` when somebody changed it after the version that was seen.
    """
    message = await _found(message_id, desk)
    if message.version != seen:
        raise Stale
    allowed, only_out = await _fields(message, said_by)
    wrong = [(f"fields.{name}", "Không phải trường được sửa") for name in fields if name not in allowed]
    written = [name for name in fields if name in only_out and fields[name]]
    wrong += [(f"fields.{name}", "Chỉ được bỏ trống, không được viết thay") for name in written]
    if wrong:
        raise Invalid(fields=wrong)
    desk.send_again(
        Act(
            message_id=message_id, at=now, subject=by.subject, action=CORRECTED, fields=fields, reason=reason
        ),
        seen=seen,
    )


async def replay_message(message_id: UUID, *, by: Caller, desk: Desk, now: datetime) -> None:
    """Deal with a message again as it is; `NotFound` when there is none that is not done."""
    message = await _found(message_id, desk)
    act = Act(message_id=message_id, at=now, subject=by.subject, action=REPLAYED, fields={})
    desk.send_again(act, seen=message.version)


async def settle_message(
    message_id: UUID, *, seen: int, reason: str, by: Caller, desk: Desk, now: datetime
) -> None:
    """Be done with a message that waits for people and of which nothing is to be handed in any more.

    A notice somebody has dealt with, a withdrawal that stands in the dossier, a dossier told a second time.
    Raises `Stale` when somebody changed it after the version that was seen, or when it waits for nobody.
    """
    message = await _found(message_id, desk)
    if message.version != seen:
        raise Stale
    act = Act(message_id=message_id, at=now, subject=by.subject, action=SETTLED, fields={}, reason=reason)
    desk.end(act, seen=seen)


async def _found(message_id: UUID, desk: Desk) -> Inbound:
    message = await desk.find_open(message_id)
    if message is None:
        raise NotFound
    return message


async def _fields(message: Inbound, said_by: Saying) -> tuple[dict[str, str], frozenset[str]]:
    """Return what may be corrected, and what of it may only be left out."""
    said = await said_by(message)
    left = {LEFT: ""} if message.unread else {}
    return {**correctable(message.path, said), **left}, removable(message.path, said)
