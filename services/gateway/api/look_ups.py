"""An officer asks a shared database about a dossier's owner, for a purpose, instead of asking the citizen."""

from typing import Annotated, Any, Literal, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from kernel.web.deps import Caller
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.gateway.use_cases.look_ups import LookUpDatabases, Refused, Wanted

router = APIRouter(
    route_class=EdgeRoute, responses=problems(400, 401, 403, 404, 409, 422, 503), tags=["look-ups"]
)
Code = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w.:/-]+$")]


class LookUpConsent(BaseModel):
    """Who agreed that personal papers be read, how and when."""

    model_config = ConfigDict(extra="forbid")

    given_by: Literal["OWNER", "REPRESENTATIVE"]
    how: Literal["SIGNED_FORM", "VNEID", "AT_COUNTER"]
    given_at: AwareDatetime
    note: Annotated[str, StringConstraints(strict=True, max_length=500)] = ""


class LookUpResultCode(BaseModel):
    """A kind of paper of the store, and its number where it is known."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    number: Annotated[str, StringConstraints(strict=True, max_length=100)] = ""


class LookUpIn(BaseModel):
    """What is looked up; `results`, `procedure` and `files` are of the personal papers."""

    model_config = ConfigDict(extra="forbid")

    database: Literal["POPULATION", "BUSINESS", "PERSONAL_PAPERS"]
    purpose: Code
    component_code: Code | None = None
    consent: LookUpConsent | None = None
    birth_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    procedure: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    results: Annotated[list[LookUpResultCode], Field(max_length=20)] = []
    files: bool = False


class LookedUpFile(BaseModel):
    """A paper's file as the store gave it."""

    name: str
    sha256: str
    content_base64: str


class LookedUp(BaseModel):
    """What the database answered, the purpose's fields only; `not-consulted` when it did not answer."""

    look_up_id: UUID
    outcome: Literal["MATCHED", "DIFFERENT", "NOT_FOUND", "UNAVAILABLE"]
    evidence: Literal["kept", "repeated", "not-consulted"]
    reference: str
    data: dict[str, Any]
    files: list[LookedUpFile]


@router.post("/api/v1/dossiers/{id}/look-ups")
async def look_up_database(
    id: UUID,  # noqa: A002 - the address's own word.
    body: LookUpIn,
    by: Caller,
    request: Request,
    response: Response,
) -> LookedUp:
    """Tra cứu cơ sở dữ liệu dùng chung về chủ hồ sơ theo mục đích; không trả lời thì hồ sơ vẫn đi tiếp."""
    del by
    look_ups = cast("LookUpDatabases", request.app.state.runtime.resources.look_ups)
    permit = body.model_dump(
        mode="json", include={"database", "purpose", "component_code", "consent", "birth_date"}
    )
    wanted = Wanted(
        dossier_id=str(id),
        database=body.database,
        permit=permit,
        procedure=body.procedure,
        result_codes=tuple((one.code, one.number) for one in body.results),
        wants_files=body.files,
    )
    found = await look_ups.look_up(
        wanted,
        authorization=request.headers["authorization"],
        key=request.headers["idempotency-key"],
    )
    if isinstance(found, Refused):
        return cast("LookedUp", as_told(found))
    response.headers["Cache-Control"] = "no-store"
    return LookedUp.model_validate(found)


def as_told(refused: Refused) -> Response:
    """Return what the dossier service refused, as it said it."""
    raw = orjson.dumps(refused.problem)
    return Response(raw, status_code=refused.status, media_type="application/problem+json")
