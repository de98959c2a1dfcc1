"""A form as a page anybody may fill in and have checked: written from its data alone, without scripts."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from eforms.form import Form
from services.gateway.api.catalog_pages import catalogue_of
from services.gateway.api.forms import form_of
from services.gateway.api.rendered import PageRoute, rendered
from services.gateway.use_cases.form_page import fields_of, read_answers

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST_FIELDS, _MOST_BYTES = 1_000, 262_144


@router.get("/bieu-mau/{code}", response_class=HTMLResponse)
async def show_form(code: str, request: Request) -> HTMLResponse:
    """Show the form of a procedure, empty."""
    return _page(await catalogue_of(request).form(code), {}, None)


@router.post("/bieu-mau/{code}", response_class=HTMLResponse)
async def check_form(code: str, request: Request) -> HTMLResponse:
    """Show the form again: with another row, with what the answers bring up, or with what is wrong."""
    given = await form_of(request, most_fields=_MOST_FIELDS, most_bytes=_MOST_BYTES)
    catalogue = catalogue_of(request)
    record = await catalogue.form(code)
    answers = read_answers(Form(record), given)
    if "_them" in given or "_cap-nhat" in given:
        return _page(record, answers, None, grow=given.get("_them", ""))
    return _page(record, answers, await catalogue.check(code, answers))


def _page(
    record: dict[str, Any], answers: dict[str, Any], verdict: dict[str, Any] | None, *, grow: str = ""
) -> HTMLResponse:
    wrong = {one["path"]: one["reason"] for one in verdict["errors"]} if verdict else {}
    fields = fields_of(Form(record), answers, wrong, grow=grow)
    total = f"{verdict['fee']['total']:,}".replace(",", ".") if verdict and verdict["fee"] else ""
    return rendered(
        "form.html",
        status=422 if wrong else 200,
        form=record,
        fields=fields,
        wrong=wrong,
        is_right=bool(verdict) and not wrong,
        fee=verdict["fee"] if verdict else None,
        total=total,
    )
