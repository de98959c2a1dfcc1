"""`GET /api/v1/tracking`: the one read everybody does, answered without a router."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import AwareDatetime, BaseModel
from starlette.types import Receive, Scope, Send

from kernel.core.errors import Invalid, NotFound
from services.gateway.domain.usage.kinds import Channel, Kind, national_of
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.look_up import Tracked

_MAX_QUERY = 500
_LONGEST = 64


class Named(BaseModel):
    """Something with a code and a name."""

    code: str
    name: str


class TrackedStep(BaseModel):
    """Where the dossier lies now."""

    name: str
    agency: str
    unit: str


class TrackedContact(BaseModel):
    """Where a citizen asks about it: the one-stop unit of the agency that received it."""

    name: str
    address: str
    phone: str


class TrackedEntry(BaseModel):
    """One thing that happened."""

    at: AwareDatetime
    text: str
    state: str


class TrackedMember(BaseModel):
    """One procedure of a submission over several; what its own dossier shows, once it has one."""

    procedure: Named
    agency: Named
    status: str
    status_text: str
    code: str | None
    state_text: str | None
    step: TrackedStep | None
    due_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class TrackedDossier(BaseModel):
    """What the public may see of a dossier (domain.md section 9)."""

    code: str
    portal_code: str | None
    source: str | None = None
    """The system that works it, where that is not ours."""
    owner: str
    procedure: Named
    agency: Named
    receiving_agency: Named
    state: str
    state_text: str
    step: TrackedStep | None
    one_stop_unit: TrackedContact | None = None
    submitted_at: AwareDatetime
    received_at: AwareDatetime | None
    due_at: AwareDatetime | None
    reappointed_due_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None
    corrects: str | None = None
    """The code of the dossier whose result this one corrects."""
    corrected_by: str | None = None
    """The reference of the dossier that corrects this one's result."""
    members: list[TrackedMember] | None = None
    """The procedures of one interlinked submission; absent for a dossier of its own."""
    timeline: list[TrackedEntry]


async def show_tracking(door: Door, scope: Scope, receive: Receive, send: Send, client: str) -> None:  # noqa: ARG001 - an endpoint of the gate.
    """Answer with the dossier, 404 for an unknown code or a wrong secret, 422, or 429."""
    asked = asked_for(scope["query_string"])
    body = orjson.dumps((await looked_up(door, client, Channel.API, asked)).shown)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def looked_up(door: Door, client: str, channel: Channel, asked: dict[str, Any]) -> Tracked:
    """Look a dossier up and count that; raises as the look-up does."""
    try:
        found = await door.look_up.find(client=client, **asked)
    except NotFound:
        door.usage.here.count(Kind.LOOK_UP_MISSED, channel)
        raise
    shown = found.shown
    procedure = national_of(shown["procedure"]["code"])
    door.usage.here.count(Kind.LOOK_UP, channel, procedure, shown["agency"]["code"])
    return found


def asked_for(query: bytes) -> dict[str, Any]:
    """Return code and secret of a query; raise `Invalid` when one is missing or cannot be one."""
    try:
        asked = dict(parse_qsl(query[: _MAX_QUERY + 1].decode("latin-1"), max_num_fields=5))
    except ValueError as error:
        raise Invalid from error
    found = {name: asked.get(name, "").strip() for name in ("code", "secret")}
    wrong = [(name, "Thiếu giá trị bắt buộc") for name, value in found.items() if not value]
    wrong += [
        (name, "Giá trị chưa hợp lệ")
        for name, value in found.items()
        if not value.isprintable() or len(value) > _LONGEST
    ]
    # No names beside these, as everywhere; the door has not looked, for one reading of the query is enough.
    wrong += [(name[:_LONGEST], "Địa chỉ này không có tham số đó") for name in asked.keys() - found.keys()]
    if wrong:
        raise Invalid(fields=sorted(wrong))
    return found
