"""E-forms: drafted and approved by editors, read and tried by anybody."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute, public_json
from services.catalog.api.readers.models import AnswersBody, FormAnswer, FormBrief, FormVerdictAnswer
from services.catalog.api.workflows.drafts import draft_router
from services.catalog.api.workflows.models import Versions
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.items import ItemKind
from services.catalog.use_cases.readers.forms import check_answers, form_on

router = APIRouter(prefix="/v1/forms", route_class=CacheableRoute, tags=["forms"])
checks = APIRouter(prefix="/v1/forms", route_class=EdgeRoute, tags=["forms"])
draft_routes = draft_router(ItemKind.FORM, "form", "form-drafts")

Procedure = Annotated[str, Path(max_length=60, description="Mã thủ tục")]
On = Annotated[date | None, Query(description="Ngày áp dụng; để trống là hôm nay")]
_READ = {**problems(404, 422), **CACHED}
MAX_ANSWER_BYTES = 262_144


@router.get("", openapi_extra=PUBLIC, response_model=Page[FormBrief], responses={**problems(422), **CACHED})
async def list_forms(work: Work, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Thủ tục có biểu mẫu điện tử đang áp dụng."""
    last = decode_cursor(cursor, str)
    found = await work.readers.listed("form", "", last[0] if last else "", limit + 1)
    following = encode_cursor(found[limit - 1]["code"]) if len(found) > limit else None
    return public_json({"items": list(found[:limit]), "next_cursor": following})


@router.get("/{procedure}", openapi_extra=PUBLIC, response_model=FormAnswer, responses=_READ)
async def get_form(procedure: Procedure, work: Work, now: Now, on: On = None) -> Response:
    """Biểu mẫu của thủ tục áp dụng ngày đó: lược đồ, bố cục, nguồn điền sẵn, cách tính phí."""
    today = now.date()
    return public_json(await form_on(procedure, on or today, work=work, today=today))


@router.get("/{procedure}/versions", openapi_extra=PUBLIC, response_model=Versions, responses=_READ)
async def list_form_versions(procedure: Procedure, work: Work) -> dict[str, Any]:
    """Các phiên bản của biểu mẫu, mới nhất trước."""
    found = await work.workflows.versions(ItemKind.FORM, national_code(procedure) or "")
    return {"items": [{**one, "approved_person": None} for one in found]}


@checks.post(
    "/{procedure}/validation",
    openapi_extra={**PUBLIC, "x-max-body-bytes": MAX_ANSWER_BYTES},
    responses=problems(400, 404, 413, 422),
)
async def validate_answers(
    procedure: Procedure, body: AnswersBody, work: Work, now: Now, on: On = None
) -> FormVerdictAnswer:
    """Kiểm tra nội dung khai và tính phí; không lưu gì."""
    today = now.date()
    return FormVerdictAnswer.of(
        await check_answers(procedure, on or today, body.answers, work=work, today=today)
    )
