"""The ministry's doors: pages of changes, what people there do, files, faults, a page to look at."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from sandbox.ministry.dossiers import COURSE, STATUSES, AlreadyThere, Dossiers
from sandbox.ministry.faults import MinistryFaults, strikes
from sandbox.ministry.files import CsvForm, drop_csv
from sandbox.ministry.worker import Worker
from sandbox.pages import page

SHOWN = 100
_HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"

router = APIRouter()


class Opened(BaseModel):
    """A dossier somebody handed in at the ministry."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=3, max_length=64, pattern=r"^\S+$")
    procedure: str = Field(min_length=1, max_length=64)
    agency: str = Field(min_length=1, max_length=64)
    owner: str = Field(min_length=1, max_length=200)
    secret: str | None = Field(None, pattern=r"^[0-9A-Za-z]{6,32}$")


class Changed(BaseModel):
    """A change; `minutes_ago` writes it down late."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(min_length=1, max_length=64)
    minutes_ago: float = Field(0, ge=0)
    note: str = ""


def dossiers_of(request: Request) -> Dossiers:
    """Return what the ministry keeps."""
    return cast("Dossiers", request.app.state.dossiers)


def worker_of(request: Request) -> Worker:
    """Return who steps and pushes."""
    return cast("Worker", request.app.state.worker)


async def spoiled(request: Request) -> None:
    """Be slow or down as switched."""
    if strikes(request, "slow"):
        await asyncio.sleep(request.app.state.faults.slow_ms / 1000)
    if strikes(request, "down"):
        raise HTTPException(503, "Tạm ngừng")


async def _require_key(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    wanted = f"Bearer {request.app.state.settings.pull_key}"
    if not hmac.compare_digest(authorization.encode(), wanted.encode()):
        raise HTTPException(401, "Sai khóa truy cập")


@router.get("/api/thay-doi", dependencies=[Depends(_require_key), Depends(spoiled)])
async def list_changes(
    request: Request,
    cursor: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> Response:
    """One page of changes after a cursor, and the cursor of the next."""
    if strikes(request, "html_5xx"):
        return HTMLResponse(_HTML, 502)
    dossiers = dossiers_of(request)
    items = dossiers.changes_after(cursor, limit)
    last = items[-1]["soThuTu"] if items else cursor
    if strikes(request, "duplicate"):
        items = dossiers.changes_after(max(0, cursor - limit), limit)
    if strikes(request, "out_of_order"):
        items = items[::-1]
    body = {"items": items, "next_cursor": str(last), "has_more": last < dossiers.last_number()}
    content = orjson.dumps(body)
    if strikes(request, "lose_answer"):
        return StreamingResponse(_half(content), headers={"Content-Length": str(len(content))})
    return Response(content, media_type="application/json")


async def _half(content: bytes) -> AsyncIterator[bytes]:
    yield content[: len(content) // 2]
    raise ConnectionResetError


@router.post("/sandbox/dossiers", status_code=201)
async def open_dossier(opened: Opened, request: Request) -> dict[str, Any]:
    """Let somebody hand in a dossier at the ministry."""
    now, step = request.app.state.clock.now(), request.app.state.settings.step_seconds
    try:
        next_step = now.timestamp() + step if step else None
        dossiers_of(request).open(opened.model_dump(), now=now, next_step=next_step)
    except AlreadyThere:
        raise HTTPException(409, "Mã hồ sơ đã có") from None
    worker_of(request).wake()
    return _one(opened.code, request)


@router.post("/sandbox/dossiers/{code}/changes", status_code=201)
async def change_dossier(code: str, changed: Changed, request: Request) -> dict[str, Any]:
    """Change a dossier's status."""
    _one(code, request)
    at = request.app.state.clock.now() - timedelta(minutes=changed.minutes_ago)
    dossiers_of(request).change(code, changed.status, at=at, note=changed.note)
    worker_of(request).wake()
    return _one(code, request)


@router.get("/sandbox/dossiers")
async def list_dossiers(request: Request) -> list[dict[str, Any]]:
    """List dossiers, newest first."""
    return dossiers_of(request).all(1000)


@router.post("/sandbox/csv", status_code=201)
async def drop_file(form: CsvForm, request: Request) -> dict[str, str]:
    """Drop a CSV file of every change into the folder, whole."""
    folder = request.app.state.settings.files_folder
    if folder is None:
        raise HTTPException(409, "Chưa đặt thư mục (MINISTRY_FILES_FOLDER)")
    changes = dossiers_of(request).changes_after(form.after, 100_000)
    return {"file": drop_csv(folder, form, changes)}


@router.put("/sandbox/faults")
async def switch_faults(faults: MinistryFaults, request: Request) -> MinistryFaults:
    """Replace the faults."""
    request.app.state.faults = faults
    return faults


@router.delete("/sandbox/dossiers", status_code=204)
async def forget(request: Request) -> None:
    """Forget every dossier."""
    dossiers_of(request).forget()


@router.get("/livez", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/", include_in_schema=False)
async def show(request: Request) -> HTMLResponse:
    """Show dossiers, newest first, each with a button that moves it on."""
    shown = [
        {**one, "text": STATUSES.get(one["status"], one["status"])} for one in dossiers_of(request).all(SHOWN)
    ]
    return page("ministry/templates/ministry.html", {"dossiers": shown, "last": COURSE[-1]})


@router.post("/page/dossiers/{code}/step", include_in_schema=False)
async def step_on_page(code: str, request: Request) -> RedirectResponse:
    """Move a dossier on from the page and show the page again."""
    worker_of(request).step(_one(code, request))
    worker_of(request).wake()
    return RedirectResponse("/", 303)


def _one(code: str, request: Request) -> dict[str, Any]:
    kept = dossiers_of(request).one(code)
    if kept is None:
        raise HTTPException(404, "Không có hồ sơ này")
    return kept
