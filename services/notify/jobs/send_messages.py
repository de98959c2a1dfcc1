"""The sending worker: claims what is due, calls the providers side by side, keeps what came of it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter, Histogram

from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import JobTick
from services.notify.domain.messages import Channel, Claimed
from services.notify.jobs.outcome_keeper import LONGEST_WORK_SECONDS, OutcomeKeeper
from services.notify.use_cases.ports import MailProvider, SmsProvider
from services.notify.use_cases.send_message import Outcome, hand_over

_attempts = Counter("notify_attempts_total", "Calls of a provider", ["channel", "outcome"])
_seconds = Histogram("notify_provider_seconds", "How long a provider took", ["channel"])
_log = structlog.get_logger()


class Resources(Protocol):
    """What the worker needs of the process."""

    @property
    def mail(self) -> MailProvider:
        """Sends mail."""
        ...

    @property
    def sms(self) -> SmsProvider:
        """Sends text messages."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages of a channel are in flight, how long a claim holds, how often to look."""

    parallel: int
    lease: timedelta
    poll_seconds: float


class Lane:
    """Sends one channel's messages: a slow provider holds up only its own channel."""

    def __init__(self, channel: Channel, tick: JobTick, pace: Pace) -> None:
        self._channel = channel
        self._tick = tick
        self._pace = pace
        self._in_flight: set[asyncio.Task[None]] = set()
        self._keeper = OutcomeKeeper(tick)

    async def run(self) -> None:
        """Send until the process stops; messages in flight are finished first."""
        stopping = self._tick.runtime.stopping
        while not stopping.is_set():
            try:
                with as_told():
                    claimed = await self.claim()
            except BROKEN_WORLD as error:
                _log.warning("claim_waits", channel=self._channel, error=repr(error))
                claimed = 0
            if not claimed:
                await self._rest()
        await self.finish()

    async def claim(self) -> int:
        """Claim as many messages as there is room for and start them; return how many."""
        room = self._pace.parallel - len(self._in_flight)
        if not self._has_room:
            return 0
        now = self._tick.runtime.clock.now()
        # The driver bounds each statement, and nothing of what stands around one when the server is killed.
        async with asyncio.timeout(LONGEST_WORK_SECONDS), self._tick.open_work() as work:
            claimed = await work.messages.claim(self._channel, at_most=room, now=now, lease=self._pace.lease)
        for message in claimed:
            task = asyncio.create_task(self._send(message))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)
        return len(claimed)

    @property
    def _has_room(self) -> bool:
        """Tell whether a quarter is free: claiming for each single message would cost as much as sending."""
        return len(self._in_flight) <= self._pace.parallel - max(1, self._pace.parallel // 4)

    async def finish(self) -> None:
        """Wait for the messages in flight."""
        if self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _rest(self) -> None:
        """Wait for the next look, or for room when the lane is full, or for the end."""
        stopping = self._tick.runtime.stopping
        if self._has_room:
            await wait_at_most(stopping, self._pace.poll_seconds)
            return
        told = asyncio.create_task(stopping.wait())
        try:
            while not self._has_room and not told.done():
                await asyncio.wait({told, *self._in_flight}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()

    async def _send(self, message: Claimed) -> None:
        resources: Resources = self._tick.resources
        now = self._tick.runtime.clock.now()
        with _seconds.labels(self._channel).time():
            try:
                outcome = await hand_over(message, mail=resources.mail, sms=resources.sms, now=now)
            except Exception:  # The boundary of a message.
                # A defect of ours must not end the lane; the message waits like after any failure.
                _log.exception("send_failed", message_id=str(message.id))
                outcome = Outcome(reason="DEFECT")
        _attempts.labels(self._channel, outcome.reason or "sent").inc()
        await self._keeper.keep(message, outcome)


async def keep_sending(tick: JobTick, pace: Pace) -> None:
    """Send until the process stops; each channel in its own lane."""
    async with asyncio.TaskGroup() as group:
        for channel in (Channel.EMAIL, Channel.SMS):
            group.create_task(Lane(channel, tick, pace).run())
