"""Recorded authorisations."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.intake import (
    AuthorizationIn,
    AuthorizationList,
    AuthorizationOut,
    RevocationIn,
)
from services.dossier.domain.codes import masked_identity
from services.dossier.domain.intake.authorizations import Authorization
from services.dossier.use_cases import ports
from services.dossier.use_cases.intake import authorizations

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Ủy quyền"])


def _out(
    item: Authorization, work: ports.Work, now: Now, response: Response | None = None
) -> AuthorizationOut:
    if response is not None:
        response.headers["ETag"] = f'"{item.version}"'
    parties = authorizations.parties_of_authorization(item, work)
    return AuthorizationOut(
        authorization_id=item.id,
        version=item.version,
        state=item.state_on(now),
        owner=_masked(parties["owner"]),
        representative=_masked(parties["representative"]),
        procedures=sorted(item.procedures),
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        attachment_id=item.attachment_id,
        recorded_at=item.recorded_at.astimezone(VIETNAM),
        revoked_at=local(item.revoked_at),
    )


def _masked(person: dict[str, Any]) -> dict[str, Any]:
    return {
        "full_name": person["full_name"],
        "identity_type": person["identity_type"],
        "identity_number": masked_identity(person["identity_number"]),
    }


@router.post("/authorizations", status_code=201)
async def record_authorization(
    body: AuthorizationIn, response: Response, by: Caller, work: Work, now: Now
) -> AuthorizationOut:
    """Ghi nhận ủy quyền: chủ hồ sơ tự lập, hoặc cán bộ lập theo văn bản xuất trình."""
    given = authorizations.Given(
        owner=body.owner.model_dump(),
        representative=body.representative.model_dump(),
        procedures=frozenset(body.procedures),
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        attachment_id=body.attachment_id,
    )
    item = await authorizations.record_authorization(given, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/authorizations/{item.id}"
    return _out(item, work, now, response)


@router.get("/authorizations")
async def read_authorizations(by: Caller, work: Work, now: Now) -> AuthorizationList:
    """Các ủy quyền mình đã lập hoặc đang giữ."""
    found = await authorizations.list_authorizations(by=by, work=work)
    return AuthorizationList(items=[_out(item, work, now) for item in found])


@router.get("/authorizations/{authorization_id}")
async def read_authorization(
    authorization_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> AuthorizationOut:
    """Một ủy quyền."""
    item = await authorizations.read_authorization(authorization_id, by=by, work=work, now=now)
    return _out(item, work, now, response)


@router.post("/authorizations/{authorization_id}/revocation")
async def revoke_authorization(
    authorization_id: UUID,
    body: RevocationIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> AuthorizationOut:
    """Chấm dứt ủy quyền ngay."""
    item = await authorizations.revoke_authorization(
        authorization_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _out(item, work, now, response)
