"""How long a procedure really takes."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CacheableRoute
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.use_cases.outcomes import measure

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["procedures"])


class MeasuredTime(BaseModel):
    """Working days of eight hours from acceptance to result, stops left out; null without a measure."""

    model_config = ConfigDict(populate_by_name=True)

    procedure: str
    agency: str | None
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    ended: int = Field(description="Số hồ sơ đã có kết quả")
    measured: int = Field(description="Số hồ sơ tính được thời gian")
    median_days: float | None
    p90_days: float | None


@router.get(
    "/procedures/{code}/measured-time",
    openapi_extra=PUBLIC,
    response_model=MeasuredTime,
    responses=problems(404, 422),
)
async def get_measured_time(
    code: str,
    work: Work,
    now: Now,
    agency: Annotated[
        str, Query(max_length=35, description="Cơ quan giải quyết; để trống là mọi cơ quan")
    ] = "",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """Xem thời gian giải quyết thực tế của một thủ tục, tính theo ngày làm việc."""
    national = national_code(code)
    if national is None:
        raise NoSuchProcedure
    found = await measure(national, agency_code(agency) or agency, first, last, work=work, today=now.date())
    answer = MeasuredTime.model_validate(found).model_dump_json(by_alias=True)
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(answer, media_type="application/json", headers=headers)
