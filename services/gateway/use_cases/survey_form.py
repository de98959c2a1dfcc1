"""The survey behind an invitation, asked of the survey service for the people's page."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.core.errors import Invalid, NotFound, Unavailable
from services.gateway.use_cases.ports import Upstream, UpstreamAnswer, UpstreamRequest

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SECONDS = 10.0
_OK, _CREATED, _NOT_FOUND, _INVALID = 200, 201, 404, 422


class InvitationUnusable(NotFound):
    """Unknown, expired and used links look the same, as at the survey service (404)."""

    code = "invitation-unknown"
    title = "Liên kết không tồn tại, đã hết hạn hoặc đã được sử dụng"


class AnswersRefused(Invalid):
    """The survey service does not take these answers (422); `wrong` has the reason by question."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__()
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """What an invited person is shown: of the dossier, its procedure's and agency's names alone."""

    procedure: str
    agency: str
    expires_at: datetime
    questionnaire: Mapping[str, Any]


async def open_form(token: str, *, upstream: Upstream, correlation_id: str) -> SurveyForm:
    """Return the questionnaire of a token; raise `InvitationUnusable` or `Unavailable`."""
    answer = await _ask("GET", token, "", None, {}, upstream, correlation_id)
    if answer.status != _OK:
        raise Unavailable
    shown = json.loads(answer.body)
    return SurveyForm(
        procedure=shown["procedure"]["name"],
        agency=shown["agency"]["name"],
        expires_at=datetime.fromisoformat(shown["expires_at"]),
        questionnaire=shown["questionnaire"],
    )


async def send_answers(
    token: str, answers: Mapping[str, int | None], *, upstream: Upstream, correlation_id: str
) -> None:
    """Hand the answers in; the same answers sent again by an impatient hand are one response.

    Raise `AnswersRefused`, `InvitationUnusable` or `Unavailable`. The idempotency key is made of the token
    and the answers: whoever does not hold the token can neither guess nor connect it.
    """
    body = json.dumps({"answers": dict(sorted(answers.items()))}).encode()
    key = hashlib.sha256(token.encode() + b"\0" + body).hexdigest()[:32]
    headers = {"content-type": "application/json", "idempotency-key": key}
    answer = await _ask("POST", token, "/response", body, headers, upstream, correlation_id)
    if answer.status == _INVALID:
        raise AnswersRefused(_wrong(json.loads(answer.body)))
    if answer.status != _CREATED:
        raise Unavailable


def _wrong(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return reasons by question; what is about no single question stands under an empty name."""
    errors = problem.get("errors") or [{"path": "", "reason": problem["title"]}]
    return {error["path"].removeprefix("answers").removeprefix("."): error["reason"] for error in errors}


async def _ask(
    method: str,
    token: str,
    what: str,
    body: bytes | None,
    headers: Mapping[str, str],
    upstream: Upstream,
    correlation_id: str,
) -> UpstreamAnswer:
    if not _TOKEN.fullmatch(token):
        raise InvitationUnusable
    request = UpstreamRequest(
        service="survey",
        method=method,
        target=f"/v1/invitations/{token}{what}",
        headers={"accept": "application/json", "x-correlation-id": correlation_id, **headers},
        body=body,
        timeout_seconds=_SECONDS,
        may_retry=True,
    )
    answer = await upstream.send(request)
    if answer.status == _NOT_FOUND:
        raise InvitationUnusable
    return answer
