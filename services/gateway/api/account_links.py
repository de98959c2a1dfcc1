"""Accounts of one person: which are linked, which could be, linked and ended (national-portal.md 18.2)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.gateway.use_cases.account_links import end_link, list_proposals, take_proposal

router = APIRouter(
    prefix="/api/v1",
    route_class=EdgeRoute,
    responses=problems(400, 401, 403, 404, 412, 422),
    tags=["account"],
)
Work = Annotated[Any, Depends(current_work)]


class AccountLink(BaseModel):
    """A link: where both accounts are, how it was proven, by whom and until when it held."""

    id: UUID
    issuer: str
    linked_issuer: str
    how: str
    linked_at: datetime
    is_mine: bool
    """One of these accounts made it."""
    revoked_at: datetime | None
    version: int


class Proposal(BaseModel):
    """Another account that tells the same checked number."""

    id: UUID
    issuer: str


class AccountLinks(BaseModel):
    """Links of the accounts of who asks, ended ones too, and accounts that could be linked."""

    items: list[AccountLink]
    proposals: list[Proposal]


class NewLink(BaseModel):
    """The proposal somebody says yes to."""

    model_config = ConfigDict(extra="forbid")

    proposal_id: UUID


@router.get("/account-links")
async def list_account_links(by: Caller, work: Work) -> AccountLinks:
    """Các tài khoản đã liên kết và có thể liên kết của người đang đăng nhập."""
    proposed = await list_proposals(by, work=work)
    return AccountLinks(
        items=[AccountLink.model_validate(row) for row in await work.account_links.listed(by.subjects)],
        proposals=[Proposal.model_validate(row) for row in proposed],
    )


@router.post("/account-links", status_code=201, responses=problems(409))
async def link_accounts(body: NewLink, by: Caller, work: Work, now: Now, response: Response) -> AccountLink:
    """Liên kết tài khoản khác có cùng số định danh đã được xác thực ở cả hai nơi."""
    link = await take_proposal(body.proposal_id, by=by, work=work, now=now)
    response.headers["ETag"] = '"1"'
    response.headers["Location"] = f"/api/v1/account-links/{link['id']}"
    return AccountLink.model_validate(link)


@router.delete("/account-links/{link_id}", status_code=204, response_class=Response, responses=problems(428))
async def end_account_link(link_id: UUID, by: Caller, work: Work, now: Now, seen: IfMatch) -> Response:
    """Hủy liên kết; từ đó mỗi tài khoản lại là của riêng mình, hồ sơ không mất đi đâu."""
    await end_link(link_id, seen=seen, by=by, work=work, now=now)
    return Response(status_code=204)
