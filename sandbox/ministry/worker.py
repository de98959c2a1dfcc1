"""Moves dossiers on when their time comes and posts changes until the asker confirms."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx

from kernel.core.clock import Clock
from kernel.tls import authorities
from sandbox.ministry.dossiers import COURSE, Dossiers
from sandbox.ministry.settings import MinistrySettings

_IDLE_SECONDS = 1.0
_PUSHED_AT_ONCE = 50


class Worker:
    """Works from what is kept; safe to stop and start at any moment."""

    def __init__(
        self,
        dossiers: Dossiers,
        settings: MinistrySettings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._dossiers = dossiers
        self._settings = settings
        self._clock = clock
        self._woken = asyncio.Event()
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            verify=authorities(trust_env=False),
            timeout=settings.push_timeout_seconds,
            headers={"X-Connector-Key": settings.push_key},
        )

    def wake(self) -> None:
        """Look for work at once."""
        self._woken.set()

    def step(self, dossier: dict[str, Any]) -> None:
        """Move a dossier one status on; at the end of its course nothing happens."""
        place = COURSE.index(dossier["status"]) + 1 if dossier["status"] in COURSE else 1
        if place >= len(COURSE):
            return
        now, wait = self._clock.now(), self._settings.step_seconds
        goes_on = wait is not None and place + 1 < len(COURSE)
        next_step = now.timestamp() + wait if wait is not None and goes_on else None
        self._dossiers.change(dossier["code"], COURSE[place], at=now, next_step=next_step)

    async def work_once(self) -> int:
        """Move on what is due and post what nobody confirmed; return how many were confirmed."""
        now = self._clock.now().timestamp()
        for dossier in self._dossiers.to_step(now):
            self.step(dossier)
        if not self._settings.push_url:
            return 0
        waiting = self._dossiers.to_push(now, _PUSHED_AT_ONCE)
        return sum([await self._push(one, now) for one in waiting])

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            await self.work_once()
            with suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._woken.wait()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _push(self, change: dict[str, Any], now: float) -> bool:
        (told,) = self._dossiers.changes_after(change["number"] - 1, 1)
        failure = ""
        try:
            answer = await self._client.post(self._settings.push_url, json={"items": [told]})
            if not answer.is_success:
                failure = f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as silence:
            failure = type(silence).__name__
        if not failure:
            self._dossiers.pushed(change["number"])
            return True
        first, longest = self._settings.first_retry_seconds, self._settings.longest_retry_seconds
        wait = min(first * 2 ** min(change["attempts"], 16), longest)
        self._dossiers.not_pushed(change["number"], failure, next_attempt=now + wait)
        return False
