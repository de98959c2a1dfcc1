"""The edge of a service: authenticate, run, commit, then answer. Only here is a request committed."""

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from kernel.core.errors import Kind, Refusal
from kernel.postgres.idempotency import KeptAnswer, find_answer, sealed_body
from kernel.postgres.unit_of_work import AlreadyDone, UnitOfWork
from kernel.runtime import Runtime
from kernel.web.problems import of_refusal
from kernel.web.request import EdgeRequest

PUBLIC: dict[str, Any] = {"security": []}
"""`openapi_extra` of a route anybody may call; a test lists every such route."""

KEYLESS = "x-key-is-optional"
"""`openapi_extra` member of a route whose own protocol tells a repeat (tus: the offset), so that its clients
need no Idempotency-Key; one that is sent counts as everywhere."""

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT_HEADERS = ("etag", "location", "content-type")
_MAX_KEY = 200


class KeyRequired(Refusal):
    """A write came without an idempotency key (400)."""

    code = "idempotency-key-required"
    kind = Kind.UNREADABLE
    title = "Thiếu khóa chống gửi trùng (Idempotency-Key)"


class EdgeRoute(APIRoute):
    """A route that is one unit of work, committed with its answer before the answer is sent.

    A FastAPI dependency with `yield` would commit after the response has gone; a failed commit must be a
    failed request, so the commit stands here, between the endpoint's response and its sending.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        endpoint = super().get_route_handler()
        is_public = (self.openapi_extra or {}).get("security") == []
        is_keyless = bool((self.openapi_extra or {}).get(KEYLESS))

        async def handle(plain: Request) -> Response:
            request = EdgeRequest(plain.scope, plain.receive)
            runtime: Runtime = request.app.state.runtime
            limit = (self.openapi_extra or {}).get("x-max-body-bytes")
            if limit is not None:
                request.max_body_bytes = int(limit)
            principal = "public"
            if not is_public:
                caller = runtime.verifier.verify(request.headers.get("authorization", ""))
                request.state.caller = caller
                principal = f"{caller.kind}:{caller.subject}"
            async with runtime.unit_of_work(correlation_id=request.state.correlation_id) as unit:
                request.state.unit = unit
                request.state.work = runtime.open_work(unit)
                if request.method not in _UNSAFE:
                    return await endpoint(request)
                if is_keyless and "idempotency-key" not in request.headers:
                    return await _write_once(endpoint, request, unit)
                return await _write(endpoint, request, unit, runtime, principal)

        return handle


async def _write_once(
    endpoint: Callable[[Request], Coroutine[Any, Any, Response]], request: EdgeRequest, unit: UnitOfWork
) -> Response:
    """Run and commit what needs no key: the route's protocol refuses or repeats harmlessly."""
    response = await endpoint(request)
    if unit.has_changes:
        await unit.commit()
    return response


async def _write(
    endpoint: Callable[[Request], Coroutine[Any, Any, Response]],
    request: EdgeRequest,
    unit: UnitOfWork,
    runtime: Runtime,
    principal: str,
) -> Response:
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > _MAX_KEY or not key.isascii():
        raise KeyRequired
    digest = await _request_hash(request)
    try:
        response = await endpoint(request)
        if unit.has_changes:
            unit.remember(
                principal=principal,
                key=key,
                request_hash=digest,
                status=response.status_code,
                headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                body=sealed_body(runtime.seals, bytes(response.body)),
            )
            await unit.commit()
    except (AlreadyDone, Refusal):
        # The first attempt may have changed what this one was refused for: its kept answer comes first.
        await unit.close()
        kept = await find_answer(
            runtime.pool, runtime.seals, principal=principal, key=key, request_hash=digest
        )
        if kept is None:
            raise
        return _replay(kept)
    return response


async def run_apart(
    request: Request, part: str, said: bytes, deed: Callable[[Any], Awaitable[bytes]]
) -> tuple[int, bytes]:
    """Run a part of a request as a unit of work of its own and return its status and body.

    `deed` is given the service's work and returns the part's answer, which is kept in the part's own commit
    under the request's key and the part's name: a request that is sent again repeats what was done and does
    the rest. A refusal is the part's answer and undoes no other part; a defect ends the request.
    """
    runtime: Runtime = request.app.state.runtime
    caller = request.state.caller
    principal = f"{caller.kind}:{caller.subject}"
    key = f"{request.headers['idempotency-key']}#{part}"
    digest = hashlib.sha256(said).digest()
    async with runtime.unit_of_work(correlation_id=request.state.correlation_id) as unit:
        try:
            body = await deed(runtime.open_work(unit))
            unit.remember(
                principal=principal,
                key=key,
                request_hash=digest,
                status=200,
                headers={},
                body=sealed_body(runtime.seals, body),
            )
            await unit.commit()
        except (AlreadyDone, Refusal) as error:
            await unit.close()
            return await _kept_or_refused(runtime, error, principal=principal, key=key, digest=digest)
    return 200, body


async def _kept_or_refused(
    runtime: Runtime, error: Exception, *, principal: str, key: str, digest: bytes
) -> tuple[int, bytes]:
    """Return what a part answered the first time, else why it is refused now."""
    refusal = error
    try:
        kept = await find_answer(
            runtime.pool, runtime.seals, principal=principal, key=key, request_hash=digest
        )
        if kept is not None:
            return kept.status, kept.body
    except Refusal as reused:
        refusal = reused
    if not isinstance(refusal, Refusal):
        raise refusal
    answer = of_refusal(refusal)
    return answer.status_code, bytes(answer.body)


async def _request_hash(request: EdgeRequest) -> bytes:
    """Hash what makes the request what it is."""
    target = (
        f"{request.method} {request.url.path}?{request.url.query}\n{request.headers.get('if-match', '')}\n"
    )
    return hashlib.sha256(target.encode() + await request.body()).digest()


def _replay(kept: KeptAnswer) -> Response:
    return Response(
        kept.body, status_code=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"}
    )
