"""Liveness, readiness and metrics: for the cluster, never through the gateway."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kernel.web.problems import problem

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Answer as long as the event loop turns."""
    return {"status": "alive"}


@router.get("/readyz", response_model=None)
async def readyz(request: Request) -> dict[str, str] | Response:
    """Answer 200 only when the database, the bus and every running role are well."""
    reason = await request.app.state.runtime.not_ready_reason()
    if reason:
        return problem(503, "not-ready", "Chưa sẵn sàng", detail=reason)
    return {"status": "ready"}


@router.get("/metrics")
async def metrics() -> Response:
    """Return the Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
