"""Text messages over a provider's HTTP door; the provider sends one reference once."""

from http import HTTPStatus
from uuid import UUID

import httpx

from services.notify.use_cases.ports import PermanentFailure, TemporaryFailure

_FOR_GOOD = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""The message itself is refused. A wrong key (401, 403) or address (404) is ours to mend."""


class HttpSms:
    """Sends text messages: `POST {to, text, sender, reference}` with a bearer key, answered `{id}`."""

    def __init__(self, client: httpx.AsyncClient, *, url: str, key: str, sender: str) -> None:
        self._client = client
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._sender = sender

    async def send_sms(self, *, message_id: UUID, to: str, text: str) -> str:
        """Hand a text over under the reference `message_id` and return the provider's id."""
        body = {"to": to, "text": text, "sender": self._sender, "reference": str(message_id)}
        try:
            answer = await self._client.post(self._url, json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise TemporaryFailure(type(error).__name__) from error
        if answer.status_code in _FOR_GOOD:
            raise PermanentFailure(f"SMS_{answer.status_code}")
        if not answer.is_success:
            raise TemporaryFailure(f"SMS_{answer.status_code}")
        try:
            return str(answer.json()["id"])[:200]
        except (ValueError, KeyError, TypeError) as error:
            # Asking again is safe: the reference makes it one message.
            raise TemporaryFailure("SMS_UNREADABLE_ANSWER") from error
