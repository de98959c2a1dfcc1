"""People look for procedures; editors teach the search their words."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.models import ProcedurePage
from services.catalog.api.readers.cacheable import CacheableRoute
from services.catalog.domain.speech import Kind
from services.catalog.use_cases.finding.edit_phrases import (
    add_phrase,
    list_phrases,
    remove_phrase,
    set_uses,
)
from services.catalog.use_cases.finding.ports import Search
from services.catalog.use_cases.finding.search_procedures import search_procedures, suggest_procedures

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["search"])

Word = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Query(max_length=500)]
Count = Annotated[int, Field(ge=0, le=10**12, strict=True)]


class Suggestion(BaseModel):
    """A procedure somebody may be typing the name of."""

    code: str
    name: str
    sector_name: str


class Suggestions(BaseModel):
    """At most ten, the best first."""

    items: list[Suggestion]


class PhraseBody(BaseModel):
    """A phrase to teach: noise and weak words without a meaning, the others with one."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    phrase: str = Field(min_length=1, max_length=200)
    meaning: str = Field(default="", max_length=500)


class Phrase(BaseModel):
    """A phrase in use."""

    kind: Kind
    phrase: str
    meaning: str
    is_shipped: bool
    changed_by: str


class PhraseList(BaseModel):
    """Every phrase in use."""

    items: list[Phrase]


class UsesBody(BaseModel):
    """How often procedures were asked for, by code, in one period; what is not named keeps its number."""

    model_config = ConfigDict(extra="forbid")

    uses: dict[str, Count] = Field(max_length=20_000)


class UsesSet(BaseModel):
    """How many procedures got a number."""

    procedures: int


@router.get("/procedures", openapi_extra=PUBLIC, response_model=ProcedurePage, responses=problems(422))
async def list_procedures(
    work: Work,
    now: Now,
    q: Annotated[
        str, Query(max_length=500, description="Câu hỏi, có dấu hoặc không; hoặc phần đầu của mã")
    ] = "",
    sector: Word = "",
    agency: Word = "",
    level: Word = "",
    audience: Word = "",
    online_level: Word = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """Tìm thủ tục đang có hiệu lực, đúng nhất trước, kèm số lượng theo từng bộ lọc."""
    last = decode_cursor(cursor, float, str)
    search = Search(
        text=q,
        sector=sector,
        agency=agency,
        level=level,
        audience=audience,
        online_level=online_level,
        limit=limit,
        after=(last[0], last[1]) if last else None,
    )
    found = await search_procedures(search, work=work, today=now.date())
    facets = ",".join(f'"{name}":{counted}' for name, counted in found.facets.items())
    following = orjson.dumps(encode_cursor(*found.last) if found.last else None).decode()
    answer = (
        f'{{"items":{found.items},"total":{found.total},"facets":{{{facets}}},"next_cursor":{following}}}'
    )
    return Response(answer, media_type="application/json")


@router.get("/suggestions", openapi_extra=PUBLIC, response_model=Suggestions, responses=problems(422))
async def list_suggestions(
    work: Work,
    now: Now,
    q: Annotated[str, Query(max_length=200, description="Những gì đã gõ, từ cuối có thể còn dở")] = "",
    limit: Annotated[int, Query(ge=1, le=10)] = 10,
) -> Response:
    """Gợi ý thủ tục trong lúc gõ: không dấu, sai chính tả, từ cuối chưa gõ xong đều được."""
    found = await suggest_procedures(q, limit, work=work, today=now.date())
    headers = {"Cache-Control": "public, max-age=60"}
    return Response(orjson.dumps({"items": found["items"]}), media_type="application/json", headers=headers)


@router.get("/search-phrases", responses=problems(401, 403))
async def list_search_phrases(caller: Caller, work: Work) -> PhraseList:
    """Xem mọi từ đồng nghĩa, viết tắt và từ bỏ qua mà tìm kiếm đang dùng."""
    entries = await list_phrases(by=caller, work=work)
    return PhraseList(
        items=[
            Phrase(
                kind=entry.kind,
                phrase=entry.phrase,
                meaning=entry.meaning,
                is_shipped=entry.is_shipped,
                changed_by=entry.changed_by,
            )
            for entry in entries
        ]
    )


@router.post("/search-phrases", status_code=201, responses=problems(400, 401, 403, 422))
async def create_search_phrase(body: PhraseBody, caller: Caller, work: Work, now: Now) -> Phrase:
    """Dạy tìm kiếm một cụm từ; có tác dụng ngay với lần tìm sau."""
    change = await add_phrase(body.kind, body.phrase, body.meaning, by=caller, work=work, now=now)
    return Phrase(
        kind=change.kind,
        phrase=change.phrase,
        meaning=change.meaning,
        is_shipped=False,
        changed_by=change.changed_by,
    )


@router.delete("/search-phrases", status_code=204, responses=problems(400, 401, 403, 404, 422))
async def delete_search_phrase(
    kind: Kind, phrase: Text, caller: Caller, work: Work, now: Now, meaning: Text = ""
) -> Response:
    """Bỏ một cụm từ, kể cả cụm từ có sẵn; thêm lại được."""
    await remove_phrase(kind, phrase, meaning, by=caller, work=work, now=now)
    return Response(status_code=204)


@router.put(
    "/procedure-uses",
    openapi_extra={"x-max-body-bytes": 4 * 1024 * 1024},
    responses=problems(400, 401, 403, 422),
)
async def put_procedure_uses(body: UsesBody, caller: Caller, work: Work) -> UsesSet:
    """Ghi số lượt hồ sơ theo thủ tục; thủ tục hay dùng được xếp lên trước."""
    return UsesSet(procedures=await set_uses(body.uses, by=caller, work=work))
