"""What the gateway's payment side calls: requests to carry, addresses to pay at, the platform's news."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Limit
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.payments.platform_answers import (
    CarriedOut,
    CarriedPage,
    NewsOut,
    PaymentRequestOut,
    carried_out,
    request_out,
)
from services.dossier.api.payments.requests import BillIn, NewsIn, OpeningIn
from services.dossier.api.payments.times import with_zone
from services.dossier.domain.payments.requests import Told
from services.dossier.use_cases.payments import platform

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Liên thông"])
_Reference = Annotated[str, Path(max_length=64)]


@router.get("/payment-requests")
async def requests_to_carry(
    by: Caller, work: Work, now: Now, what: Literal["open", "look"], limit: Limit = 50
) -> CarriedPage:
    """Yêu cầu đến lượt chuyển cho nền tảng (`open`) hoặc hỏi lại nền tảng (`look`)."""
    found = await platform.requests_to_carry(what, limit=limit, by=by, work=work, now=now)
    return CarriedPage(items=[carried_out(request, bill) for request, bill in found])


@router.post("/payment-requests/{reference}/opening")
async def record_opening(
    reference: _Reference, body: OpeningIn, by: Caller, work: Work, now: Now
) -> PaymentRequestOut:
    """Nền tảng đã nhận yêu cầu, hoặc vì sao chưa."""
    done = await platform.record_opening(
        reference, pay_url=body.pay_url, failure=body.failure, by=by, work=work, now=now
    )
    return request_out(done)


@router.post("/payment-results")
async def receive_news(body: NewsIn, by: Caller, work: Work, now: Now) -> NewsOut:
    """Kết quả thanh toán của nền tảng; gửi lại bao nhiêu lần cũng chỉ ghi một lần."""
    news = platform.PlatformNews(
        reference=body.reference,
        told=Told(body.outcome),
        amount=body.amount,
        transaction=body.transaction,
        paid_at=with_zone(body.paid_at, "paid_at") if body.paid_at else now,
        source=body.source,
        refused=body.refused,
        raw=body.raw,
    )
    outcome = await platform.receive_news(news, by=by, work=work, now=now)
    return NewsOut.model_validate({"outcome": outcome})


@router.post("/payment-bills")
async def bill_of(body: BillIn, by: Caller, work: Work, now: Now) -> CarriedOut:
    """Khoản còn phải nộp của một mã hồ sơ, để Cổng Dịch vụ công quốc gia thu hộ."""
    request, bill = await platform.bill_of(body.code, by=by, work=work, now=now)
    return carried_out(request, bill)
