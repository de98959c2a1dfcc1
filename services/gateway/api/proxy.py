"""Hands a request on to the service that owns it, and its answer back, both unread."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from services.gateway.api.body import StreamedBody, body_of
from services.gateway.domain.headers import headers_in, headers_out
from services.gateway.domain.routes import Route
from services.gateway.use_cases.ports import Upstream, UpstreamAnswer, UpstreamRequest

_SAFE = "/:@!$&'()*+,;=~"
_PUBLIC = {"/v1/": "/api/v1/"}


async def forward(
    upstream: Upstream,
    route: Route,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    given: Mapping[bytes, bytes],
    authorization: str,
) -> None:
    """Send the request on and answer with what comes back; raise what `Upstream.send` raises."""
    method = scope["method"]
    body = await body_of(method, given, receive, limit=route.max_body_bytes, seconds=route.timeout_seconds)
    headers = headers_in(given, authorization, scope["state"]["correlation_id"])
    if isinstance(body, StreamedBody) and b"content-length" in given:
        headers["content-length"] = given[b"content-length"].decode()
    is_streamed = isinstance(body, StreamedBody)
    request = UpstreamRequest(
        service=route.service,
        method=method,
        target=_target(route, scope),
        headers=headers,
        body=aiter(body) if isinstance(body, StreamedBody) else body,
        timeout_seconds=route.timeout_seconds,
        is_stream=route.is_stream,
        may_retry=not is_streamed and (method in {"GET", "HEAD"} or "idempotency-key" in headers),
    )
    try:
        answer = await upstream.send(request)
    except Exception:  # Whatever it is goes on below.
        # What ended the body is the reason; that the service hung up is only its consequence.
        if isinstance(body, StreamedBody) and body.error is not None:
            raise body.error from None
        raise
    if route.is_stream:
        await _while_heard(_answer(answer, route, send), receive, scope["app"].state.runtime.stopping)
    else:
        await _answer(answer, route, send)


async def _while_heard(
    answering: Coroutine[Any, Any, None], receive: Receive, stopping: asyncio.Event
) -> None:
    """Stream until it ends, the asker goes or the process is told to stop; then hang up at the service."""
    answer = asyncio.ensure_future(answering)
    others = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(stopping.wait())]
    try:
        await asyncio.wait([answer, *others], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (answer, *others):
            task.cancel()
        results = await asyncio.gather(answer, *others, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _target(route: Route, scope: Scope) -> str:
    """Return path and query at the service; an encoded path is written anew from what the table matched."""
    path = route.at_service(scope["path"])
    if b"%" in scope["raw_path"]:
        path = quote(path, safe=_SAFE)
    query = scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


async def _answer(answer: UpstreamAnswer, route: Route, send: Send) -> None:
    public_of = {route.renamed[1]: route.renamed[0]} if route.renamed else _PUBLIC
    headers = headers_out(answer.headers, public_of)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.chunks is not None:
        async for chunk in answer.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": answer.body})
