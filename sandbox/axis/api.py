"""The e-office's doors for a person: a page, decisions, new documents, faults."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sandbox.axis.office import AxisFaults, Office
from sandbox.axis.wire import Party
from sandbox.pages import page

router = APIRouter()


class Said(BaseModel):
    """What the e-office says of a document."""

    model_config = ConfigDict(extra="forbid")

    code: Literal["01", "02", "03", "04", "05", "06", "13"]
    description: str = ""


class NewDocument(BaseModel):
    """A document of the e-office; `answers` is the number of one that came."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(min_length=3, max_length=35)
    to_name: str = Field(min_length=1, max_length=200)
    number: str = Field(min_length=1, max_length=100)
    subject: str = Field(min_length=1, max_length=400)
    answers: int | None = None


def _office(request: Request) -> Office:
    return cast("Office", request.app.state.office)


@router.get("/documents")
async def list_documents(
    request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[dict[str, Any]]:
    """List what was taken and sent, newest first."""
    return _office(request).documents(limit)


@router.post("/documents", status_code=201)
async def send_document(body: NewDocument, request: Request) -> dict[str, str]:
    """Send a document to the province."""
    sent = _office(request).send(
        Party(body.to, body.to_name), body.subject, body.number, answers=body.answers
    )
    return {"document_id": sent}


@router.post("/documents/{number}/status", status_code=202)
async def say(number: int, body: Said, request: Request) -> dict[str, str]:
    """Acknowledge a document that came."""
    if not _office(request).say(number, body.code, body.description):
        raise HTTPException(404, "Không có văn bản này")
    return {"code": body.code}


@router.post("/page/documents/{number}/status/{code}", include_in_schema=False)
async def say_on_page(number: int, code: Literal["02", "03", "06"], request: Request) -> RedirectResponse:
    """Acknowledge from the page and show it again."""
    _office(request).say(number, code)
    return RedirectResponse("/", 303)


@router.post("/page/documents/{number}/answer", include_in_schema=False)
async def answer_on_page(number: int, request: Request) -> RedirectResponse:
    """Answer a document from the page and show it again."""
    office = _office(request)
    for row in office.documents(1000):
        if row["number"] == number and row["direction"] == "IN":
            said = row["said"]
            to = Party(said["sender"], said["sender_name"])
            office.send(to, f"Ý kiến về văn bản {said['number']}", f"{100 + number}/STP-YK", answers=number)
    return RedirectResponse("/", 303)


@router.put("/faults")
async def switch(faults: AxisFaults, request: Request) -> AxisFaults:
    """Switch faults on; `{}` switches them off."""
    _office(request).faults = faults
    return faults


@router.get("/livez", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/", include_in_schema=False)
async def show(request: Request) -> HTMLResponse:
    """Show documents, newest first, each with what may be said of it."""
    return page("axis/templates/axis.html", {"documents": _office(request).documents(100)})
