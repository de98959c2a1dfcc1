"""Who looked at a dossier or a person: for supervisors, who are written down for asking."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.schemas.requests import IdentityType, Nationality, Strict
from services.dossier.use_cases.readings import who_looked as use_case
from services.dossier.use_cases.readings.ports import Reading

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giám sát"])
_Purpose = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=1000, strip_whitespace=True)
]
_Number = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, strip_whitespace=True)]


class ReadingOut(BaseModel):
    """Who read what; `via`: DOSSIER itself, a PAGE that named it, or LOOK_UP by the person's number."""

    at: datetime
    subject: str
    kind: str
    agency: str
    what: str
    via: str
    dossier_ids: list[UUID]


class ReadingLookUpIn(Strict):
    """About whom, and what for."""

    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: _Number
    nationality: Nationality | None = None
    purpose: _Purpose
    cursor: str = Field(default="", max_length=200)
    limit: Annotated[int, Field(strict=True, ge=1, le=200)] = 50


@router.get("/readings")
async def list_readings(
    by: Caller,
    work: Work,
    now: Now,
    dossier_id: Annotated[UUID, Query()],
    purpose: Annotated[str, Query(min_length=1, max_length=1000)],
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ReadingOut]:
    """Return who read a dossier, newest first; a supervisor sees readers of the own agency and below."""
    found = await use_case.who_read(
        dossier_id, purpose=purpose, before=_before(cursor), limit=limit + 1, by=by, work=work, now=now
    )
    return _page(found, limit)


@router.post("/reading-look-ups")
async def look_up_readings(body: ReadingLookUpIn, by: Caller, work: Work, now: Now) -> Page[ReadingOut]:
    """Return who asked for a person or read a dossier of theirs; the number stays out of addresses."""
    person = body.model_dump(include={"identity_type", "identity_number", "nationality"})
    found = await use_case.who_looked(
        person,
        purpose=body.purpose,
        before=_before(body.cursor),
        limit=body.limit + 1,
        by=by,
        work=work,
        now=now,
    )
    return _page(found, body.limit)


def _before(cursor: str) -> int | None:
    parts = decode_cursor(cursor, int)
    return parts[0] if parts else None


def _page(found: Sequence[Reading], limit: int) -> Page[ReadingOut]:
    following = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page[ReadingOut](items=[_out(one) for one in found[:limit]], next_cursor=following)


def _out(one: Reading) -> ReadingOut:
    return ReadingOut(
        at=one.at.astimezone(VIETNAM),
        subject=one.subject,
        kind=one.kind,
        agency=one.agency,
        what=one.what,
        via=one.via,
        dossier_ids=list(one.dossier_ids),
    )
