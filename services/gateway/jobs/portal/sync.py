"""The sender: many dossiers at once, each in its own order, as long as there is something to tell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge, Histogram

from kernel.core.clock import Clock
from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import Job, JobTick
from services.gateway.domain.portal.telling.ledger import Claimed
from services.gateway.use_cases.portal.ports import Failure, Told
from services.gateway.use_cases.portal.telling.fence import FencedPortal
from services.gateway.use_cases.portal.telling.sync import TellPortal

_IDLE_SECONDS = 0.1
_TURN_SECONDS = 300.0
_GRACE_SECONDS = 8.0
_HEARD_SECONDS = 600.0
"""So long a process without a turn says that all is refused: who follows needs a while to learn it anew."""
_RENEW_AT = 0.2
"""Part of a lease between renewals; as much is left at the end for a call that is being broken off."""
_GATHER_SECONDS = 0.01
"""How long a result waits for others to be kept with: little beside a call of the portal."""
_KEPT_AT_ONCE = 64
_settled = Counter("gateway_portal_sync_total", "Rows of the sync ledger dealt with", ["outcome"])
_lag = Histogram(
    "gateway_portal_sync_lag_seconds",
    "From the change of the dossier to the portal's confirmation",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400),
)
_in_flight = Gauge("gateway_portal_sync_in_flight", "Rows being told now")
_held = Gauge("gateway_portal_refuses_everything", "1 while the portal refuses all alike and all waits")
_log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _Result:
    """What came of a row, and whether the ledger has it."""

    claimed: Claimed
    told: Told
    is_kept: bool = False


class PortalSender:
    """Keeps so many dossiers in flight; the ledger's claim keeps each dossier's order.

    While it lives it renews the leases of what is in flight. When it cannot, it falls silent before they end:
    whoever follows finds nobody else speaking.
    """

    def __init__(self, tell: TellPortal, fence: FencedPortal, clock: Clock, *, concurrency: int) -> None:
        self._tell = tell
        self._fence = fence
        self._clock = clock
        self._concurrency = concurrency
        self._flying: dict[asyncio.Task[None], Claimed] = {}
        self._results: list[_Result] = []
        # Renewals and results touch the same rows: one at a time, or they wait for each other crosswise.
        self._writing = asyncio.Lock()
        self._good_until = 0.0
        self._forgetting: asyncio.TimerHandle | None = None

    async def run(self, stopping: asyncio.Event, *, seconds: float = _TURN_SECONDS) -> None:
        """Send until the process stops or the turn ends; what is in flight is finished first.

        A turn ends so that the advisory lock of the job is taken anew, on a living connection. A stopping
        process waits some seconds only: what is cut off is asked after when its lease has ended.
        """
        ends = asyncio.get_running_loop().time() + seconds
        async with self._holding():
            while not stopping.is_set() and asyncio.get_running_loop().time() < ends:
                if not await self._fill():
                    await self._rest(stopping)
            if self._flying:
                await asyncio.wait(self._flying, timeout=_GRACE_SECONDS if stopping.is_set() else None)

    async def drain(self) -> int:
        """Send until nothing is due; return how many rows were dealt with."""
        dealt = 0
        async with self._holding():
            while True:
                # Asked before the claim: what finishes during it may have freed the next row of its dossier.
                was_idle = not self._flying
                claimed = await self._fill()
                dealt += claimed
                if was_idle and not claimed:
                    return dealt
                if self._flying:
                    await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)

    @asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        """Renew what is in flight meanwhile; at the end nothing is in flight."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        _held.set(self._tell.is_refused_everything)
        renewing = asyncio.create_task(self._renew_leases())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._drop()
            self._fence.release()
            # Another process may have the turns from now on: what this one last heard grows old.
            loop = asyncio.get_running_loop()
            self._forgetting = loop.call_later(_HEARD_SECONDS, _held.set, 0)

    async def _renew_leases(self) -> None:
        """Renew well before the end; without a word from the ledger, stop speaking when the leases end."""
        lease, now = self._tell.lease_seconds, asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(lease * _RENEW_AT)
            began = now()
            try:
                with as_told():
                    await self._renew(seconds=lease * _RENEW_AT)
                self._hold_from(began)
            except BROKEN_WORLD as error:
                _log.warning("portal_leases_not_renewed", error=repr(error))
            if self._flying and now() >= self._good_until - lease * _RENEW_AT:
                _log.warning("portal_leases_lost", rows=len(self._flying))
                await self._drop()

    async def _renew(self, *, seconds: float) -> None:
        async with asyncio.timeout(seconds), self._writing:
            if self._flying:
                await self._tell.renew(list(self._flying.values()))

    def _hold_from(self, began: float) -> None:
        self._good_until = began + self._tell.lease_seconds
        self._fence.hold_until(self._good_until)

    async def _fill(self) -> int:
        """Claim as many rows as may fly; a claim for a few at a time would cost more than it brings."""
        room = self._concurrency - len(self._flying)
        if self._flying and room < max(1, self._concurrency // 4):
            return 0
        began = asyncio.get_running_loop().time()
        rows = await self._tell.claim(room)
        if not self._flying:
            self._hold_from(began)
        for claimed in rows:
            task = asyncio.create_task(self._send(claimed))
            self._flying[task] = claimed
            task.add_done_callback(self._landed)
        _in_flight.set(len(self._flying))
        return len(rows)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)

    async def _send(self, claimed: Claimed) -> None:
        """Deal with one row; a broken database leaves its lease to end, which takes seconds."""
        try:
            with as_told():
                told = await self._tell.tell(claimed)
        except BROKEN_WORLD as error:
            _log.warning("portal_row_waits", code=claimed.row.code, error=repr(error))
            _settled.labels("waits").inc()
            return
        except Exception as error:
            # A defect met on one dossier must not hold up the others; its row is tried again after a wait.
            _log.exception("portal_row_failed", code=claimed.row.code, version=claimed.row.version)
            failure = Failure("defect", type(error).__name__)
            told = Told("defect", failure, is_told=claimed.is_told, is_uncertain=True)
        result = _Result(claimed, told)
        self._results.append(result)
        if len(self._flying) > 1:
            await asyncio.sleep(_GATHER_SECONDS)
        async with self._writing:
            # Whoever comes first takes along what the others have by then.
            if not result.is_kept:
                await self._keep()

    async def _keep(self) -> None:
        """Keep what has come in, in one statement."""
        batch, self._results = self._results[:_KEPT_AT_ONCE], self._results[_KEPT_AT_ONCE:]
        for one in batch:
            one.is_kept = True
        try:
            with as_told():
                outcomes = await self._tell.keep([(one.claimed, one.told) for one in batch])
        except BROKEN_WORLD as error:
            _log.warning("portal_results_wait", rows=len(batch), error=repr(error))
            outcomes = ["waits"] * len(batch)
        _held.set(self._tell.is_refused_everything)
        for one, outcome in zip(batch, outcomes, strict=True):
            _settled.labels(outcome).inc()
            if outcome == "confirmed":
                since = self._clock.now() - one.claimed.row.occurred_at
                _lag.observe(max(0.0, since.total_seconds()))

    async def _rest(self, stopping: asyncio.Event) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return
        await wait_at_most(stopping, _IDLE_SECONDS)

    async def _drop(self) -> None:
        flying = list(self._flying)
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        self._results.clear()


async def send_what_is_due(tick: JobTick) -> None:
    """Tell the portal for a turn; without a portal, wait: rows are kept until there is one."""
    side, stopping = tick.resources.portal, tick.runtime.stopping
    if side.is_connected:
        await side.sender.run(stopping)
        return
    await wait_at_most(stopping, _TURN_SECONDS)


PORTAL_SYNC = Job("portal_sync", 0.1, send_what_is_due)
