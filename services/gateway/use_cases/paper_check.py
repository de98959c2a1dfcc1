"""What a paper's QR code proves, asked of the dossier service for the people's page."""

import json
import re
from typing import Any

from kernel.core.errors import NotFound, Unavailable
from services.gateway.use_cases.ports import Upstream, UpstreamRequest

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,60}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECONDS = 10.0
_OK, _NOT_FOUND = 200, 404


class PaperUnknown(NotFound):
    """This system made no paper with this code (404)."""

    code = "paper-unknown"
    title = "Không có giấy tờ nào mang mã này: giấy tờ có thể là giả mạo"


class DigestWrong(NotFound):
    """What was typed is no SHA-256 (404 on the page: nothing was compared)."""

    code = "digest-unreadable"
    title = "Mã SHA-256 gồm 64 chữ số và chữ cái từ a đến f"


async def check_paper(token: str, digest: str, *, upstream: Upstream, correlation_id: str) -> dict[str, Any]:
    """Return what the paper is and what became of it; `digest` is of the file somebody holds, or empty."""
    given = "".join(digest.lower().split())
    if _TOKEN.fullmatch(token) is None:
        raise PaperUnknown
    if given and _DIGEST.fullmatch(given) is None:
        raise DigestWrong
    answer = await upstream.send(
        UpstreamRequest(
            service="dossier",
            method="GET",
            target=f"/v1/verification/{token}" + (f"?sha256={given}" if given else ""),
            headers={"x-correlation-id": correlation_id},
            body=None,
            timeout_seconds=_SECONDS,
            may_retry=True,
        )
    )
    if answer.status == _NOT_FOUND:
        raise PaperUnknown
    if answer.status != _OK:
        raise Unavailable
    found: dict[str, Any] = json.loads(answer.body)
    return found
