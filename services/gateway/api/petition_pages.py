"""Pages of published petitions and their answers: listed, searched, one by one; without scripts."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kernel.core.clock import VIETNAM
from services.gateway.api.rendered import PageRoute, rendered
from services.gateway.use_cases.published_petitions import list_published, one_published

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_LONGEST_QUERY, _LONGEST_CURSOR = 200, 500


def _asking(request: Request) -> dict[str, Any]:
    door = request.app.state.runtime.resources
    return {"upstream": door.upstream, "correlation_id": str(request.scope["state"]["correlation_id"])}


@router.get("/phan-anh", response_class=HTMLResponse)
async def show_petitions(request: Request) -> HTMLResponse:
    """Show what is published, newest first, or what holds all the words asked for."""
    words = request.query_params.get("q", "").strip()[:_LONGEST_QUERY]
    cursor = request.query_params.get("cursor", "")[:_LONGEST_CURSOR]
    found = await list_published(words, cursor, **_asking(request))
    following = found["next_cursor"]
    query = {"q": words} if words else {}
    return rendered(
        "petitions.html",
        words=words,
        items=[{**one, "on": _day(one)} for one in found["items"]],
        following=f"/phan-anh?{urlencode({**query, 'cursor': following})}" if following else "",
    )


@router.get("/phan-anh/{number}", response_class=HTMLResponse)
async def show_petition(number: str, request: Request) -> HTMLResponse:
    """Show one and its answer."""
    found = await one_published(number, **_asking(request))
    return rendered("petition.html", one=found, on=_day(found))


def _day(one: dict[str, Any]) -> str:
    return datetime.fromisoformat(one["published_at"]).astimezone(VIETNAM).strftime("%d/%m/%Y")
