"""The register of legal documents, flagged procedures and the work list that comes of them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.id_cursors import after_id
from services.catalog.api.law_models import (
    ClosingBody,
    DocumentBody,
    LawTask,
    LegalDirt,
    LegalDocument,
    LegalDocumentOnDay,
    LegalFlags,
    LegalRelation,
    OwnerBody,
    RelationBody,
)
from services.catalog.domain.laws.errors import require_law_reader
from services.catalog.use_cases.laws import register, tasks

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["laws"])

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)
Number = Annotated[
    str, Query(min_length=1, max_length=200, description="Số, ký hiệu, viết thế nào cũng được")
]
On = Annotated[date | None, Query(description="Ngày xét; để trống là hôm nay")]


@router.get(
    "/legal-documents", openapi_extra=PUBLIC, response_model=Page[LegalDocument], responses=problems(422)
)
async def list_legal_documents(
    work: Work,
    now: Now,
    q: Annotated[str, Query(max_length=300, description="Số hoặc từ trong tên")] = "",
    ended: Annotated[bool | None, Query(description="Đã hết hiệu lực hay chưa")] = None,
    on: On = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Tìm văn bản theo số (`4777`, `SỐ 64/QĐ-NHNN`) hoặc theo tên."""
    last = decode_cursor(cursor, str)
    found = await register.search_documents(
        q, ended=ended, on=on or now.date(), after=last[0] if last else "", limit=limit + 1, work=work
    )
    following = encode_cursor(found[limit - 1]["key"]) if len(found) > limit else None
    return {"items": list(found[:limit]), "next_cursor": following}


@router.get(
    "/legal-document",
    openapi_extra=PUBLIC,
    response_model=LegalDocumentOnDay,
    responses=problems(404, 422),
)
async def get_legal_document(
    work: Work, now: Now, number: Number, response: Response, on: On = None
) -> dict[str, Any]:
    """Đọc một văn bản: tình trạng hiệu lực ở một ngày, văn bản thay thế, sửa đổi."""
    found = await register.find_document(number, on=on or now.date(), work=work)
    response.headers["ETag"] = f'"{found["version"]}"'
    return found


@router.put("/legal-document", response_model=LegalDocument, responses=_WRITE)
async def save_legal_document(
    body: DocumentBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    number: Number,
    response: Response,
) -> dict[str, Any]:
    """Ghi những gì đã đối chiếu về văn bản; If-Match "0" để đăng ký văn bản mới."""
    saved = await register.save_document(number, body.model_dump(), seen=seen, by=caller, work=work, now=now)
    response.headers["ETag"] = f'"{saved["version"]}"'
    return saved


@router.post("/legal-relations", response_model=LegalRelation, status_code=201, responses=_WRITE)
async def add_legal_relation(body: RelationBody, caller: Caller, work: Work, now: Now) -> dict[str, Any]:
    """Ghi văn bản này thay thế, bãi bỏ (một phần), sửa đổi văn bản kia từ một ngày."""
    return await _relate(body, caller, work, now, remove=False)


@router.post("/legal-relations/removal", response_model=LegalRelation, responses=_WRITE)
async def remove_legal_relation(body: RelationBody, caller: Caller, work: Work, now: Now) -> dict[str, Any]:
    """Bỏ một quan hệ ghi nhầm."""
    return await _relate(body, caller, work, now, remove=True)


async def _relate(
    body: RelationBody, caller: Caller, work: Work, now: Now, *, remove: bool
) -> dict[str, Any]:
    made = await register.relate_documents(
        body.actor,
        body.kind,
        body.target,
        body.from_on,
        body.provisions,
        by=caller,
        work=work,
        now=now,
        remove=remove,
    )
    return {"actor": made.actor, "kind": made.kind, "target": made.target, "from_on": made.from_on}


@router.get("/legal-flags", openapi_extra=PUBLIC, response_model=LegalFlags, responses=problems(422))
async def list_legal_flags(
    work: Work,
    now: Now,
    code: Annotated[str, Query(max_length=20, description="Mã thủ tục")] = "",
    number: Annotated[str, Query(max_length=200, description="Số văn bản")] = "",
    on: On = None,
) -> dict[str, Any]:
    """Thủ tục công khai còn căn cứ vào văn bản đã hết hiệu lực, xét ở một ngày."""
    key = register.number_of(number).key if number else ""
    day = on or now.date()
    found = await work.laws.flags(day, code, key)
    return {"on": day, "items": [one for one in found if not one["is_draft"]]}


@router.get("/legal-dirt", response_model=LegalDirt, responses=problems(401, 403, 422))
async def get_legal_dirt(caller: Caller, work: Work) -> Any:
    """Những gì đọc được không chắc từ căn cứ pháp lý đã nhập."""
    require_law_reader(caller)
    return await work.laws.dirt()


@router.get("/law-tasks", response_model=Page[LawTask], responses=problems(401, 403, 422))
async def list_law_tasks(
    caller: Caller,
    work: Work,
    state: Annotated[str, Query(pattern="^(|OPEN|CLOSED)$")] = "OPEN",
    owner: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Thủ tục và dự thảo phải rà soát vì căn cứ đã hết hiệu lực."""
    require_law_reader(caller)
    found = await work.laws.tasks(state, owner, after_id(cursor), limit + 1)
    following = encode_cursor(str(found[limit - 1]["id"])) if len(found) > limit else None
    return {"items": list(found[:limit]), "next_cursor": following}


@router.post("/law-tasks/{id}/assignment", response_model=LawTask, responses=_WRITE)
async def assign_law_task(
    id: UUID,  # noqa: A002 - the name in the path.
    body: OwnerBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Any:
    """Giao việc rà soát."""
    return await tasks.assign_task(id, body.owner, seen=seen, by=caller, work=work, now=now)


@router.post("/law-tasks/{id}/closing", response_model=LawTask, responses=_WRITE)
async def close_law_task(
    id: UUID,  # noqa: A002
    body: ClosingBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Any:
    """Kết thúc với lý do giữ nguyên thủ tục."""
    return await tasks.close_task(id, body.note, seen=seen, by=caller, work=work, now=now)
