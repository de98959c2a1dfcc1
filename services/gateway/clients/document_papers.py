"""Dossiers and files as a member of staff sees them: asked for in the caller's own name."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

import orjson

from kernel.core.caller import Caller
from kernel.core.errors import NotFound, Unavailable
from services.gateway.use_cases.ports import InternalTokens, Upstream, UpstreamAnswer, UpstreamRequest

_OK = 200
_UNSEEN = frozenset({401, 403, 404, 410})
_SECONDS, _FILE_SECONDS = 10.0, 60.0
_MOST_BYTES = 50 * 1_048_576
_NAME = "filename*=UTF-8''"


class DossierPapers:
    """What the caller may not see is `NotFound`, as at the dossier service."""

    def __init__(self, upstream: Upstream, tokens: InternalTokens) -> None:
        self._upstream = upstream
        self._tokens = tokens

    async def dossier(self, dossier_id: UUID, *, by: Caller) -> dict[str, Any]:
        """Return a dossier the caller may see."""
        answer = await self._ask(f"/v1/dossiers/{dossier_id}", by, _SECONDS)
        found: dict[str, Any] = orjson.loads(await _content(answer))
        return found

    async def file(self, attachment_id: UUID, *, by: Caller) -> tuple[str, str, bytes]:
        """Return name, media type and content of a file the caller may read."""
        answer = await self._ask(f"/v1/attachments/{attachment_id}/content", by, _FILE_SECONDS)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        _, _, quoted = headers.get("content-disposition", "").partition(_NAME)
        media_type = headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
        return unquote(quoted) or f"{attachment_id}", media_type, await _content(answer)

    async def _ask(self, target: str, by: Caller, seconds: float) -> UpstreamAnswer:
        token, _ = self._tokens.sign(by)
        answer = await self._upstream.send(
            UpstreamRequest(
                service="dossier",
                method="GET",
                target=target,
                headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
                body=None,
                timeout_seconds=seconds,
                may_retry=True,
            )
        )
        if answer.status in _UNSEEN:
            await _content(answer)
            raise NotFound
        if answer.status != _OK:
            await _content(answer)
            raise Unavailable(f"dossier: HTTP {answer.status}")
        return answer


async def _content(answer: UpstreamAnswer) -> bytes:
    """Return the whole body, bounded; it is always read to its end, so that its connection is free again."""
    if answer.chunks is None:
        return answer.body
    parts, size = [], 0
    async for chunk in answer.chunks:
        size += len(chunk)
        if size > _MOST_BYTES:
            raise Unavailable("dossier: too large")
        parts.append(chunk)
    return b"".join(parts)
