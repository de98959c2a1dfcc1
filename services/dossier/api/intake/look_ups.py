"""Look-ups of shared databases: an officer's permit, and the answer as the gateway brings it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import Day, MomentAsTold
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Code, Line
from services.dossier.domain.intake.evidence import Outcome
from services.dossier.domain.intake.look_ups import Database
from services.dossier.use_cases.intake import look_ups

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tiếp nhận"])
Name = Literal["POPULATION", "BUSINESS", "PERSONAL_PAPERS"]


class ConsentIn(Strict):
    """Who agreed that personal papers be read, how and when."""

    given_by: Literal["OWNER", "REPRESENTATIVE"]
    how: Literal["SIGNED_FORM", "VNEID", "AT_COUNTER"]
    given_at: MomentAsTold
    note: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=500)] = ""


class LookUpPermitIn(Strict):
    """Which database is asked, what for, and for which component; `birth_date` where the dossier has none."""

    database: Name
    purpose: Code
    component_code: Code | None = None
    consent: ConsentIn | None = None
    birth_date: Day | None = None


class LookUpPermitOut(BaseModel):
    """Whom to ask about and for which fields; `permit` is sealed and names this look-up to the answer."""

    look_up_id: UUID
    database: str
    purpose: str
    fields: list[str]
    subject: dict[str, str]
    permit: str


class LookUpAnswerIn(Strict):
    """What the database answered; `files` are SHA-256 by name, contents are not kept."""

    permit: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=10_000)]
    outcome: Literal["MATCHED", "DIFFERENT", "NOT_FOUND", "UNAVAILABLE"]
    source: Line
    reference: Annotated[str, StringConstraints(strict=True, max_length=200)] = ""
    answered_at: MomentAsTold
    data: Annotated[dict[str, Any], Field(max_length=50)] = {}  # noqa: RUF012 - copied by pydantic.
    files: Annotated[
        dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]], Field(max_length=50)
    ] = {}  # noqa: RUF012 - copied by pydantic.


class LookUpKept(BaseModel):
    """Whether the answer is evidence now, was before, or there was none to keep."""

    outcome: Literal["kept", "repeated", "not-consulted"]
    look_up_id: UUID


@router.post("/dossiers/{dossier_id}/look-up-permits", status_code=201)
async def permit_look_up(
    dossier_id: UUID, body: LookUpPermitIn, by: Caller, work: Work, now: Now
) -> LookUpPermitOut:
    """Cho phép tra cứu cơ sở dữ liệu dùng chung theo mục đích; ai hỏi được ghi lại trước khi hỏi."""
    if body.consent is not None and body.consent.given_at.tzinfo is None:
        raise Invalid(fields=[("consent.given_at", "Thiếu múi giờ")])
    permit, subject, sealed = await look_ups.permit_look_up(
        dossier_id,
        database=Database(body.database),
        purpose=body.purpose,
        component_code=body.component_code or "",
        consent=body.consent.model_dump(mode="json") if body.consent else None,
        birth_date=str(body.birth_date or ""),
        by=by,
        work=work,
        now=now,
    )
    return LookUpPermitOut(
        look_up_id=permit.look_up_id,
        database=permit.database.value,
        purpose=permit.purpose,
        fields=list(permit.fields),
        subject=subject,
        permit=sealed,
    )


@router.post("/look-up-answers")
async def answer_look_up(body: LookUpAnswerIn, by: Caller, work: Work, now: Now) -> LookUpKept:
    """Giữ câu trả lời của cơ sở dữ liệu làm chứng cứ, một lần; không trả lời thì không phải đã khai thác."""
    answered_at: datetime = body.answered_at
    if answered_at.tzinfo is None:
        raise Invalid(fields=[("answered_at", "Thiếu múi giờ")])
    outcome, look_up_id = await look_ups.answer_look_up(
        body.permit,
        outcome=Outcome(body.outcome),
        source=body.source,
        reference=body.reference,
        answered_at=answered_at,
        data=body.data,
        files=body.files,
        by=by,
        work=work,
        now=now,
    )
    return LookUpKept.model_validate({"outcome": outcome, "look_up_id": look_up_id})
