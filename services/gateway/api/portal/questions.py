"""Questions people ask an agency on the national portal: listed, read, answered; an agency's own ones."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal.sync import PROBLEMS, Work, local, place_of
from services.gateway.domain.portal.exchange.questions import GivenAnswer, Origin, Question, QuestionState
from services.gateway.use_cases.portal.exchange.questions import (
    ANSWERERS,
    answer_question,
    find_for,
    sees_agency,
)
from services.gateway.use_cases.portal.ports import KeptQuestion

router = APIRouter(
    prefix="/api/v1/portal-questions", route_class=EdgeRoute, responses=PROBLEMS, tags=["portal-questions"]
)
_Words = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=20_000)
]


class Asker(BaseModel):
    """Who asked, as the portal tells it; gone some days after the answer was told."""

    name: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""


class AnswerShown(BaseModel):
    """The answer; `by` is blank where it was given on the portal itself."""

    text: str
    by: str
    position: str
    at: datetime


class QuestionLine(BaseModel):
    """A question and where it is."""

    id: UUID
    origin: Origin
    number: int
    agency: str
    agency_name: str
    subject: str
    text: str
    state: QuestionState
    kept_at: datetime
    answer: AnswerShown | None
    portal_answer: str
    told_at: datetime | None


class QuestionReading(BaseModel):
    """Who read who asked."""

    at: datetime
    subject: str


class QuestionShown(QuestionLine):
    """A question with who asked; reading it is logged."""

    asker: Asker
    readings: list[QuestionReading]


class NewAnswer(BaseModel):
    """An answer, and the office of whoever gives it."""

    model_config = ConfigDict(extra="forbid")

    text: _Words
    position: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)
    ]


class NewQuestion(NewAnswer):
    """A question often asked, written by an agency with its answer; `subject` is the sector's code."""

    question: _Words
    subject: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,59}$")]


class QuestionKept(BaseModel):
    """What was kept."""

    id: UUID


@router.get("")
async def list_portal_questions(
    work: Work,
    by: Caller,
    now: Now,
    state: QuestionState | None = None,
    agency: Annotated[str | None, StringConstraints(max_length=40)] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[QuestionLine]:
    """Câu hỏi gửi qua Cổng và câu hỏi thường gặp của cơ quan, mới nhất trước."""
    after = place_of(decode_cursor(cursor, str), UUID)
    found = await work.portal_questions.listed(
        agency=sees_agency(by, agency),
        today=now.astimezone(VIETNAM).date(),
        state=state,
        after=after,
        limit=limit + 1,
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [QuestionLine.model_validate(_line(one)) for one in found[:limit]]
    return Page[QuestionLine](items=items, next_cursor=following)


@router.get("/{id}")
async def show_portal_question(
    id: UUID,  # noqa: A002 - the address's own word.
    work: Work,
    by: Caller,
    now: Now,
    response: Response,
) -> QuestionShown:
    """Một câu hỏi, người hỏi và những ai đã xem; việc xem được ghi lại."""
    kept = await find_for(by, id, questions=work.portal_questions, now=now)
    readings = [local(row) for row in await work.portal_questions.readings(id)]
    await work.portal_questions.log_reading(id, by.subject, now)
    response.headers["ETag"] = f'"{kept.version}"'
    return QuestionShown.model_validate(
        {**_line(kept), "asker": dict(kept.question.asker), "readings": readings}
    )


@router.put("/{id}/answer", status_code=204, response_class=Response, responses=problems(409, 428))
async def answer_portal_question(
    id: UUID,  # noqa: A002 - the address's own word.
    body: NewAnswer,
    work: Work,
    by: Caller,
    now: Now,
    seen: IfMatch,
) -> Response:
    """Trả lời một câu hỏi của cơ quan mình; câu trả lời được gửi lên Cổng."""
    given = GivenAnswer(by.name, body.position, now, body.text)
    await answer_question(id, given, seen=seen, by=by, questions=work.portal_questions, now=now)
    return Response(status_code=204, headers={"ETag": f'"{seen + 1}"'})


@router.post("", status_code=201)
async def add_portal_question(body: NewQuestion, work: Work, by: Caller, now: Now) -> QuestionKept:
    """Đăng câu hỏi thường gặp của cơ quan mình kèm câu trả lời; được gửi lên Cổng."""
    if not by.agency or not by.has_role(*ANSWERERS):
        raise Forbidden
    names = await work.portal_summaries.agency_names()
    question = Question(
        origin=Origin.AGENCY,
        number=0,
        agency=by.agency,
        agency_name=names.get(by.agency, by.agency),
        subject=body.subject,
        text=body.question,
        asker={},
    )
    given = GivenAnswer(by.name, body.position, now, body.text)
    return QuestionKept(id=work.portal_questions.add_own(question, given))


def _line(kept: KeptQuestion) -> dict[str, object]:
    asked, given = kept.question, kept.given
    answer = given and local(
        {"text": given.text, "by": given.name, "position": given.position, "at": given.at}
    )
    return local(
        {
            "id": kept.id,
            "origin": asked.origin,
            "number": asked.number,
            "agency": asked.agency,
            "agency_name": asked.agency_name,
            "subject": asked.subject,
            "text": asked.text,
            "state": kept.state,
            "kept_at": kept.kept_at,
            "answer": answer,
            "portal_answer": kept.portal_answer,
            "told_at": kept.told_at,
        }
    )
