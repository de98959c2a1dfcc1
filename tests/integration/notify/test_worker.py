"""The worker as a process of its own: killed between sending and marking, stopped by a signal."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg

from kernel.service import JobTick
from kernel.testing.running import TEST_KEY, TEST_PII_KEY, RunningService
from kernel.web.auth import public_jwks
from services.notify.domain.messages import Channel
from services.notify.jobs.send_messages import Lane, Pace
from tests.integration.notify.builders import a_change, messages
from tests.integration.notify.catching import RunningCatcher

ROOT = Path(__file__).parents[3]


async def until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 30) -> None:
    """Wait until something is so; fail after a time no healthy worker needs."""
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def a_worker(
    notify: RunningService, catcher: RunningCatcher, *, lease_seconds: float = 60
) -> AsyncIterator[Process]:
    """Run `python -m services.notify jobs` on the test's database; killed when the block ends."""
    environment = {
        **os.environ,
        "NOTIFY_MODE": "development",
        "NOTIFY_DATABASE_URL": notify.runtime.settings.database_url.get_secret_value(),
        "NOTIFY_BUS_URL": "memory://",
        "NOTIFY_INTERNAL_JWKS": json.dumps(public_jwks(TEST_KEY)),
        "NOTIFY_PII_KEY": TEST_PII_KEY,
        "NOTIFY_PORT": "0",
        "NOTIFY_OPS_PORT": "0",
        "NOTIFY_SMS_URL": catcher.sms_url,
        "NOTIFY_SMTP_PORT": str(catcher.smtp_port),
        "NOTIFY_LEASE_SECONDS": str(lease_seconds),
        # The worker's clock is the machine's, and tests pass at night too.
        "NOTIFY_QUIET_FROM": "00:00",
        "NOTIFY_QUIET_UNTIL": "00:00",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.notify",
        "jobs",
        cwd=ROOT,
        env=environment,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def nothing_can_be_marked(dsn: str) -> AsyncIterator[None]:
    """Hold up every commit of an outcome (it writes an event); those that wait never happen."""
    holder = await asyncpg.connect(dsn)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        yield
        await holder.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        )
        await transaction.rollback()
    finally:
        await holder.close()


async def all_sent(notify: RunningService) -> bool:
    return {row["state"] for row in await messages(notify)} == {"SENT"}


async def test_a_worker_killed_between_sending_and_marking_tells_nobody_two_things(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"), a_change("intake_refused"))

    async def both_arrived() -> bool:
        return len(await catcher.caught()) == 2

    dsn = notify.runtime.settings.database_url.get_secret_value()
    async with nothing_can_be_marked(dsn), a_worker(notify, catcher, lease_seconds=1) as worker:
        await until(both_arrived)
        worker.kill()
        await worker.wait()
    external = [row for row in await messages(notify) if row["channel"] != "IN_APP"]
    assert {row["state"] for row in external} == {"SENDING"}
    assert not await notify.published()

    async with a_worker(notify, catcher):
        await until(lambda: all_sent(notify))
    (sms,) = await catcher.caught("sms")
    assert sms["count"] == 2, "asked twice under one reference, sent once"
    mails = await catcher.caught("mail")
    assert len({mail["message_id"] for mail in mails}) == 1, "a mail program shows one Message-ID once"
    assert len({mail["body"] for mail in mails}) == 1
    sent = await notify.published("message.sent.v1")
    assert sorted(event["key"] for event in sent) == sorted(str(row["id"]) for row in external)
    assert {event["data"]["attempts"] for event in sent} == {2}


async def test_two_workers_send_each_message_once(notify: RunningService, catcher: RunningCatcher) -> None:
    await notify.receive(*(a_change("accepted") for _ in range(20)))
    async with a_worker(notify, catcher), a_worker(notify, catcher):
        await until(lambda: all_sent(notify))
    caught = await catcher.caught("sms")
    assert [one["count"] for one in caught] == [1] * 20


async def test_lanes_that_claim_at_once_hold_different_messages(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(*(a_change("accepted") for _ in range(40)))
    tick = JobTick(notify.runtime, notify.clock.now())
    pace = Pace(parallel=10, lease=timedelta(minutes=1), poll_seconds=0.1)
    lanes = [Lane(Channel.SMS, tick, pace) for _ in range(4)]
    assert sum(await asyncio.gather(*(lane.claim() for lane in lanes))) == 40
    await asyncio.gather(*(lane.finish() for lane in lanes))
    caught = await catcher.caught("sms")
    assert [one["count"] for one in caught] == [1] * 40


async def test_a_stopped_worker_finishes_what_it_has_in_hand(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await catcher.faults(slow_ms=600)
    await notify.receive(a_change("accepted"))

    async def in_hand() -> bool:
        (row,) = await messages(notify, "SMS")
        return bool(row["state"] == "SENDING")

    async with a_worker(notify, catcher) as worker:
        await until(in_hand)
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 20) == 0
    (row,) = await messages(notify, "SMS")
    assert (row["state"], row["attempts"]) == ("SENT", 1)
