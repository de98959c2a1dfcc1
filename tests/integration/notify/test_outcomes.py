"""What came of messages is committed together, and one that was taken over undoes nothing of the others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from kernel.service import JobTick
from kernel.testing.running import RunningService
from services.notify.domain.messages import Channel
from services.notify.jobs.outcome_keeper import OutcomeKeeper
from services.notify.jobs.send_messages import Lane, Pace, keep_sending
from services.notify.use_cases.send_message import Outcome
from tests.integration.notify.builders import a_change, messages
from tests.integration.notify.catching import RunningCatcher

PACE = Pace(parallel=16, lease=timedelta(minutes=1), poll_seconds=0.1)


class CountingTick(JobTick):
    """Counts the units of work a lane opens: each is one statement."""

    opened = 0

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Any]:
        type(self).opened += 1
        async with super().open_work() as work:
            yield work


async def test_messages_sent_together_are_settled_together(notify: RunningService) -> None:
    """Whatever comes of messages while one commit runs goes into the next; nothing waits for more to come."""
    await notify.receive(*(a_change("accepted") for _ in range(64)))
    now = notify.clock.now()
    tick = CountingTick(notify.runtime, now)
    async with tick.open_work() as work:
        claimed = await work.messages.claim(Channel.SMS, at_most=64, now=now, lease=PACE.lease)
    assert len(claimed) == 64
    CountingTick.opened, keeper = 0, OutcomeKeeper(tick)
    await asyncio.gather(*(keeper.keep(one, Outcome(provider_id=str(one.id))) for one in claimed))
    assert CountingTick.opened == 1, "one commit for all that was there when it began"
    assert {row["state"] for row in await messages(notify)} == {"SENT"}
    assert len(await notify.published("message.sent.v1")) == 64
    await keeper.keep(claimed[0], Outcome())
    assert CountingTick.opened == 2, "it rests when nothing waits, and begins again"


async def test_a_lane_claims_for_a_quarter_of_its_room_at_least(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await catcher.faults(slow_ms=400)
    await notify.receive(*(a_change("accepted") for _ in range(20)))
    lane = Lane(Channel.SMS, JobTick(notify.runtime, notify.clock.now()), PACE)
    assert await lane.claim() == 16
    assert await lane.claim() == 0
    await lane.finish()
    assert await lane.claim() == 4
    assert await lane.claim() == 0
    await lane.finish()


async def test_a_message_taken_over_by_another_worker_undoes_nothing_of_the_others(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await catcher.faults(slow_ms=300)
    await notify.receive(*(a_change("accepted") for _ in range(8)))
    lane = Lane(Channel.SMS, JobTick(notify.runtime, notify.clock.now()), PACE)
    assert await lane.claim() == 8
    (taken, *_) = await messages(notify, "SMS")
    await notify.runtime.pool.execute(
        "UPDATE messages SET lease = gen_random_uuid(), version = version + 1 WHERE id = $1", taken["id"]
    )
    await lane.finish()
    states = {row["id"]: row["state"] for row in await messages(notify, "SMS")}
    assert states.pop(taken["id"]) == "SENDING"
    assert set(states.values()) == {"SENT"}
    sent = {event["key"] for event in await notify.published("message.sent.v1")}
    assert sent == {str(one) for one in states}


class TroubledTick(JobTick):
    """Its first unit of work meets trouble."""

    trouble: type[BaseException] | None = None
    opened = 0

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Any]:
        type(self).opened += 1
        trouble, type(self).trouble = type(self).trouble, None
        if trouble is not None:
            # What waits meanwhile is what would be left behind.
            await asyncio.sleep(0.05)
            raise trouble
        async with super().open_work() as work:
            yield work


@pytest.mark.parametrize("trouble", [asyncio.CancelledError, KeyError, ConnectionError])
async def test_no_outcome_waits_for_a_commit_that_never_comes(
    notify: RunningService, trouble: type[BaseException]
) -> None:
    """A lane whose places all wait claims nothing any more."""
    await notify.receive(*(a_change("accepted") for _ in range(16)))
    now = notify.clock.now()
    tick = TroubledTick(notify.runtime, now)
    TroubledTick.trouble = None
    async with tick.open_work() as work:
        claimed = await work.messages.claim(Channel.SMS, at_most=16, now=now, lease=PACE.lease)
    keeper, TroubledTick.trouble = OutcomeKeeper(tick), trouble
    first, *others = (keeper.keep(one, Outcome(provider_id=str(one.id))) for one in claimed)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(first)
        while TroubledTick.trouble is not None:
            await asyncio.sleep(0)
        # The others come while the first is being committed.
        for other in others:
            group.create_task(other)
    lost = 1 if trouble is KeyError else 0
    states = Counter(row["state"] for row in await messages(notify, "SMS"))
    assert states == Counter({"SENT": 16 - lost, "SENDING": lost} if lost else {"SENT": 16})


async def test_a_lane_outlives_a_cancellation_nobody_asked_for(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"))
    tick = TroubledTick(notify.runtime, notify.clock.now())
    TroubledTick.trouble = asyncio.CancelledError
    lane = asyncio.create_task(Lane(Channel.SMS, tick, PACE).run())
    async with asyncio.timeout(10):
        while {row["state"] for row in await messages(notify, "SMS")} != {"SENT"}:
            assert not lane.done()
            await asyncio.sleep(0.02)
    notify.runtime.stopping.set()
    await lane
    assert [one["count"] for one in await catcher.caught("sms")] == [1]


async def test_a_lane_told_to_end_ends_also_when_its_connection_is_gone(notify: RunningService) -> None:
    """Its job's lock and its connection go with the same server; the next turn begins it anew."""
    inside = asyncio.Event()

    class LosingTick(JobTick):
        @asynccontextmanager
        async def open_work(self) -> AsyncIterator[Any]:
            try:
                inside.set()
                await asyncio.Event().wait()
                yield None
            finally:
                raise ConnectionError("given back after the server was gone")

    sending = asyncio.create_task(keep_sending(LosingTick(notify.runtime, notify.clock.now()), PACE))
    await inside.wait()
    sending.cancel()
    done, _ = await asyncio.wait({sending}, timeout=5)
    assert done
    assert sending.cancelled()
