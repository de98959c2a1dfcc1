"""Interlinked groups: what applies on a day, the papers handed in once, the one appointment."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from kernel.core.errors import Invalid
from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.models import InterlinkedGroup
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute
from services.catalog.api.workflows.asked import Code, Number, On, Start, Word, moment
from services.catalog.api.workflows.drafts import draft_router
from services.catalog.api.workflows.models import (
    AppointmentAnswer,
    Differences,
    GroupComponents,
    MemberTime,
    Pair,
    PaperAnswer,
    PaperPart,
    Versions,
    WorkflowDifferenceAnswer,
)
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.items import ItemKind
from services.catalog.domain.workflows.components import Paper, copies_of, is_mandatory, paper_key
from services.catalog.use_cases.workflows import reading

router = APIRouter(prefix="/v1/interlinked-groups", route_class=CacheableRoute, tags=["interlinked-groups"])
draft_routes = draft_router(ItemKind.INTERLINKED_GROUP, "interlinked_group", "interlinked-group-drafts")

_READ = {**problems(404, 422), **CACHED}
_KIND = ItemKind.INTERLINKED_GROUP
Cases = Annotated[
    list[str], Query(alias="case", max_length=20, description="Trường hợp của một thành viên: mã-thủ-tục:mã")
]


@router.get("/{code}", openapi_extra=PUBLIC, response_model=InterlinkedGroup, responses=_READ)
async def get_interlinked_group(code: Code, work: Work, now: Now, on: On = None) -> Any:
    """Đọc nhóm liên thông áp dụng ngày đó."""
    return await reading.version_on(_KIND, code, on or now.date(), work=work, today=now.date())


@router.get("/{code}/versions", openapi_extra=PUBLIC, response_model=Versions, responses=_READ)
async def list_interlinked_group_versions(code: Code, work: Work) -> dict[str, Any]:
    """Các phiên bản theo thời gian, mới nhất trước."""
    return {"items": [{**one, "approved_person": None} for one in await work.workflows.versions(_KIND, code)]}


@router.get("/{code}/differences", openapi_extra=PUBLIC, responses=_READ)
async def compare_interlinked_groups(code: Code, before: Number, after: Number, work: Work) -> Differences:
    """Khác nhau giữa hai phiên bản."""
    found = await reading.differences_between(_KIND, code, before, after, work=work)
    return Differences(items=[WorkflowDifferenceAnswer.of(one) for one in found])


@router.get("/{code}/components", openapi_extra=PUBLIC, responses=_READ)
async def get_interlinked_group_components(
    code: Code,
    work: Work,
    now: Now,
    on: On = None,
    case: Cases = [],  # noqa: B006 - FastAPI copies defaults.
) -> GroupComponents:
    """Thành phần hồ sơ của cả nhóm: mỗi giấy tờ nộp một lần, nêu rõ đã gộp những gì và vì sao."""
    day = on or now.date()
    group, merged, unknown = await reading.components_of(code, day, _cases(case), work=work, today=now.date())
    return GroupComponents(
        code=group["code"],
        on=day,
        papers=[_paper(paper) for paper in merged.papers],
        look_again=[Pair(one=one, other=other, alike_by=rule) for one, other, rule in merged.look_again],
        unknown_members=unknown,
    )


def _paper(paper: Paper) -> PaperAnswer:
    procedure, result = paper.from_result or (None, None)
    return PaperAnswer(
        key=paper_key(*paper.parts[0]),
        name=paper.name,
        merged_by=paper.merged_by,
        asked=paper.is_asked,
        reason=paper.reason,
        from_procedure=procedure,
        from_result=result,
        mandatory=is_mandatory(paper),
        **copies_of(paper),
        parts=[
            PaperPart(
                procedure=code,
                code=part.get("code"),
                name=part.get("name"),
                mandatory=bool(part.get("mandatory", True)),
                condition=part.get("condition"),
                case=part.get("case"),
            )
            for code, part in paper.parts
        ],
    )


@router.get(
    "/{code}/appointment",
    openapi_extra=PUBLIC,
    responses={**problems(404, 409, 422), **CACHED},
)
async def get_interlinked_group_appointment(
    code: Code,
    start: Start,
    work: Work,
    now: Now,
    channel: Word = "ONLINE",
    case: Cases = [],  # noqa: B006 - FastAPI copies defaults.
    agency: Word = "",
) -> AppointmentAnswer:
    """Một ngày hẹn cho cả nhóm: đường dài nhất qua các thành viên, nêu tên đường đó."""
    begins = moment(start)
    group, found = await reading.appoint(
        code, begins, channel, _cases(case), agency_code(agency) or "", work=work, today=now.date()
    )
    return AppointmentAnswer(
        code=group["code"],
        start=begins,
        due_at=found.due_at,
        path=list(found.path),
        members=[
            MemberTime(
                procedure=one.procedure,
                channel=one.channel,
                case=one.case,
                term=dict(one.term),
                begins_at=one.begins_at,
                due_at=one.due_at,
                waits_for=one.waits_for or None,
            )
            for one in found.members
        ],
    )


def _cases(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        procedure, _, case = text.partition(":")
        code = national_code(procedure)
        if code is None or not case:
            raise Invalid(fields=[("case", "Ghi dạng mã-thủ-tục:mã-trường-hợp")])
        found[code] = case
    return found
