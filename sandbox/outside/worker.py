"""Finishes requests when their time comes and calls back until the asker confirms."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx

from kernel.core.clock import Clock
from kernel.tls import authorities
from sandbox.outside.requests import Requests
from sandbox.outside.settings import OutsideSettings


class Worker:
    """Works through the kept requests; safe to stop and start at any moment."""

    def __init__(
        self,
        requests: Requests,
        settings: OutsideSettings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._requests = requests
        self._settings = settings
        self._clock = clock
        self._woken = asyncio.Event()
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            verify=authorities(trust_env=False),
            timeout=settings.callback_timeout_seconds,
            headers={"Authorization": f"Bearer {settings.callback_key}"},
        )

    def wake(self) -> None:
        """Look for work at once."""
        self._woken.set()

    def finish(
        self, request: dict[str, Any], *, outcome: str | None = None, number: str | None = None
    ) -> bool:
        """Give a request its result; False when it has one already."""
        now = self._clock.now()
        evidence = {
            "number": number or f"{request['number']:04d}/{now.year}",
            "book": self._settings.book,
            "signed_at": now.isoformat(timespec="seconds"),
        }
        result = {
            "request_id": request["request_id"],
            "outcome": outcome or self._settings.outcome,
            "evidence": evidence,
            "finished_at": now.isoformat(timespec="seconds"),
        }
        return self._requests.finish(request["request_id"], result, now=now.timestamp())

    async def work_once(self) -> int:
        """Finish what is due and tell what is finished; returns how many askers confirmed."""
        now = self._clock.now()
        for request in self._requests.due_to_finish(now.timestamp()):
            self.finish(request)
        waiting = self._requests.due_to_tell(now.timestamp(), self._settings.concurrency)
        return sum(await asyncio.gather(*(self._tell(request, now) for request in waiting)))

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            await self.work_once()
            moment = self._requests.next_moment()
            wait = None if moment is None else max(0.0, moment - self._clock.now().timestamp())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _tell(self, request: dict[str, Any], now: datetime) -> bool:
        failure = await self._failure_of(request)
        if failure is None:
            self._requests.told(request["request_id"])
            return True
        wait = min(
            self._settings.first_retry_seconds * 2 ** min(request["attempts"], 16),
            self._settings.longest_retry_seconds,
        )
        self._requests.not_told(request["request_id"], failure, next_attempt=now.timestamp() + wait)
        return False

    async def _failure_of(self, request: dict[str, Any]) -> str | None:
        try:
            response = await self._client.post(
                request["body"]["callback_url"],
                json=request["result"],
                headers={"Idempotency-Key": request["request_id"]},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as silence:
            return f"{type(silence).__name__}: {silence}"
        return None if response.is_success else f"HTTP {response.status_code}: {response.text[:300]}"
