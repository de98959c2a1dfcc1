"""What came of messages is committed together, and one that was taken over undoes nothing of the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from kernel.service import JobTick
from kernel.testing.running import RunningService
from services.notify.domain.messages import Channel
from services.notify.jobs.send_messages import Lane, Pace
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


async def test_messages_sent_together_are_settled_together(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(*(a_change("accepted") for _ in range(64)))
    CountingTick.opened = 0
    # One round through the provider for all of them, so that outcomes come close together.
    await catcher.faults(slow_ms=200)
    lane = Lane(
        Channel.SMS,
        CountingTick(notify.runtime, notify.clock.now()),
        Pace(parallel=64, lease=PACE.lease, poll_seconds=0.1),
    )
    assert await lane.claim() == 64
    await lane.finish()
    assert {row["state"] for row in await messages(notify)} == {"SENT"}
    assert len(await notify.published("message.sent.v1")) == 64
    assert CountingTick.opened <= 40, "a claim, and fewer commits than messages"


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
