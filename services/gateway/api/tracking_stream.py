"""`GET /api/v1/tracking/changes`: live changes of one tracked dossier, to whoever has its slip."""

import asyncio
import hashlib
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from kernel.core.errors import NotFound
from services.gateway.api.tracking import asked_for
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.look_up import TooManyFailures

LOOK_SECONDS = 5.0
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
    with it in `Last-Event-ID` is sent nothing until it differs. The secret is checked anew at every look.
    """
    asked = asked_for(scope["query_string"])
    shown = await door.look_up.show(client=client, **asked)
    seen = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    stopping: asyncio.Event = scope["app"].state.runtime.stopping
    gone = asyncio.ensure_future(_gone(receive))
    stop = asyncio.ensure_future(stopping.wait())
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        while True:
            event, told = _event(shown)
            piece = told if event != seen else b": \n\n"
            seen = event
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            done, _ = await asyncio.wait(
                [gone, stop], timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if done or asyncio.get_running_loop().time() > ends_at:
                break
            try:
                shown = await door.look_up.show(client=client, **asked)
            except TooManyFailures:
                continue  # Somebody else at this address guessed: the next look may be let in again.
            except NotFound:
                break  # The dossier was forgotten meanwhile.
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        stop.cancel()
        await asyncio.gather(gone, stop, return_exceptions=True)


def _event(shown: dict[str, Any]) -> tuple[str, bytes]:
    data = orjson.dumps(shown)
    name = hashlib.sha256(data).hexdigest()[:32]
    return name, b"id: " + name.encode() + b"\nevent: dossier\ndata: " + data + b"\n\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
