"""The test's own side of the portal: what arrived, what is in the catalogue, what shall fail."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict

from sandbox.portal.api.transport import state_desk
from sandbox.portal.citizen_side import CitizenSide, CodeTaken
from sandbox.portal.faults import Faults
from sandbox.portal.fields import current_agency
from sandbox.portal.messages import Submission, SupplementAnswer
from sandbox.portal.seed import Procedure
from sandbox.portal.statuses import STATUS_NAMES
from sandbox.portal.wire import Json

router = APIRouter(prefix="/sandbox", tags=["sandbox"])

Limit = Annotated[int, Query(ge=1, le=10_000)]


class Question(BaseModel):
    """A question a citizen asks an agency on the portal."""

    model_config = ConfigDict(extra="forbid")

    agency: str
    text: str
    sector_code: str = ""
    procedure_code: str = ""
    name: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""


class DownMessage(BaseModel):
    """Any other message of section 17: its path behind the adapter and its body as it is."""

    model_config = ConfigDict(extra="forbid")

    path: str
    body: dict[str, Any]
    code: str = ""
    kind: str = "message"


def _citizens(request: Request) -> CitizenSide:
    return cast("CitizenSide", request.app.state.citizens)


@router.get("/dossiers")
async def list_dossiers(request: Request, limit: Limit = 100, offset: int = Query(0, ge=0)) -> Json:
    """List dossiers, the last changed first."""
    dossiers = state_desk(request).state.dossiers
    return {"count": dossiers.count(), "items": dossiers.newest(limit, offset)}


@router.get("/dossiers/{code}")
async def show_dossier(code: str, request: Request) -> Json:
    """Show one dossier: its current status, every status in order, its progress entries, its record."""
    dossiers = state_desk(request).state.dossiers
    held = dossiers.look_up(code)
    if held is None:
        raise HTTPException(404, "Cổng không có hồ sơ này")
    return {
        "code": code,
        "origin": held["origin"],
        "current": held["status"],
        "current_name": STATUS_NAMES.get(held["status"], ""),
        "own_code": held["own_code"],
        "statuses": dossiers.statuses(code),
        "progress": dossiers.progress(code),
        "record": held["record"],
    }


@router.get("/arrivals")
async def list_arrivals(
    request: Request, code: str | None = None, after: int = 0, limit: Limit = 1000
) -> list[Json]:
    """List the append-only log of what arrived, refused writes included, in order."""
    return state_desk(request).state.dossiers.arrivals(dossier=code, after=after, limit=limit)


@router.delete("/state", status_code=204)
async def forget(request: Request) -> None:
    """Forget dossiers, arrivals, questions, submissions and sessions; catalogue and faults stay."""
    state_desk(request).state.forget()


@router.get("/faults")
async def show_faults(request: Request) -> Faults:
    """Show the faults that are on, with the times that are left."""
    return state_desk(request).state.switchboard.faults


@router.put("/faults")
async def switch_faults(faults: Faults, request: Request) -> Faults:
    """Replace all faults; `{}` is a healthy portal."""
    state_desk(request).state.switchboard.set(faults)
    return faults


@router.get("/catalogue")
async def show_catalogue(request: Request) -> list[Json]:
    """Show the catalogue in the shape of `LayThuTuc`."""
    return state_desk(request).state.catalogue.all()


@router.put("/catalogue")
async def replace_catalogue(procedures: list[Procedure], request: Request) -> dict[str, int]:
    """Replace the catalogue by procedures in the short form."""
    state_desk(request).state.catalogue.replace([one.as_detail() for one in procedures])
    return {"procedures": len(procedures)}


@router.post("/questions", status_code=201)
async def ask_question(question: Question, request: Request) -> dict[str, int]:
    """Let a citizen ask an agency a question."""
    body = {
        "MALINHVUC": question.sector_code,
        "MATTHCDP": question.procedure_code,
        "MADONVI": question.agency,
        "TENDONVI": "",
        "NOIDUNG": question.text,
        "HOVATEN": question.name,
        "DIACHI": question.address,
        "THUDIENTU": question.email,
        "SODIENTHOAI": question.phone,
        "TRANGTHAI": "1",
    }
    number = state_desk(request).state.questions.ask(body, agency=current_agency(question.agency))
    return {"HOIDAPID": number}


@router.post("/petitions", status_code=201)
async def send_petition(
    body: Annotated[Json, Body()], request: Request, agency: Annotated[str, Query()]
) -> dict[str, str]:
    """Let a petition wait for an agency, with whatever fields the list is thought to have."""
    state_desk(request).state.questions.petition(body, agency=current_agency(agency))
    return {"agency": agency}


@router.get("/satisfaction")
async def list_satisfaction(request: Request) -> list[Json]:
    """List the monthly summaries of satisfaction that were kept."""
    rows = state_desk(request).state.journal.rows("SELECT * FROM satisfaction ORDER BY month, agency")
    return [dict(row) for row in rows]


@router.get("/submissions")
async def list_submissions(request: Request, limit: Limit = 100) -> list[Json]:
    """List what was sent down, newest first, with the answers."""
    return state_desk(request).state.submissions.newest(limit)


@router.get("/submissions/{code}")
async def show_submissions(code: str, request: Request) -> list[Json]:
    """Show everything sent down for one dossier, in order."""
    return state_desk(request).state.submissions.of_code(code)


@router.post("/submissions", status_code=201)
async def submit(submission: Submission, request: Request) -> Json:
    """Play a citizen's submission: 201 whatever the province answered, `state` says what."""
    try:
        return await _citizens(request).submit(submission)
    except CodeTaken:
        raise HTTPException(409, "Mã hồ sơ này đã có trên Cổng") from None


@router.post("/submissions/{code}/supplement", status_code=201)
async def supplement(code: str, answer: SupplementAnswer, request: Request) -> Json:
    """Play a citizen's supplement of a portal-born dossier."""
    if not state_desk(request).state.dossiers.has(code):
        raise HTTPException(404, "Cổng không có hồ sơ này")
    return await _citizens(request).supplement(code, answer)


@router.post("/submissions/{code}/resend")
async def resend(code: str, request: Request, everything: Annotated[bool, Query()] = False) -> list[Json]:
    """Send the unanswered messages of a dossier again; `everything=true` repeats answered ones too."""
    citizens = _citizens(request)
    return await (citizens.repeat(code) if everything else citizens.resend(code))


@router.post("/lookups/{code}", status_code=201)
async def look_up(code: str, request: Request) -> Json:
    """Let the portal ask the province after a dossier."""
    return await _citizens(request).look_up(code)


@router.post("/messages", status_code=201)
async def send_message(message: Annotated[DownMessage, Body()], request: Request) -> Json:
    """Send any other message down (land tax, payments) as it is and keep the answer."""
    return await _citizens(request).send(message.kind, message.code, message.path, message.body)
