"""What the page of accounts asks of notify: whether linked accounts chose differently."""

import json

from kernel.core.errors import Unavailable
from services.gateway.use_cases.ports import Upstream, UpstreamRequest

_SECONDS = 3.0
_OK = 200


async def do_choices_differ(upstream: Upstream, *, authorization: str, correlation_id: str) -> bool:
    """Tell whether one account refused what another wants; False where nobody can say it now."""
    asked = UpstreamRequest(
        service="notify",
        method="GET",
        target="/v1/preferences",
        headers={"authorization": authorization, "x-correlation-id": correlation_id},
        body=None,
        timeout_seconds=_SECONDS,
        may_retry=True,
    )
    try:
        answer = await upstream.send(asked)
    except Unavailable:
        return False
    return answer.status == _OK and bool(json.loads(answer.body).get("differing"))
