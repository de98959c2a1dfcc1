"""A form as a page anybody may fill in and have checked: written from its data alone, without scripts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from eforms.form import Form
from kernel.core.errors import Invalid
from services.gateway.api.catalog_pages import catalogue_of
from services.gateway.api.forms import form_of
from services.gateway.api.rendered import PageRoute, rendered, text
from services.gateway.domain.chosen_service import CODE, Chosen
from services.gateway.use_cases.catalog_asking import Receiver
from services.gateway.use_cases.form_page import fields_of, read_answers

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST_FIELDS, _MOST_BYTES = 1_000, 262_144


async def _chosen(
    agency: Annotated[str, Query(max_length=100)] = "", service: Annotated[str, Query(max_length=100)] = ""
) -> Chosen:
    given = {"agency": agency, "service": service}
    wrong = [name for name, value in given.items() if value and CODE.fullmatch(value) is None]
    if wrong:
        raise Invalid(fields=[(name, "Giá trị chưa hợp lệ") for name in wrong])
    return Chosen(agency, service)


Choice = Annotated[Chosen, Depends(_chosen)]


@router.get("/bieu-mau/{code}", response_class=HTMLResponse)
async def show_form(code: str, request: Request, chosen: Choice) -> HTMLResponse:
    """Show the form of a procedure, empty, for the agency and the service that were chosen."""
    record = await catalogue_of(request).form(code)
    receiver, wrong = await _receiver(code, request, chosen)
    return _page(record, {}, None, receiver, chosen, wrong)


@router.post("/bieu-mau/{code}", response_class=HTMLResponse)
async def check_form(code: str, request: Request, chosen: Choice) -> HTMLResponse:
    """Show the form again: with another row, with what the answers bring up, or with what is wrong.

    The choice stays in the address. An agency that does not perform the procedure is as wrong as a field.
    """
    given = await form_of(request, most_fields=_MOST_FIELDS, most_bytes=_MOST_BYTES)
    catalogue = catalogue_of(request)
    record = await catalogue.form(code)
    receiver, wrong = await _receiver(code, request, chosen)
    answers = read_answers(Form(record), given)
    if "_them" in given or "_cap-nhat" in given:
        return _page(record, answers, None, receiver, chosen, wrong, grow=given.get("_them", ""))
    return _page(record, answers, await catalogue.check(code, answers), receiver, chosen, wrong)


async def _receiver(code: str, request: Request, chosen: Chosen) -> tuple[Receiver | None, list[str]]:
    """Return the agency that was chosen, and what of the choice does not fit, in words."""
    wrong = [] if chosen.is_of(code) else [text("form_other_service")]
    if not chosen.agency:
        return None, wrong
    today = request.app.state.runtime.clock.now().date()
    receiver = await catalogue_of(request).receiver(code, chosen.agency, today)
    if not receiver.is_offering:
        wrong.insert(0, text("form_not_there") if receiver.name else text("form_no_agency"))
    return receiver, wrong


def _page(
    record: dict[str, Any],
    answers: dict[str, Any],
    verdict: dict[str, Any] | None,
    receiver: Receiver | None,
    chosen: Chosen,
    misfits: list[str],
    *,
    grow: str = "",
) -> HTMLResponse:
    wrong = {one["path"]: one["reason"] for one in verdict["errors"]} if verdict else {}
    fields = fields_of(Form(record), answers, wrong, grow=grow)
    total = f"{verdict['fee']['total']:,}".replace(",", ".") if verdict and verdict["fee"] else ""
    return rendered(
        "form.html",
        status=422 if wrong or misfits else 200,
        form=record,
        fields=fields,
        wrong=wrong,
        misfits=misfits,
        receiver=receiver if receiver and receiver.is_offering else None,
        service="" if misfits else chosen.service,
        is_right=bool(verdict) and not wrong and not misfits,
        fee=verdict["fee"] if verdict else None,
        total=total,
    )
