"""Following a procedure by mail. The door shows the pages; here are the writes behind them."""

from fastapi import APIRouter

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.catalog.api.deps import Work
from services.catalog.api.readers.models import (
    EndedAnswer,
    FollowedAnswer,
    SubscriptionAnswer,
    SubscriptionBody,
    TokenBody,
)
from services.catalog.use_cases.readers.following import ask_to_follow, confirm, end

router = APIRouter(prefix="/v1/subscriptions", route_class=EdgeRoute, tags=["subscriptions"])


@router.post("", status_code=202, openapi_extra=PUBLIC, responses=problems(400, 404, 412, 413, 422))
async def ask_subscription(body: SubscriptionBody, work: Work, now: Now) -> SubscriptionAnswer:
    """Xin theo dõi một thủ tục qua thư điện tử; chỉ bắt đầu khi địa chỉ đã xác nhận."""
    await ask_to_follow(body.procedure, body.email, work=work, now=now)
    return SubscriptionAnswer()


@router.post("/confirmation", openapi_extra=PUBLIC, responses=problems(400, 404, 412, 413, 422))
async def confirm_subscription(body: TokenBody, work: Work, now: Now) -> FollowedAnswer:
    """Xác nhận bằng mã trong thư."""
    procedure, name = await confirm(body.token, work=work, now=now)
    return FollowedAnswer(procedure=procedure, name=name)


@router.post("/ending", openapi_extra=PUBLIC, responses=problems(400, 404, 412, 413, 422))
async def end_subscription(body: TokenBody, work: Work) -> EndedAnswer:
    """Ngừng theo dõi bằng mã trong thư; địa chỉ được xóa."""
    await end(body.token, work=work)
    return EndedAnswer()
