"""The FastAPI application of a service: its routers, strict headers, correlation ids, measurements."""

import re
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.core.ids import new_id
from kernel.runtime import Runtime
from kernel.web import problems
from kernel.web.described import describe_problems

_UNSEEN = re.compile(rb"%(?:0[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF])")
"""Control characters, as `kernel.core.unseen` has them."""
_requests = Counter("http_requests_total", "Requests answered", ["service", "method", "status"])
_seconds = Histogram("http_request_seconds", "Time to the last byte", ["service", "method"])
_MAX_ID = 100


class Edge:
    """Outermost layer: correlation id in and out, strict headers, NUL in addresses refused, measured."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-correlation-id", "")
        correlation_id = given if 0 < len(given) <= _MAX_ID and given.isalnum() else new_id().hex
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started, status = perf_counter(), 500
        is_head = scope["method"] == "HEAD"
        if is_head:
            # What GET would say, without its body (RFC 9110 9.3.2): no route has to think of it.
            scope = {**scope, "method": "GET"}

        is_told = False

        async def answer(message: Message) -> None:
            nonlocal status, is_told
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-Id"] = correlation_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            elif is_head and message["type"] == "http.response.body":
                if is_told:
                    return
                # What a stream would go on to say is not waited for: it finds the asker gone.
                is_told, message = True, {"type": "http.response.body"}
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        try:
            if _UNSEEN.search(scope.get("raw_path", b"")) or _UNSEEN.search(scope["query_string"]):
                refusal = problems.problem(400, "unreadable", "Địa chỉ không đọc được")
                await refusal(scope, receive, answer)
            else:
                await self._app(scope, receive, answer)
        finally:
            _requests.labels(self._service, scope["method"], str(status)).inc()
            _seconds.labels(self._service, scope["method"]).observe(perf_counter() - started)


def build_app(name: str, title: str, routers: Sequence[APIRouter], runtime: Runtime | None) -> FastAPI:
    """Return the application; without a runtime it only describes itself (OpenAPI)."""
    app = FastAPI(
        title=title,
        version="1.0.0",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.runtime = runtime
    problems.install(app)
    for router in routers:
        app.include_router(router)
    app.add_middleware(Edge, service=name)
    own_document = app.openapi

    def openapi() -> dict[str, Any]:
        is_made = app.openapi_schema is not None
        document = own_document()
        return document if is_made else describe_problems(document)

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend its document.
    return app
