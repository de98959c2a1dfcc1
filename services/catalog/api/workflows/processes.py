"""Internal processes: what applies on a day, what changed, pictures, sheets, YAML, when steps fall due."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.catalog.api.deps import Work
from services.catalog.api.models import Process
from services.catalog.api.procedures import json_answer
from services.catalog.api.workflows.asked import Code, Number, On, Start, Word, moment
from services.catalog.api.workflows.drafts import draft_router
from services.catalog.api.workflows.models import (
    Differences,
    Drafts,
    Sheet,
    SimulationAnswer,
    Versions,
    WalkAnswer,
    WorkflowDifferenceAnswer,
    WorkflowDraftAnswer,
)
from services.catalog.api.workflows.yaml_form import MAX_BYTES, read_yaml, write_yaml
from services.catalog.domain.errors import NoSuchEntry
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.items import ItemKind, canonical, digest_of
from services.catalog.domain.process import critical_hours
from services.catalog.domain.workflows.drafts import require_editor
from services.catalog.domain.workflows.drawing import mermaid, sheet, svg
from services.catalog.domain.workflows.errors import Unsound
from services.catalog.domain.workflows.faults import faults
from services.catalog.domain.workflows.simulation import describe
from services.catalog.use_cases.workflows import drafting, reading

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["processes"])
draft_routes = draft_router(ItemKind.PROCESS, "process", "process-drafts")

_READ = problems(401, 404, 422)
Scenarios = Annotated[
    list[str],
    Query(alias="scenario", max_length=20, description="Dữ kiện, ví dụ needs_survey,area=600; lặp lại được"),
]
Form = Annotated[Literal["svg", "mermaid"], Query(description="Dạng hình vẽ")]
_YAML: dict[str, Any] = {
    "x-max-body-bytes": MAX_BYTES,
    "requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}},
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "image/svg+xml": {"schema": {"type": "string"}},
            "text/vnd.mermaid": {"schema": {"type": "string"}},
        }
    }
}


@router.get(
    "/processes/{code}",
    response_model=Process,
    responses={**_READ, 304: {"description": "Chưa thay đổi"}},
)
async def get_process(
    code: Code,
    _: Caller,
    work: Work,
    now: Now,
    on: On = None,
    agency: Word = "",
    seen: Annotated[str, Header(alias="If-None-Match")] = "",
) -> Response:
    """Đọc quy trình áp dụng ngày đó; nêu cơ quan thì bản riêng của cơ quan được đọc trước."""
    found = await _process(code, agency, on, work, now)
    # What is approved for a later day has no number yet, and may still be withdrawn for something else.
    tag = found["version"] or digest_of(canonical(found))[:32]
    return json_answer(found, f'"{tag}"', seen)


async def _process(code: str, agency: str, on: Any, work: Work, now: Any) -> Mapping[str, Any]:
    if on is None and not agency:
        current = await work.views.entry(ItemKind.PROCESS, code)
        if current is None:
            raise NoSuchEntry
        return current
    own = f"{code}@{agency_code(agency)}" if agency_code(agency) else code
    return await reading.version_on(
        ItemKind.PROCESS, code, on or now.date(), work=work, today=now.date(), rather=own
    )


@router.get("/processes/{code}/versions", response_model=Versions, responses=_READ)
async def list_process_versions(code: Code, _: Caller, work: Work) -> dict[str, Any]:
    """Các phiên bản theo thời gian, mới nhất trước, kể cả bản đã phê duyệt chờ ngày hiệu lực."""
    return {"items": await work.workflows.versions(ItemKind.PROCESS, code)}


@router.get("/processes/{code}/differences", responses=_READ)
async def compare_processes(code: Code, before: Number, after: Number, _: Caller, work: Work) -> Differences:
    """Khác nhau giữa hai phiên bản, từng trường, các bước ghép theo mã."""
    found = await reading.differences_between(ItemKind.PROCESS, code, before, after, work=work)
    return Differences(items=[WorkflowDifferenceAnswer.of(one) for one in found])


@router.get("/processes/{code}/sheet", response_model=Sheet, responses=_READ)
async def get_process_sheet(
    code: Code, _: Caller, work: Work, now: Now, on: On = None, agency: Word = ""
) -> dict[str, Any]:
    """Các bước theo thứ tự thực hiện, để in quy trình."""
    found = await _process(code, agency, on, work, now)
    hours = critical_hours(found["first"], found["steps"])
    return {"code": found["code"], "name": found["name"], "critical_hours": hours, "rows": sheet(found)}


@router.get("/processes/{code}/drawing", response_class=Response, responses={**_READ, **_PICTURE})
async def draw_process(
    code: Code, _: Caller, work: Work, now: Now, form: Form = "svg", on: On = None, agency: Word = ""
) -> Response:
    """Sơ đồ quy trình: SVG đọc được bằng trình đọc màn hình, hoặc Mermaid."""
    return _drawn(await _process(code, agency, on, work, now), form)


def _drawn(process: Mapping[str, Any], form: str) -> Response:
    if form == "mermaid":
        return Response(mermaid(process), media_type="text/vnd.mermaid; charset=utf-8")
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(svg(process), media_type="image/svg+xml", headers=policy)


@router.get(
    "/processes/{code}/yaml",
    response_class=Response,
    responses={**_READ, 200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
)
async def export_process(
    code: Code, _: Caller, work: Work, now: Now, on: On = None, agency: Word = ""
) -> Response:
    """Xuất quy trình dạng YAML; nhập lại cho đúng nội dung này."""
    return Response(write_yaml([await _process(code, agency, on, work, now)]), media_type="application/yaml")


@router.get("/processes/{code}/simulation", responses={**_READ, **problems(409)})
async def simulate_process(
    code: Code,
    start: Start,
    _: Caller,
    work: Work,
    now: Now,
    procedure: Word = "",
    channel: Word = "",
    case: Word = "",
    agency: Word = "",
    on: On = None,
    scenario: Scenarios = [],  # noqa: B006 - FastAPI copies defaults.
) -> SimulationAnswer:
    """Từ một thời điểm, mỗi bước đến hạn khi nào, còn dư bao nhiêu so với hạn của cả thủ tục."""
    begins = moment(start)
    found = await _process(code, agency, on or begins.date(), work, now)
    return await _simulated(found, begins, procedure, channel, case, agency, scenario, work)


async def _simulated(
    process: Mapping[str, Any],
    start: Any,
    procedure: str,
    channel: str,
    case: str,
    agency: str,
    scenarios: list[str],
    work: Work,
) -> SimulationAnswer:
    asked = reading.Asked(
        start=start,
        procedure=_procedure(procedure),
        channel=channel,
        case=case,
        agency=agency_code(agency) or str(process.get("agency") or ""),
        scenarios=scenarios,
    )
    found = await reading.simulate(process, asked, work=work)
    walks = [
        WalkAnswer.model_validate({**asdict(walk), "facts": describe(walk.facts)}) for walk in found.walks
    ]
    term = dict(found.term) if found.term else None
    return SimulationAnswer(start=start, term=term, due_at=found.due_at, walks=walks)


def _procedure(given: str) -> str:
    code = national_code(given) if given else ""
    if code is None:
        raise Invalid(fields=[("procedure", "Không phải mã thủ tục hành chính")])
    return code


@draft_routes.post(
    "/yaml",
    status_code=201,
    response_model=Drafts,
    openapi_extra=_YAML,
    responses=problems(400, 401, 403, 409, 412, 413, 422),
)
async def open_process_drafts_of_yaml(request: Request, caller: Caller, work: Work, now: Now) -> Drafts:
    """Nhập YAML như province/processes/*.yaml: mỗi quy trình một dự thảo, tất cả hoặc không gì cả."""
    require_editor(caller)
    given = read_yaml(await request.body())
    drafts = await drafting.open_drafts(ItemKind.PROCESS, given, None, by=caller, work=work, now=now)
    return Drafts(items=[WorkflowDraftAnswer.of(draft) for draft in drafts])


@draft_routes.get(
    "/{draft_id}/drawing", response_class=Response, responses={**problems(401, 403, 404, 422), **_PICTURE}
)
async def draw_process_draft(draft_id: UUID, caller: Caller, work: Work, form: Form = "svg") -> Response:
    """Sơ đồ của dự thảo, kể cả khi chưa hợp lệ."""
    draft, _ = await drafting.find_draft(ItemKind.PROCESS, draft_id, by=caller, work=work)
    blocking = [
        fault for fault in faults(draft.data) if fault.code in {"step-twice", "first-unknown", "step-unknown"}
    ]
    if blocking:
        raise Unsound.because(blocking)
    return _drawn(draft.data, form)


@draft_routes.get(
    "/{draft_id}/simulation", response_model=SimulationAnswer, responses=problems(401, 403, 404, 409, 422)
)
async def simulate_process_draft(
    draft_id: UUID,
    start: Start,
    caller: Caller,
    work: Work,
    procedure: Word = "",
    channel: Word = "",
    case: Word = "",
    agency: Word = "",
    scenario: Scenarios = [],  # noqa: B006 - FastAPI copies defaults.
) -> SimulationAnswer:
    """Như mô phỏng quy trình, cho một dự thảo."""
    draft, _ = await drafting.find_draft(ItemKind.PROCESS, draft_id, by=caller, work=work)
    return await _simulated(draft.data, moment(start), procedure, channel, case, agency, scenario, work)
