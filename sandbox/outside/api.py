"""The doors of the outside system: requests in, a person's decision, a page."""

import hmac
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import AnyHttpUrl, AwareDatetime, BaseModel, ConfigDict, Field

from sandbox.outside.requests import RequestReused, Requests
from sandbox.outside.worker import Worker
from sandbox.pages import page

SHOWN = 100

router = APIRouter()


class StepRequest(BaseModel):
    """One step of a dossier to be worked here."""

    model_config = ConfigDict(extra="forbid")

    request_id: str = Field(min_length=1, max_length=128)
    dossier_code: str = Field(min_length=1, max_length=128)
    procedure_code: str = ""
    step: str = Field(min_length=1, max_length=128)
    due_at: AwareDatetime | None = None
    callback_url: AnyHttpUrl
    data: dict[str, Any] = {}


class Completion(BaseModel):
    """What a person decides instead of waiting for the delay."""

    model_config = ConfigDict(extra="forbid")

    outcome: str | None = Field(None, min_length=1, max_length=64)
    number: str | None = Field(None, min_length=1, max_length=64)


def _requests(request: Request) -> Requests:
    return cast("Requests", request.app.state.requests)


def _worker(request: Request) -> Worker:
    return cast("Worker", request.app.state.worker)


async def _require_key(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    key = request.app.state.settings.request_key
    if key is not None and not hmac.compare_digest(authorization.encode(), f"Bearer {key}".encode()):
        raise HTTPException(401, "Sai khóa truy cập")


@router.post("/requests", status_code=202, dependencies=[Depends(_require_key)])
async def take_request(asked: StepRequest, request: Request) -> dict[str, str]:
    """Take a step to work; the same request again is taken once."""
    clock, settings = request.app.state.clock, request.app.state.settings
    now = clock.now()
    due_at = None if settings.delay_seconds is None else now.timestamp() + settings.delay_seconds
    try:
        _requests(request).add(asked.request_id, asked.model_dump(mode="json"), at=now, due_at=due_at)
    except RequestReused:
        raise HTTPException(409, "Mã yêu cầu đã dùng cho nội dung khác") from None
    _worker(request).wake()
    return {"request_id": asked.request_id, "state": _one(asked.request_id, request)["state"]}


@router.get("/requests")
async def list_requests(
    request: Request, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> list[dict[str, Any]]:
    """List requests, oldest first."""
    return _requests(request).all(limit)


@router.get("/requests/{request_id}")
async def show_request(request_id: str, request: Request) -> dict[str, Any]:
    """Show one request with its result and its callbacks."""
    return _one(request_id, request)


@router.post("/requests/{request_id}/completion", status_code=202)
async def complete(request_id: str, request: Request, decided: Completion | None = None) -> dict[str, Any]:
    """Finish a request now; its callback follows. 409 when it is finished already."""
    decided = decided or Completion(outcome=None, number=None)
    kept = _one(request_id, request)
    if not _worker(request).finish(kept, outcome=decided.outcome, number=decided.number):
        raise HTTPException(409, "Yêu cầu này đã có kết quả")
    _worker(request).wake()
    return _one(request_id, request)


@router.post("/page/requests/{request_id}/completion", include_in_schema=False)
async def complete_on_page(request_id: str, request: Request) -> RedirectResponse:
    """Finish a request from the page and show the page again."""
    _worker(request).finish(_one(request_id, request))
    _worker(request).wake()
    return RedirectResponse("/", 303)


@router.delete("/requests", status_code=204)
async def forget(request: Request) -> None:
    """Forget every request."""
    _requests(request).forget()


@router.get("/livez", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/", include_in_schema=False)
async def show(request: Request) -> HTMLResponse:
    """Show requests, newest first, each with a button that finishes it."""
    return page("outside/templates/outside.html", {"requests": _requests(request).all(SHOWN)[::-1]})


def _one(request_id: str, request: Request) -> dict[str, Any]:
    kept = _requests(request).get(request_id)
    if kept is None:
        raise HTTPException(404, "Không có yêu cầu này")
    return kept
