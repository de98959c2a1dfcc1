"""The portal's catalogues, how ours are mapped to them, and what may be meant by a name."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from kernel.core.errors import Invalid, NotFound, Refusal
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal.sync import MEND, PROBLEMS, READ, Work, local
from services.gateway.domain.portal.answers.answer import PortalSilent
from services.gateway.domain.portal.telling.codes import CodeKind, candidates
from services.gateway.domain.portal.wire.lists import NoLines, lines_of

router = APIRouter(
    prefix="/api/v1/portal-sync", route_class=EdgeRoute, responses=PROBLEMS, tags=["portal-sync"]
)
Code = Annotated[str, StringConstraints(max_length=64)]
_PROCEDURE = re.compile(r"\d\.\d{6}(\.[0-9A-Z]+)*")


class CodeTaken(Refusal):
    """A mapping is one to one: another code of ours has this code of the portal (409)."""

    code = "portal-code-taken"
    title = "Mã của Cổng đã được ánh xạ cho mã khác"


class PortalLine(BaseModel):
    """A line of one of the portal's catalogues; `gone_at` is when the portal no longer listed it."""

    code: str
    name: str
    owner: str
    seen_at: datetime
    gone_at: datetime | None


class Candidate(BaseModel):
    """A line of the portal that may be meant; likeness of the words of both names, in per cent."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    likeness: int


class Mapping(BaseModel):
    """How a code of ours is called on the portal; without a portal code nobody has mapped it."""

    kind: CodeKind
    local_code: str
    portal_code: str | None
    portal_name: str | None
    is_gone: bool
    """The portal no longer lists its code."""
    changed_by: str | None
    changed_at: datetime | None


class MappingShown(Mapping):
    """A mapping with what may be meant by our name."""

    candidates: list[Candidate]


class PortalDetail(BaseModel):
    """A procedure as the portal tells it, in its own words (section 11.2)."""

    code: str
    detail: dict[str, Any]


class MonthTold(BaseModel):
    """How many lines of a month's satisfaction the portal has, waits for or declined."""

    month: date
    told: int
    waiting: int
    refused: int


class NewMapping(BaseModel):
    """The portal's code of a code of ours."""

    model_config = ConfigDict(extra="forbid")

    portal_code: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,63}$")]


@router.get("/catalogues/{kind}", dependencies=READ)
async def list_portal_catalogue(
    kind: CodeKind, work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> Page[PortalLine]:
    """Danh mục của Cổng như lần đọc gần nhất, theo mã."""
    rows = await work.portal_codes.listed(kind, after=_after(cursor), limit=limit + 1)
    following = encode_cursor(rows[limit - 1]["code"]) if len(rows) > limit else None
    return Page[PortalLine](
        items=[PortalLine.model_validate(local(row)) for row in rows[:limit]], next_cursor=following
    )


@router.get("/catalogues/{kind}/{code}", dependencies=READ, responses=problems(503))
async def show_portal_line(kind: CodeKind, code: Code, work: Work) -> PortalDetail:
    """Một dòng danh mục như Cổng trả lời lúc này; thủ tục gồm đủ chi tiết của LayThuTuc."""
    if kind is not CodeKind.PROCEDURE:
        raise NotFound
    answer = await work.resources.portal.exchange.national.read("LayThuTuc", maTTHC=code)
    try:
        found = lines_of(answer.result).first
    except NoLines as error:
        raise PortalSilent(f"LayThuTuc: {error}") from error
    if found is None:
        raise NotFound
    return PortalDetail(code=code, detail=dict(found))


@router.get("/satisfaction", dependencies=READ)
async def list_portal_satisfaction(work: Work) -> list[MonthTold]:
    """Số dòng tổng hợp mức độ hài lòng của từng tháng: đã gửi, đang chờ, bị từ chối."""
    return [MonthTold.model_validate(row) for row in await work.portal_summaries.counts()]


@router.get("/mappings/{kind}", dependencies=READ)
async def list_portal_mappings(
    kind: CodeKind, work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> Page[Mapping]:
    """Các mã của tỉnh đã ánh xạ sang mã của Cổng."""
    rows = await work.portal_codes.mappings(kind, after=_after(cursor), limit=limit + 1)
    following = encode_cursor(rows[limit - 1]["local_code"]) if len(rows) > limit else None
    return Page[Mapping](
        items=[Mapping.model_validate(local(row)) for row in rows[:limit]], next_cursor=following
    )


@router.get("/mappings/{kind}/{local_code}", dependencies=READ)
async def show_portal_mapping(
    kind: CodeKind,
    local_code: Code,
    work: Work,
    response: Response,
    name: Annotated[str, Query(max_length=500, description="Tên của tỉnh, để gợi ý mã của Cổng")] = "",
) -> MappingShown:
    """Ánh xạ của một mã và các mã của Cổng có tên gần giống; ETag "0" khi chưa ánh xạ."""
    found = await work.portal_codes.mapping(kind, local_code)
    near = candidates(name, await work.portal_codes.all(kind)) if name else []
    response.headers["ETag"] = f'"{found["version"]}"'
    shown = [Candidate.model_validate(one) for one in near]
    return MappingShown.model_validate({**local(found), "candidates": shown})


@router.put(
    "/mappings/{kind}/{local_code}",
    dependencies=MEND,
    status_code=204,
    response_class=Response,
    responses=problems(409, 428),
)
async def put_portal_mapping(
    kind: CodeKind, local_code: Code, body: NewMapping, by: Caller, work: Work, now: Now, seen: IfMatch
) -> Response:
    """Ánh xạ một mã của tỉnh sang mã của Cổng, một - một; những gì đang chờ ánh xạ được gửi ngay."""
    _check(kind, body.portal_code)
    if await work.portal_codes.taken_by(kind, body.portal_code, but=local_code):
        raise CodeTaken
    work.portal_codes.put_mapping(kind, local_code, body.portal_code, seen=seen, by=by.subject, now=now)
    return Response(status_code=204, headers={"ETag": f'"{seen + 1}"'})


@router.delete(
    "/mappings/{kind}/{local_code}",
    dependencies=MEND,
    status_code=204,
    response_class=Response,
    responses=problems(428),
)
async def delete_portal_mapping(kind: CodeKind, local_code: Code, work: Work, seen: IfMatch) -> Response:
    """Bỏ một ánh xạ."""
    if not (await work.portal_codes.mapping(kind, local_code))["version"]:
        raise NotFound
    work.portal_codes.remove_mapping(kind, local_code, seen=seen)
    return Response(status_code=204)


def _after(cursor: str) -> str:
    parts = decode_cursor(cursor, str)
    return str(parts[0]) if parts else ""


def _check(kind: CodeKind, portal_code: str) -> None:
    """Refuse a procedure's code in a form the portal does not have (section 2.3)."""
    if kind is CodeKind.PROCEDURE and not _PROCEDURE.fullmatch(portal_code):
        raise Invalid(fields=[("portal_code", "Mã thủ tục của Cổng có dạng 1.004873 hoặc 1.004873.H99")])
