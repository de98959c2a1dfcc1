"""The HTTP side: an SMS provider's door, and what was caught."""

import hmac
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from sandbox.catcher.faults import ProviderFaults, Switchboard
from sandbox.catcher.messages import Caught, Messages, ReferenceReused
from sandbox.pages import page

SHOWN = 100

router = APIRouter()


class Sms(BaseModel):
    """One text message as a provider takes it."""

    model_config = ConfigDict(extra="ignore")

    to: str = Field(min_length=1, max_length=32)
    text: str = Field(min_length=1, max_length=1600)
    sender: str = Field("", max_length=32)
    reference: str = Field(min_length=1, max_length=128)


def _messages(request: Request) -> Messages:
    return cast("Messages", request.app.state.messages)


def _board(request: Request) -> Switchboard:
    return cast("Switchboard", request.app.state.board)


@router.post("/sms")
async def send_sms(
    sms: Sms, request: Request, authorization: Annotated[str, Header()] = ""
) -> dict[str, str]:
    """Take an SMS; the same reference again answers the same id and sends nothing."""
    wanted = f"Bearer {request.app.state.settings.sms_key}"
    if not hmac.compare_digest(authorization.encode(), wanted.encode()):
        raise HTTPException(401, "Sai khóa truy cập")
    status = await _board(request).sms_fault(sms.to)
    if status is not None:
        raise HTTPException(status, "Nhà cung cấp từ chối tin nhắn")
    caught = Caught(
        kind="sms", sender=sms.sender, recipients=[sms.to], subject="", body=sms.text, reference=sms.reference
    )
    try:
        identifier = _messages(request).keep(caught, at=request.app.state.clock.now())
    except ReferenceReused:
        raise HTTPException(409, "Mã tham chiếu đã dùng cho tin nhắn khác") from None
    if _board(request).loses_answer():
        raise HTTPException(504, "Mất câu trả lời")
    return {"id": identifier}


@router.get("/messages")
async def list_messages(
    request: Request,
    to: str | None = None,
    contains: str | None = None,
    kind: Literal["mail", "sms"] | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> list[dict[str, Any]]:
    """List caught messages, oldest first."""
    return _messages(request).find(to=to, contains=contains, kind=kind, limit=limit)


@router.delete("/messages", status_code=204)
async def forget(request: Request) -> None:
    """Forget every caught message."""
    _messages(request).forget()


@router.get("/faults")
async def show_faults(request: Request) -> ProviderFaults:
    """Show the faults that are on."""
    return _board(request).faults


@router.put("/faults")
async def switch_faults(faults: ProviderFaults, request: Request) -> ProviderFaults:
    """Replace all faults; `{}` is a healthy provider."""
    _board(request).faults = faults
    return faults


@router.get("/livez", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/", include_in_schema=False)
async def show(request: Request, to: str | None = None, contains: str | None = None) -> HTMLResponse:
    """Show what was caught, newest first."""
    found = _messages(request).find(to=to or None, contains=contains or None, kind=None, limit=SHOWN)
    values = {"messages": found[::-1], "to": to or "", "contains": contains or ""}
    return page("catcher/templates/catcher.html", values)
