"""The sender: many dossiers at once, each in its own order, as long as there is something to tell."""

import asyncio
from contextlib import suppress

import structlog
from prometheus_client import Counter, Gauge, Histogram

from kernel.core.clock import Clock
from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import Job, JobTick
from services.gateway.domain.portal_ledger import Claimed
from services.gateway.use_cases.portal_sync import TellPortal

_IDLE_SECONDS = 0.1
_TURN_SECONDS = 300.0
_GRACE_SECONDS = 8.0
_settled = Counter("gateway_portal_sync_total", "Rows of the sync ledger dealt with", ["outcome"])
_lag = Histogram(
    "gateway_portal_sync_lag_seconds",
    "From the change of the dossier to the portal's confirmation",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400),
)
_in_flight = Gauge("gateway_portal_sync_in_flight", "Rows being told now")
_log = structlog.get_logger()


class PortalSender:
    """Keeps so many dossiers in flight; the ledger's claim keeps each dossier's order."""

    def __init__(self, tell: TellPortal, clock: Clock, *, concurrency: int) -> None:
        self._tell = tell
        self._clock = clock
        self._concurrency = concurrency
        self._flying: set[asyncio.Task[None]] = set()

    async def run(self, stopping: asyncio.Event, *, seconds: float = _TURN_SECONDS) -> None:
        """Send until the process stops or the turn ends; what is in flight is finished first.

        A turn ends so that the advisory lock of the job is taken anew, on a living connection. A stopping
        process waits some seconds only: what is cut off is asked after when its lease has ended.
        """
        ends = asyncio.get_running_loop().time() + seconds
        await self._tell.take_over()
        try:
            while not stopping.is_set() and asyncio.get_running_loop().time() < ends:
                if not await self._fill():
                    await self._rest(stopping)
            if self._flying:
                await asyncio.wait(self._flying, timeout=_GRACE_SECONDS if stopping.is_set() else None)
        finally:
            await self._drop()

    async def drain(self) -> int:
        """Send until nothing is due; return how many rows were dealt with."""
        dealt = 0
        while True:
            # Asked before the claim: what finishes during it may have freed the next row of its dossier.
            was_idle = not self._flying
            claimed = await self._fill()
            dealt += claimed
            if was_idle and not claimed:
                return dealt
            if self._flying:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)

    async def _fill(self) -> int:
        """Claim as many rows as may fly; a claim for a few at a time would cost more than it brings."""
        room = self._concurrency - len(self._flying)
        if self._flying and room < max(1, self._concurrency // 4):
            return 0
        rows = await self._tell.claim(room)
        for claimed in rows:
            task = asyncio.create_task(self._send(claimed))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        _in_flight.set(len(self._flying))
        return len(rows)

    async def _send(self, claimed: Claimed) -> None:
        """Deal with one row; a broken database or a defect leaves the lease to end by itself."""
        try:
            outcome = await self._tell.settle(claimed)
        except BROKEN_WORLD as error:
            outcome = "waits"
            _log.warning("portal_row_waits", code=claimed.row.code, error=repr(error))
        except Exception:
            # A defect met on one dossier must not hold up the others; its row is tried again after the lease.
            outcome = "defect"
            _log.exception("portal_row_failed", code=claimed.row.code, version=claimed.row.version)
        _settled.labels(outcome).inc()
        if outcome == "confirmed":
            since = self._clock.now() - claimed.row.occurred_at
            _lag.observe(max(0.0, since.total_seconds()))

    async def _rest(self, stopping: asyncio.Event) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _IDLE_SECONDS)

    async def _drop(self) -> None:
        flying = list(self._flying)
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)


async def send_what_is_due(tick: JobTick) -> None:
    """Tell the portal for a turn; without a portal, wait: rows are kept until there is one."""
    side, stopping = tick.resources.portal, tick.runtime.stopping
    if side.is_connected:
        await side.sender.run(stopping)
        return
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), _TURN_SECONDS)


PORTAL_SYNC = Job("portal_sync", 0.1, send_what_is_due)
