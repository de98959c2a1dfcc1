"""Posts requests of outside steps to the connector the operator named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from kernel.tls import authorities
from services.dossier.use_cases.ports import OutsideRequest

_TIMEOUT_SECONDS = 10.0


class OutsideCourier:
    """One connector for all outside systems; the request's own id makes repeats harmless."""

    def __init__(self, client: httpx.AsyncClient, url: str, key: str) -> None:
        self._client = client
        self._url = url
        self._key = key

    async def send(self, request: OutsideRequest) -> str:
        """Return an empty text once the request was taken, else why not."""
        if not self._url:
            return "no address is set (DOSSIER_OUTSIDE_URL)"
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": str(request.id)}
        try:
            response = await self._client.post(self._url, json=request.payload, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return "" if response.is_success else f"HTTP {response.status_code}"


@asynccontextmanager
async def open_courier(url: str, key: str) -> AsyncIterator[OutsideCourier]:
    """Open the connections; leaving closes them."""
    trusted = authorities(trust_env=False)
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=trusted) as client:
        yield OutsideCourier(client, url, key)
