"""Published petitions and answers, asked of the survey service for the people's pages."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from kernel.core.errors import NotFound, Unavailable
from services.gateway.use_cases.ports import Upstream, UpstreamAnswer, UpstreamRequest

_PATH = "/v1/published-petitions"
_SECONDS = 10.0
_OK, _NOT_FOUND, _INVALID = 200, 404, 422
_A_PAGE = 20


class PetitionNotPublic(NotFound):
    """Nothing of this number is published; whether there is such a petition is nobody's business (404)."""

    code = "petition-not-public"
    title = "Không có phản ánh, kiến nghị công khai này"


async def list_published(
    words: str, cursor: str, *, upstream: Upstream, correlation_id: str
) -> dict[str, Any]:
    """Return a page of them, newest first; a place nobody gave out begins at the newest again."""
    query = {name: value for name, value in (("q", words), ("cursor", cursor)) if value}
    answer = await _asked(f"?{urlencode({**query, 'limit': _A_PAGE})}", upstream, correlation_id)
    if answer.status == _INVALID and cursor:
        return await list_published(words, "", upstream=upstream, correlation_id=correlation_id)
    if answer.status != _OK:
        raise Unavailable
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def one_published(number: str, *, upstream: Upstream, correlation_id: str) -> dict[str, Any]:
    """Return one; raise `PetitionNotPublic`."""
    try:
        path = f"/{UUID(number)}"
    except ValueError as error:
        raise PetitionNotPublic from error
    answer = await _asked(path, upstream, correlation_id)
    if answer.status == _NOT_FOUND:
        raise PetitionNotPublic
    if answer.status != _OK:
        raise Unavailable
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def _asked(path: str, upstream: Upstream, correlation_id: str) -> UpstreamAnswer:
    answer = await upstream.send(
        UpstreamRequest(
            service="survey",
            method="GET",
            target=_PATH + path,
            headers={"accept": "application/json", "x-correlation-id": correlation_id},
            body=None,
            timeout_seconds=_SECONDS,
            may_retry=True,
        )
    )
    if answer.chunks is None:
        return answer
    chunks = [chunk async for chunk in answer.chunks]
    return UpstreamAnswer(answer.status, answer.headers, b"".join(chunks))
