"""A point's queues: set up by its manager, seen by everybody, measured."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from kernel.web.deps import WeakTag
from kernel.web.edge import PUBLIC, EdgeRoute
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.desk.schemas import (
    CodeAsked,
    CodeInPath,
    DeskCounterIn,
    DeskCounterOut,
    FigureOut,
    GroupIn,
    GroupOut,
    KioskAnswerOut,
    KioskSettingIn,
    PointCode,
    PriorityOut,
    QueueOut,
    QueuesOut,
    RosterIn,
    RosterOut,
)
from services.dossier.api.moments import Day
from services.dossier.domain.desk.points import Counter, Group
from services.dossier.domain.registers import ELSEWHERE, ended_away
from services.dossier.domain.states import VIETNAMESE, State
from services.dossier.use_cases.desk import run_counters
from services.dossier.use_cases.desk.read_queues import look_up, read_figures, read_queues, require_reader

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Quầy giao dịch"])
_MOST_DIGITS = 18


async def _seen_if_any(
    if_match: Annotated[str, Header(description="Phiên bản đã xem; bỏ trống khi lập mới")] = "",
) -> int | None:
    """Return the version seen, None for what is new."""
    if if_match.startswith("W/"):
        raise WeakTag
    text = if_match.strip('"')
    if not text:
        return None
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise Invalid(fields=[("If-Match", "Phải là phiên bản đã xem")])
    return int(text)


SeenIfAny = Annotated[int | None, Depends(_seen_if_any)]


@router.get("/queues/{point}", openapi_extra=PUBLIC)
async def show_queues(point: PointCode, work: Work, now: Now) -> QueuesOut:
    """Hàng chờ của một điểm một cửa: số người chờ, thời gian chờ ước tính, đối tượng ưu tiên."""
    found, lines = await read_queues(point, work=work, now=now)
    priorities = work.desk.rules.priorities(now.astimezone(VIETNAM).date())
    return QueuesOut(
        point=found.code,
        name=found.name,
        items=[
            QueueOut(
                group=one.group.code,
                name=one.group.name,
                letter=one.group.letter,
                is_open=one.group.is_open,
                takes_appointments=one.group.takes_appointments,
                waiting=one.waiting,
                open_counters=one.open_counters,
                minutes=one.minutes,
            )
            for one in lines
        ],
        priorities=[PriorityOut(code=one.code, name=one.name, source=one.source) for one in priorities],
    )


@router.get("/queues/{point}/groups")
async def list_groups(point: PointCode, by: Caller, work: Work) -> dict[str, list[GroupOut]]:
    """Các nhóm quầy và cách thiết lập."""
    (await work.desk.points.point(point)).require_officer(by)
    return {"items": [_group_out(item) for item in await work.desk.points.groups(point)]}


@router.put("/queues/{point}/groups/{code}")
async def put_group(
    point: PointCode,
    code: CodeInPath,
    body: GroupIn,
    response: Response,
    by: Caller,
    work: Work,
    seen: SeenIfAny,
) -> GroupOut:
    """Lập hoặc sửa một nhóm quầy."""
    group = Group(point=point, code=code, version=0, **body.model_dump())
    kept = await run_counters.keep_group(group, seen=seen, by=by, work=work)
    response.headers["ETag"] = f'"{kept.version}"'
    return _group_out(kept)


@router.get("/queues/{point}/counters")
async def list_counters(
    point: PointCode, by: Caller, work: Work, now: Now
) -> dict[str, list[DeskCounterOut]]:
    """Các quầy và người đang trực."""
    await require_reader(await work.desk.points.point(point), by, work, now)
    return {"items": [DeskCounterOut.model_validate(item) for item in await work.desk.points.counters(point)]}


@router.put("/queues/{point}/counters/{code}")
async def put_counter(
    point: PointCode,
    code: CodeInPath,
    body: DeskCounterIn,
    response: Response,
    by: Caller,
    work: Work,
    seen: SeenIfAny,
) -> DeskCounterOut:
    """Lập hoặc sửa một quầy: phục vụ những nhóm nào."""
    counter = Counter(
        point=point, code=code, version=0, name=body.name, groups=tuple(dict.fromkeys(body.groups))
    )
    kept = await run_counters.keep_counter(counter, seen=seen, by=by, work=work)
    response.headers["ETag"] = f'"{kept.version}"'
    return DeskCounterOut(code=kept.code, version=kept.version, name=kept.name, groups=list(kept.groups))


@router.put("/queues/{point}/kiosks/{subject}", status_code=204)
async def put_kiosk(
    point: PointCode,
    subject: Annotated[str, Path(pattern=r"^[!-~]{1,120}$")],
    body: KioskSettingIn,
    by: Caller,
    work: Work,
) -> None:
    """Đăng ký một máy lấy số tại điểm, hoặc ngừng sử dụng."""
    await run_counters.keep_kiosk(subject, point, body.name, is_active=body.is_active, by=by, work=work)


@router.get("/queues/{point}/rosters/{day}")
async def show_roster(
    point: PointCode, day: Day, response: Response, by: Caller, work: Work, now: Now
) -> RosterOut:
    """Lịch trực các quầy trong một ngày."""
    await require_reader(await work.desk.points.point(point), by, work, now)
    version, entries = await work.desk.points.roster(point, day)
    response.headers["ETag"] = f'"{version}"'
    return RosterOut.model_validate({"day": day, "version": version, "entries": entries})


@router.put("/queues/{point}/rosters/{day}")
async def put_roster(
    point: PointCode,
    day: Day,
    body: RosterIn,
    response: Response,
    by: Caller,
    work: Work,
    seen: SeenIfAny,
) -> RosterOut:
    """Lập hoặc sửa lịch trực một ngày."""
    entries = [item.model_dump() for item in body.entries]
    version = await run_counters.keep_roster(point, day, entries, seen=seen, by=by, work=work)
    response.headers["ETag"] = f'"{version}"'
    return RosterOut(day=day, version=version, entries=body.entries)


@router.get("/queues/{point}/figures")
async def show_figures(
    point: PointCode,
    by: Caller,
    work: Work,
    now: Now,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
    group: CodeAsked = "",
) -> dict[str, list[FigureOut]]:
    """Thời gian chờ và thời gian phục vụ đo được, theo ngày và nhóm quầy."""
    rows = await read_figures(point, first, last, group, by=by, work=work, now=now)
    return {"items": [FigureOut.model_validate({**row, "group": row["group_code"]}) for row in rows]}


@router.get("/kiosk/dossiers")
async def look_up_at_kiosk(
    by: Caller,
    work: Work,
    now: Now,
    code: Annotated[str, Query(min_length=1, max_length=300, description="Mã hồ sơ hoặc nội dung mã QR")],
) -> KioskAnswerOut:
    """Tra cứu tại máy lấy số bằng mã hồ sơ hoặc mã QR; không hiện dữ liệu cá nhân."""
    row = await look_up(code, by=by, work=work, now=now)
    state = State(row["state"])
    return KioskAnswerOut(
        dossier_code=row["dossier_code"],
        state=state.value,
        state_name=ended_away(row["away"], state) + ELSEWHERE if row["away"] else VIETNAMESE[state],
        due_at=row["due_at"].astimezone(VIETNAM) if row["due_at"] else None,
        is_result_ready=state is State.RESULT_READY and row["away"] is None,
    )


def _group_out(group: Group) -> GroupOut:
    fields = {name: getattr(group, name) for name in GroupOut.model_fields}
    return GroupOut(**fields)
