"""Posts requests of outside steps to the connector the operator named."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import orjson

from kernel.tls import authorities
from services.dossier.clients.asking import NoAnswer, posted
from services.dossier.use_cases.ports import OutsideRequest

_TIMEOUT_SECONDS = 10.0
_ANSWER_SECONDS = 20.0
_GOOD_CODES = frozenset({"", "200", "201", "202", "false", "none"})
_FAILED = {
    "success": frozenset({"false", "0"}),
    "status": frozenset({"error", "failed", "failure", "rejected"}),
}


class OutsideCourier:
    """One connector for all outside systems; the request's own id makes repeats harmless."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, key: str, *, seconds: float = _ANSWER_SECONDS
    ) -> None:
        self._client = client
        self._url = url
        self._key = key
        self._seconds = seconds

    async def send(self, request: OutsideRequest) -> str:
        """Return an empty text once the request was taken, else why not."""
        if not self._url:
            return "no address is set (DOSSIER_OUTSIDE_URL)"
        headers = {"Idempotency-Key": str(request.id)}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            said = await posted(
                self._client, self._url, headers=headers, seconds=self._seconds, json=request.payload
            )
        except NoAnswer as why:
            return str(why)
        return refusal_in(said, request.id)


def refusal_in(said: bytes, request_id: UUID) -> str:
    """Return why a good status is no taking: a page, another request's receipt, a refusal; else nothing.

    A step is asked for once it was taken and never again: whoever stands between (a maintenance page, a
    gateway that wraps errors) must not be taken for the system. Asking once more harms nothing.
    """
    text = said.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return "a page answered"
    if not text.startswith(b"{"):
        return ""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "an answer cut short"
    return _refusal_told(
        {str(name).casefold().replace("_", ""): value for name, value in told.items()}, request_id
    )


def _refusal_told(named: Mapping[str, Any], request_id: UUID) -> str:
    receipt = named.get("requestid")
    if isinstance(receipt, str) and receipt and receipt.casefold() != str(request_id):
        return "the receipt is another request's"
    for name in ("errorcode", "error"):
        if str(named.get(name)).strip().lstrip("0").casefold() not in _GOOD_CODES:
            return f"{name} {str(named[name])[:60]}"
    if any(str(named.get(name)).casefold() in words for name, words in _FAILED.items()):
        return "the answer says it failed"
    return ""


@asynccontextmanager
async def open_courier(url: str, key: str) -> AsyncIterator[OutsideCourier]:
    """Open the connections; leaving closes them."""
    trusted = authorities(trust_env=False)
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=trusted) as client:
        yield OutsideCourier(client, url, key)
