"""Versions of procedures in time, who performs them, standard reasons, figures."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.publishing.models.basics import ProcedureDifferenceAnswer
from services.catalog.api.publishing.models.versions import (
    Figures,
    OfferingList,
    OfferingRow,
    ReasonAnswer,
    ReasonBody,
    ReasonList,
    VersionDifferences,
    VersionList,
    VersionSummary,
)
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.publishing.differences import differences
from services.catalog.domain.publishing.errors import NoSuchReason
from services.catalog.use_cases.publishing import reasons

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["procedures"])

Code = Annotated[str, Path(max_length=60)]
Agency = Annotated[str, Query(max_length=35)]


def _national(code: str) -> str:
    national = national_code(code)
    if national is None:
        raise NoSuchProcedure
    return national


@router.get(
    "/procedures/{code}/versions",
    openapi_extra=PUBLIC,
    responses={**problems(404, 422), **CACHED},
)
async def list_procedure_versions(code: Code, work: Work, agency: Agency = "") -> VersionList:
    """Mọi phiên bản đã, đang và sẽ có hiệu lực, cũ nhất trước."""
    national = _national(code)
    found = await work.publishing.versions(national, agency_code(agency) or agency)
    if not found:
        raise NoSuchProcedure
    return VersionList(code=national, items=[VersionSummary(**row) for row in found])


@router.get(
    "/procedures/{code}/differences",
    openapi_extra=PUBLIC,
    responses={**problems(404, 422), **CACHED},
)
async def list_procedure_differences(
    code: Code,
    work: Work,
    from_version: Annotated[int, Query(alias="from", ge=1, le=2**53)],
    to_version: Annotated[int, Query(alias="to", ge=1, le=2**53)],
) -> VersionDifferences:
    """Hai phiên bản khác nhau ở những trường nào."""
    national = _national(code)
    before = await work.publishing.version(national, from_version)
    after = await work.publishing.version(national, to_version)
    if before is None or after is None:
        raise NoSuchProcedure
    return VersionDifferences(
        code=national,
        from_version=from_version,
        to_version=to_version,
        differences=[ProcedureDifferenceAnswer(**one) for one in differences(before, after)],
    )


@router.get(
    "/procedures/{code}/offerings",
    openapi_extra=PUBLIC,
    responses={**problems(404, 422), **CACHED},
)
async def list_procedure_offerings(
    code: Code,
    work: Work,
    agency: Agency = "",
    on: Annotated[date | None, Query(description="Chỉ những nơi thực hiện vào ngày này")] = None,
) -> OfferingList:
    """Cơ quan nào thực hiện thủ tục, từ ngày nào đến ngày nào."""
    national = _national(code)
    rows = await work.publishing.offerings(national, agency_code(agency) or agency, on)
    return OfferingList(items=[OfferingRow(**row, code=national) for row in rows])


@router.get("/procedure-figures", openapi_extra=PUBLIC, responses={**problems(422), **CACHED})
async def get_procedure_figures(work: Work, now: Now, on: Annotated[date | None, Query()] = None) -> Figures:
    """Mức đầy đủ của bảy bộ phận bắt buộc và mức cắt giảm thời hạn của thủ tục giải quyết tại tỉnh."""
    return Figures(**await reasons.figures(on or now.date(), work=work))


@router.get("/standard-reasons", openapi_extra=PUBLIC, responses={**problems(422), **CACHED})
async def list_standard_reasons(
    work: Work,
    kind: Annotated[Literal["", "SUPPLEMENT", "REFUSAL", "DELAY"], Query()] = "",
    sector: Annotated[str, Query(max_length=63)] = "",
) -> ReasonList:
    """Thư viện lý do mẫu: bổ sung, từ chối, chậm."""
    found = await reasons.list_reasons(kind, sector, work=work)
    return ReasonList(items=[ReasonAnswer.model_validate(one) for one in found])


@router.post(
    "/standard-reasons",
    status_code=201,
    responses=problems(400, 401, 403, 409, 412, 422),
)
async def create_standard_reason(
    body: ReasonBody, caller: Caller, work: Work, now: Now, response: Response
) -> ReasonAnswer:
    """Thêm lý do mẫu."""
    made = await reasons.add_reason(body.reason(), by=caller, work=work, now=now)
    response.headers["ETag"] = f'"{made.version}"'
    return ReasonAnswer.model_validate(made)


@router.put(
    "/standard-reasons/{code}",
    responses=problems(400, 401, 403, 404, 412, 422, 428),
)
async def update_standard_reason(
    code: Code, body: ReasonBody, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> ReasonAnswer:
    """Sửa hoặc ngừng dùng lý do mẫu."""
    if body.code != code:
        raise NoSuchReason
    made = await reasons.change_reason(body.reason(), seen=seen, by=caller, work=work, now=now)
    response.headers["ETag"] = f'"{made.version}"'
    return ReasonAnswer.model_validate(made)
