"""What other systems call: portal-born dossiers in, the portal's view out, answers of outside steps."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden, Invalid
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.inline_files import kept_inline
from services.dossier.api.schemas.answers import (
    OutsideResultOut,
    PortalOut,
    PortalView,
    PortalViews,
    Receipt,
)
from services.dossier.api.schemas.machines import (
    OutsideResultIn,
    PortalAttachment,
    PortalIn,
    PortalSupplementIn,
)
from services.dossier.domain.intake.evidence import Flags
from services.dossier.use_cases.outside_results import receive_outside_result
from services.dossier.use_cases.portal_view import MOST_VIEWS, read_portal_view, read_portal_views
from services.dossier.use_cases.receive_elsewhere import (
    PortalBorn,
    receive_from_portal,
    supplement_from_portal,
)
from services.dossier.use_cases.submission import Handed, Submission

_PlaceAsked = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:(0|[1-9][0-9]{0,5})$")
]
"""A dossier and its version (0: the newest)."""

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Liên thông"])


@router.post(
    "/portal-dossiers",
    openapi_extra={"x-max-body-bytes": 73_400_320},
    responses={
        201: {"model": PortalOut, "description": "Hồ sơ mới"},
        200: {"description": "Đã có từ trước"},
        **problems(429, 503),
    },
)
async def receive_portal_dossier(
    body: PortalIn, response: Response, by: Caller, work: Work, now: Now
) -> PortalOut:
    """Nhận hồ sơ phát sinh trên Cổng Dịch vụ công quốc gia; gửi lại bao nhiêu lần cũng chỉ một hồ sơ."""
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.intake"):
        raise Forbidden
    uploads = [item.upload_id for item in body.attachments]
    kept = await kept_inline(body.attachments, by=by, work=work, now=now, uploads=uploads)
    by_component: dict[str, list[PortalAttachment]] = {}
    ids: dict[str, list[UUID]] = {}
    for item, attachment in zip(body.attachments, kept, strict=True):
        by_component.setdefault(item.component_code, []).append(item)
        ids.setdefault(item.component_code, []).append(attachment.id)
    submission = Submission(
        procedure_code=body.procedure_code,
        channel="ONLINE",
        owner=body.owner.model_dump(),
        representative=body.representative.model_dump() if body.representative else None,
        receiving_agency=body.agency,
        competent_agency=body.competent_agency,
        components=[
            Handed(
                component_code=code,
                attachment_ids=tuple(ids[code]),
                is_digitised=any(item.is_digitised for item in items),
                reuse=max(item.reuse for item in items),
                is_from_personal_store=any(item.is_from_personal_store for item in items),
            )
            for code, items in by_component.items()
            if code
        ],
        form_data=body.form_data,
        result_delivery=body.result_delivery,
    )
    if body.submitted_at.tzinfo is None:
        raise Invalid(fields=[("submitted_at", "Thiếu múi giờ")])
    born = PortalBorn(
        portal_code=body.portal_code,
        submission=submission,
        attachments=kept,
        submitted_at=body.submitted_at,
        is_verified=body.is_vneid_verified,
        note=body.note,
    )
    outcome, dossier_id, _ = await receive_from_portal(born, by=by, work=work, now=now)
    response.status_code = 201 if outcome == "created" else 200
    return PortalOut.model_validate({"outcome": outcome, "dossier_id": dossier_id})


@router.post(
    "/portal-dossiers/{portal_code:path}/supplement",
    openapi_extra={"x-max-body-bytes": 73_400_320},
    responses=problems(429, 503),
)
async def receive_portal_supplement(
    portal_code: Annotated[str, Path(max_length=64)],
    body: PortalSupplementIn,
    response: Response,
    by: Caller,
    work: Work,
    now: Now,
) -> Receipt:
    """Nhận giấy tờ bổ sung của hồ sơ phát sinh trên Cổng Dịch vụ công quốc gia."""
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.intake"):
        raise Forbidden
    told_at = {"submitted_at": body.submitted_at, "received_at": body.received_at}
    if vague := [name for name, at in told_at.items() if at is not None and at.tzinfo is None]:
        raise Invalid(fields=[(name, "Thiếu múi giờ") for name in vague])
    uploads = [item.upload_id for item in body.attachments]
    kept = await kept_inline(body.attachments, by=by, work=work, now=now, uploads=uploads)
    dossier = await supplement_from_portal(
        portal_code,
        attachments=kept,
        note=body.note,
        form_data=body.form_data,
        told_at=tuple(told_at.values()),
        flags=[
            Flags(item.is_digitised, item.reuse, item.is_from_personal_store) for item in body.attachments
        ],
        by=by,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.get("/portal-views/{dossier_id}")
async def read_portal_view_of(
    dossier_id: UUID,
    by: Caller,
    work: Work,
    now: Now,
    version: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> PortalView:
    """Dữ liệu để đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia, tại một phiên bản."""
    view: dict[str, Any] = await read_portal_view(dossier_id, version, by=by, work=work, now=now)
    return PortalView.model_validate(view)


@router.get("/portal-views")
async def read_portal_views_of(
    by: Caller,
    work: Work,
    now: Now,
    of: Annotated[list[_PlaceAsked], Query(min_length=1, max_length=MOST_VIEWS)],
) -> PortalViews:
    """Dữ liệu đồng bộ của nhiều hồ sơ trong một lần hỏi, theo thứ tự đã hỏi; hồ sơ không có thì để trống."""
    wanted = [(UUID(one[:36]), int(one[37:])) for one in of]
    found = await read_portal_views(wanted, by=by, work=work, now=now)
    return PortalViews.model_validate({"views": found})


@router.post("/outside-results")
async def receive_outside(body: OutsideResultIn, by: Caller, work: Work, now: Now) -> OutsideResultOut:
    """Kết quả của hệ thống ngoài cho một bước; gửi lại không làm gì thêm."""
    outcome, _ = await receive_outside_result(
        body.request_id,
        outcome=body.outcome,
        evidence=body.evidence,
        note=body.note,
        of={"dossier_code": body.dossier_code, "step": body.step},
        by=by,
        work=work,
        now=now,
    )
    return OutsideResultOut.model_validate({"outcome": outcome})
