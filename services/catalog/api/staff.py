"""The staff directory: what somebody may exercise on a day, delegations, leave, who sits where."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response

from kernel.core.caller import CallerKind
from kernel.core.clock import VIETNAM
from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.models import StaffMember
from services.catalog.api.procedures import json_answer
from services.catalog.api.staff_models import (
    Absence,
    AbsenceBody,
    Delegation,
    DelegationBody,
    EndBody,
    SecondmentBody,
)
from services.catalog.domain.agencies.changes import Decision
from services.catalog.domain.agencies.mandates import is_absent, may_exercise
from services.catalog.domain.errors import MayNotSeeStaff, NoSuchEntry
from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.items import ItemKind
from services.catalog.use_cases.agencies import staff
from services.catalog.use_cases.agencies.places import second_officer

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["staff"])

Subject = Annotated[str, Path(max_length=100)]
Seen = Annotated[str, Header(alias="If-None-Match")]
_ONE: dict[int | str, dict[str, Any]] = {
    **problems(401, 403, 404, 422),
    304: {"description": "Chưa thay đổi"},
}
_WRITES = problems(400, 401, 403, 404, 409, 412, 422)


@router.get("/staff/{subject}", response_model=StaffMember, responses=_ONE)
async def get_staff_member(
    subject: Subject,
    caller: Caller,
    work: Work,
    now: Now,
    seen: Seen = "",
    on: Annotated[date | None, Query(description="Ngày tra cứu")] = None,
) -> Response:
    """Danh bạ cán bộ: được thực hiện những gì vào một ngày; cho các dịch vụ và chính cán bộ đó."""
    is_own = caller.kind is CallerKind.STAFF and caller.subject == subject
    if caller.kind is not CallerKind.SERVICE and not is_own and not caller.has_role("CATALOG_EDITOR"):
        raise MayNotSeeStaff
    found = await work.views.entry(ItemKind.STAFF, subject)
    if found is None:
        raise NoSuchEntry
    day = on or now.astimezone(VIETNAM).date()
    answer = {
        **found,
        "on": day.isoformat(),
        "is_absent": is_absent(found, day),
        "may_exercise": may_exercise(found, day),
    }
    return json_answer(answer, f'"{found["version"]}:{day}"', seen)


@router.get("/staff", responses=problems(401, 403, 422))
async def list_staff(
    caller: Caller,
    work: Work,
    agency: Annotated[str, Query(max_length=50)],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[StaffMember]:
    """Danh bạ của một cơ quan và nơi từng người ngồi; cho người quản lý danh mục và cán bộ cơ quan đó."""
    code = agency_code(agency) or ""
    is_own = caller.kind is CallerKind.STAFF and caller.agency == code
    if not is_own and not caller.has_role("CATALOG_EDITOR", "CATALOG_APPROVER", "catalog.import"):
        raise MayNotSeeStaff
    last = decode_cursor(cursor, str)
    found = await work.directory.of_agency(code, last[0] if last else "", limit + 1)
    following = encode_cursor(found[limit - 1]["subject"]) if len(found) > limit else None
    items = [StaffMember.model_validate(item) for item in found[:limit]]
    return Page[StaffMember](items=items, next_cursor=following)


@router.post("/staff/{subject}/delegations", status_code=201, responses=_WRITES)
async def create_delegation(
    subject: Subject, body: DelegationBody, caller: Caller, work: Work, now: Now
) -> Delegation:
    """Ủy quyền một phần vai trò của mình cho người khác trong một thời gian, theo văn bản."""
    found = await staff.delegate(
        subject,
        taker=body.to,
        roles=body.roles,
        procedures=body.procedures,
        first=body.valid_from,
        last=body.valid_to,
        decision=Decision(body.decision.number, body.decision.signed_on),
        by=caller,
        work=work,
        now=now,
    )
    return Delegation.model_validate(found, from_attributes=True)


@router.post("/delegations/{delegation_id}/end", responses=_WRITES)
async def end_delegation(
    delegation_id: UUID, body: EndBody, caller: Caller, work: Work, now: Now
) -> Delegation:
    """Chấm dứt ủy quyền; `on` là ngày đầu tiên không còn ủy quyền."""
    found = await staff.end_delegation(delegation_id, on=body.on, by=caller, work=work, now=now)
    return Delegation.model_validate(found, from_attributes=True)


@router.post("/staff/{subject}/absences", status_code=201, responses=_WRITES)
async def create_absence(
    subject: Subject, body: AbsenceBody, caller: Caller, work: Work, now: Now
) -> Absence:
    """Ghi nhận nghỉ và người làm thay."""
    found = await staff.register_absence(
        subject,
        first=body.valid_from,
        last=body.valid_to,
        stand_in=body.stand_in,
        reason=body.reason,
        by=caller,
        work=work,
        now=now,
    )
    return Absence.model_validate(found, from_attributes=True)


@router.post("/absences/{absence_id}/end", responses=_WRITES)
async def end_absence(absence_id: UUID, body: EndBody, caller: Caller, work: Work, now: Now) -> Absence:
    """Trở lại làm việc sớm; `on` là ngày đầu tiên làm việc lại."""
    found = await staff.end_absence(absence_id, on=body.on, by=caller, work=work, now=now)
    return Absence.model_validate(found, from_attributes=True)


@router.post("/staff/{subject}/secondments", status_code=204, response_class=Response, responses=_WRITES)
async def create_secondment(subject: Subject, body: SecondmentBody, caller: Caller, work: Work) -> Response:
    """Cử cán bộ của một cơ quan đến ngồi tại một điểm một cửa."""
    await second_officer(
        subject,
        point=body.point,
        first=body.valid_from,
        last=body.valid_to,
        decision=Decision(body.decision.number, body.decision.signed_on),
        by=caller,
        work=work,
    )
    return Response(status_code=204)
