"""The portal's way down: one message to the province's adapter, and what became of it."""

import httpx

from kernel.tls import authorities
from sandbox.portal.settings import PortalSettings
from sandbox.portal.store.submissions import Outcome
from sandbox.portal.wire import Json

ACCEPTED = 0
DUPLICATE = 1


class Province:
    """Sends messages to the province; silence and HTTP failures leave them unanswered."""

    def __init__(self, settings: PortalSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            base_url=settings.province_url,
            timeout=settings.province_timeout_seconds,
            transport=transport,
            trust_env=False,
            verify=authorities(trust_env=False),
            headers={
                "Accept": "application/json",
                "Charset": "utf-8",
                "X-Adapter-Key": settings.adapter_key,
                "dstcode": settings.province_dstcode,
            },
        )

    async def send(self, path: str, message: Json) -> Outcome:
        """POST one message under the adapter's forward prefix."""
        address = f"{self._settings.province_prefix.rstrip('/')}/{path.lstrip('/')}"
        try:
            response = await self._client.post(address, json=message)
        except httpx.HTTPError as silence:
            return Outcome("unanswered", failure=f"{type(silence).__name__}: {silence}")
        if not response.is_success:
            return Outcome("unanswered", response.status_code, failure=response.text[:500])
        return _read(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _read(response: httpx.Response) -> Outcome:
    try:
        answer = response.json()
    except ValueError:
        return Outcome("unanswered", response.status_code, failure="câu trả lời không phải JSON")
    if not isinstance(answer, dict):
        return Outcome("unanswered", response.status_code, failure="câu trả lời không phải đối tượng JSON")
    return Outcome(_state_of(answer), response.status_code, answer)


def _state_of(answer: Json) -> str:
    try:
        code = int(answer.get("error_code", 0))
    except (TypeError, ValueError):
        return "refused"
    return {ACCEPTED: "accepted", DUPLICATE: "duplicate"}.get(code, "refused")
