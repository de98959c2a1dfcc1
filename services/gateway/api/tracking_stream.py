"""`GET /api/v1/tracking/changes`: live changes of one tracked dossier, to whoever has its slip."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from kernel.core.errors import NotFound
from services.gateway.api.tracking import asked_for, looked_up
from services.gateway.domain.usage.kinds import Channel
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.look_up import TooManyFailures

BEAT_SECONDS = 15.0
"""Something is sent at least so often: what stands between keeps the connection, a dead one is noticed."""
LONGEST_SECONDS = 3600.0
"""Then it ends; a browser's EventSource comes back with the last id, and is told only what is new."""
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def stream_tracking(door: Door, scope: Scope, receive: Receive, send: Send, client: str) -> None:
    """Stream what `GET /api/v1/tracking` shows each time it changes; the same two factors, as masked.

    Refused as that is, before anything is sent. An event's id is a hash of what it shows: one who comes back
    with it in `Last-Event-ID` is sent nothing until it differs. One look for everybody tells that there is
    something new (`use_cases/live_changes.py`); it is then read as by `GET /api/v1/tracking`, secret and all.
    """
    asked = asked_for(scope["query_string"])
    found = await looked_up(door, client, Channel.LIVE, asked)
    seen = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    stopping: asyncio.Event = scope["app"].state.runtime.stopping
    ends = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(stopping.wait())]
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        async with door.live.followed(found.dossier_id) as bell:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            while True:
                event, told = _event(found.shown)
                piece = told if event != seen else b": \n\n"
                seen = event
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if not await _news(bell, ends) or asyncio.get_running_loop().time() > ends_at:
                    break
                if not bell.is_set():
                    continue
                bell.clear()
                try:
                    found = await door.look_up.find(client=client, **asked)
                except TooManyFailures:
                    bell.set()  # Somebody else at this address guessed: read once it may look up again.
                    await asyncio.wait(ends, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                except NotFound:
                    break  # The dossier was forgotten meanwhile.
        await send({"type": "http.response.body", "body": b""})
    finally:
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)


async def _news(bell: asyncio.Event, ends: Sequence[asyncio.Future[Any]]) -> bool:
    """Wait for the bell, or for the next beat; False when the client left or the process stops."""
    rung = asyncio.ensure_future(bell.wait())
    try:
        await asyncio.wait([rung, *ends], timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rung.cancel()
    return not any(end.done() for end in ends)


def _event(shown: dict[str, Any]) -> tuple[str, bytes]:
    data = orjson.dumps(shown)
    name = hashlib.sha256(data).hexdigest()[:32]
    return name, b"id: " + name.encode() + b"\nevent: dossier\ndata: " + data + b"\n\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
