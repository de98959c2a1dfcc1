"""Liveness, readiness and metrics: for the cluster, on a listener of their own that no citizen reaches."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from kernel.runtime import Runtime
from kernel.web.problems import problem


class Operations:
    """The application of the operations listener, the same for every role.

    Plain ASGI: a process that only relays or consumes needs no routers, no document and no middleware.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope["method"], scope["path"])
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    async def _answer(self, method: str, path: str) -> Response:
        if path not in {"/livez", "/readyz", "/metrics"}:
            return problem(404, "not-found", "Không tìm thấy")
        if method not in {"GET", "HEAD"}:
            return problem(405, "method-not-allowed", "Phương thức không được hỗ trợ")
        if path == "/livez":
            return JSONResponse({"status": "alive"})
        if path == "/readyz":
            return await self._readiness()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _readiness(self) -> Response:
        """Answer 200 only when the database, the bus and every running role are well."""
        reason = await self._runtime.not_ready_reason()
        if reason:
            return problem(503, "not-ready", "Chưa sẵn sàng", detail=reason)
        return JSONResponse({"status": "ready"})
