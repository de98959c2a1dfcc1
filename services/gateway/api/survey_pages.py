"""The page a survey's link opens: the questionnaire, its one answer, and thanks; works without scripts."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kernel.core.clock import VIETNAM
from services.gateway.api.forms import form_of
from services.gateway.api.rendered import PageRoute, rendered, text
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.survey_form import AnswersRefused, SurveyForm, open_form, send_answers

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST_FIELDS = 60
_NO_OPINION = "none"


@router.get("/khao-sat/cam-on", response_class=HTMLResponse)
async def thank() -> HTMLResponse:
    """Thank whoever has answered; no token stands in this address."""
    return rendered("thanks.html")


@router.get("/khao-sat/{token}", response_class=HTMLResponse)
async def show_survey(token: str, request: Request) -> HTMLResponse:
    """Show the questionnaire of an invitation."""
    return _page(await _form(token, request), {}, {})


@router.post("/khao-sat/{token}", response_class=HTMLResponse)
async def take_survey(token: str, request: Request) -> Response:
    """Hand the answers in and lead to the thanks, or show the form again with what is missing."""
    given = await form_of(request, most_fields=_MOST_FIELDS)
    door: Door = request.app.state.runtime.resources
    answers = {code: _score(value) for code, value in given.items()}
    try:
        await send_answers(token, answers, upstream=door.upstream, correlation_id=_correlation(request))
    except AnswersRefused as refused:
        form = await _form(token, request)
        return _page(form, given, _reasons(form, given, refused.wrong))
    return RedirectResponse("/khao-sat/cam-on", status_code=303)


async def _form(token: str, request: Request) -> SurveyForm:
    door: Door = request.app.state.runtime.resources
    return await open_form(token, upstream=door.upstream, correlation_id=_correlation(request))


def _reasons(form: SurveyForm, given: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, str]:
    """Return what to mend by question; under an empty name what is about no question of this form."""
    codes = [question["code"] for question in form.questionnaire["questions"]]
    found = {code: text("survey_missing") for code in codes if code not in given}
    found |= {code: reason for code, reason in wrong.items() if code in codes and code in given}
    return found or {"": next(iter(wrong.values()))}


def _page(form: SurveyForm, answers: Mapping[str, str], wrong: Mapping[str, str]) -> HTMLResponse:
    until = form.expires_at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")
    status = 422 if wrong else 200
    return rendered("survey.html", status=status, form=form, answers=answers, wrong=wrong, until=until)


def _score(value: str) -> int | None:
    """Return a score, or None for no opinion; what is no score is 0, which no scale has."""
    if value == _NO_OPINION:
        return None
    return int(value) if value.isascii() and value.isdigit() and len(value) == 1 else 0


def _correlation(request: Request) -> str:
    return str(request.scope["state"]["correlation_id"])
