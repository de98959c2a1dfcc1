"""The payment platform's addresses, and a hand that pays."""

from typing import cast

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from sandbox.portal.api.transport import answer_with_faults, json_answer, read_body, state_desk
from sandbox.portal.payments import FAILED, PAID, Paying, PaymentPlatform
from sandbox.portal.wire import Json, as_text

router = APIRouter(tags=["payment"])
_TITLE = "<!doctype html><meta charset=utf-8><title>Thanh toán</title>"


def _platform(request: Request) -> PaymentPlatform:
    return cast("PaymentPlatform", request.app.state.payments)


@router.post("/thanh-toan/giao-dich", response_class=Response)
async def serve(request: Request) -> Response:
    """Take INIT, QUERY and GET_BILL; faults are switched under these names."""
    desk = state_desk(request)
    message = await read_body(request, desk)
    kind = as_text(message.get("LoaiBanTin")) if isinstance(message, dict) else ""
    base = str(request.base_url).rstrip("/")
    return await answer_with_faults(desk, kind, lambda: _platform(request).serve(message, base))


@router.post("/thanh-toan/danh-sach", response_class=Response)
async def list_paid(request: Request) -> Response:
    """List the paid transactions of a day."""
    message = await read_body(request, state_desk(request))
    day = as_text(message.get("Ngay")) if isinstance(message, dict) else ""
    return json_answer(_platform(request).paid_on(day))


@router.get("/thanh-toan/{reference}", response_class=HTMLResponse)
async def show(reference: str, request: Request) -> HTMLResponse:
    """Show what is to be paid, with a button that pays."""
    held = _platform(request).find(reference)
    if held is None:
        raise HTTPException(404, "Không có giao dịch này")
    amount = f"{held['amount']:,}".replace(",", ".")
    button = "<form method=post><button>Thanh toán</button></form>"
    state = {PAID: "Đã thanh toán", FAILED: f"Không thành công. {button}"}.get(held["state"], button)
    return HTMLResponse(f"{_TITLE}<h1>{amount} đồng</h1>{state}")


@router.post("/thanh-toan/{reference}", response_class=HTMLResponse)
async def press(reference: str, request: Request) -> HTMLResponse:
    """Pay as a person does."""
    if await _platform(request).pay(reference, Paying()) is None:
        raise HTTPException(404, "Không có giao dịch này")
    return HTMLResponse(f"{_TITLE}<h1>Đã thanh toán</h1>")


@router.get("/sandbox/payments")
async def list_payments(request: Request) -> list[Json]:
    """List every payment: state, what was paid, how often it was told and taken."""
    return _platform(request).all()


@router.post("/sandbox/payments/{reference}")
async def pay(reference: str, paying: Paying, request: Request) -> Json:
    """Pay, with the news told, lost, told twice, forged or held back."""
    done = await _platform(request).pay(reference, paying)
    if done is None:
        raise HTTPException(404, "Không có giao dịch này")
    return done


@router.post("/sandbox/payments/{reference}/news")
async def tell(reference: str, request: Request) -> Json:
    """Tell the province now, once more or at last."""
    return await _platform(request).tell(reference)
