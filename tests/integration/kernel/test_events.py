"""From the outbox over the bus to a committed effect: nothing lost, nothing done twice, order kept."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from kernel.bus import consumer as consumer_module
from kernel.bus.consumer import Consumer
from kernel.bus.dead_letters import DeadLetters
from kernel.bus.memory import MemoryBus
from kernel.bus.relay import run_relay
from kernel.core.bus import BusUnavailable, OutgoingMessage, TopicSettings
from kernel.core.event import MOST_DATA_BYTES, EventTooHeavy
from kernel.core.ids import new_id
from kernel.jobs import PRUNE
from kernel.service import JobTick
from kernel.testing.running import a_person, an_event

TOPICS = {"jar": TopicSettings(partitions=3), "jar.dead.jars": TopicSettings(partitions=1)}


async def a_bus():
    bus = MemoryBus()
    await bus.start()
    await bus.ensure_topics(TOPICS)
    return bus


@asynccontextmanager
async def working(jars, *workers):
    tasks = [asyncio.create_task(worker) for worker in workers]
    try:
        yield
    finally:
        jars.runtime.stopping.set()
        jars.runtime.wake_relay()
        await asyncio.gather(*tasks)


async def until(truth, seconds=20):
    async with asyncio.timeout(seconds):
        while not await truth():
            await asyncio.sleep(0.01)


def sequences(jars, jar_id):
    return jars.runtime.pool.fetch("SELECT sequence FROM sightings WHERE jar_id = $1 ORDER BY at", jar_id)


async def send(jars, *events):
    rows = [
        {
            "event_id": e.id,
            "topic": e.topic,
            "key": e.key,
            "type": e.type,
            "sequence": e.sequence,
            "occurred_at": e.occurred_at,
            "data": e.data,
            "correlation_id": "",
            "causation_id": "",
        }
        for e in events
    ]
    from kernel.bus.wire import to_message

    await jars.runtime.bus.publish([to_message(row, "test") for row in rows])


def added(jar_id, sequence=1, **data):
    return an_event("jar.added.v1", str(jar_id), {"jar_id": str(jar_id), **data}, sequence=sequence)


async def test_a_write_reaches_its_consumer_through_outbox_relay_and_bus(start_jars):
    jars = await start_jars(await a_bus())
    async with working(jars, run_relay(jars.runtime), Consumer(jars.runtime).run()):
        for _ in range(20):
            assert (await jars.post("/v1/jars", {"pebbles": 1}, a_person())).status_code == 201
        await until(lambda: _equals(jars.count("sightings"), 20))
    assert await jars.runtime.pool.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


async def _equals(value, wanted):
    return await value == wanted


class LosesAnswers(MemoryBus):
    """Publishes, then fails as if the answer had been lost: the relay cannot know."""

    losses = 2

    async def publish(self, batch):
        await super().publish(batch)
        if self.losses:
            self.losses -= 1
            raise BusUnavailable("the answer was lost")


async def test_a_relay_that_dies_between_sending_and_marking_sends_again_and_the_inbox_absorbs_it(start_jars):
    bus = LosesAnswers()
    await bus.start()
    await bus.ensure_topics(TOPICS)
    jars = await start_jars(bus)
    await jars.post("/v1/jars", {"pebbles": 1}, a_person())
    async with working(jars, run_relay(jars.runtime), Consumer(jars.runtime).run()):
        await until(
            lambda: _equals(
                jars.runtime.pool.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"), 0
            )
        )
        await jars.post("/v1/jars", {"pebbles": 1}, a_person())
        await until(lambda: _equals(jars.count("sightings"), 2))
    assert await jars.count("inbox") == 2


async def test_only_one_relay_of_a_service_works_at_a_time(start_jars):
    jars = await start_jars(await a_bus())
    from kernel.postgres.single import alone

    dsn = jars.runtime.settings.database_url.get_secret_value()
    async with alone(dsn, "relay:jars") as held, alone(dsn, "relay:jars") as second:
        assert held is not None
        assert second is None
    async with alone(dsn, "relay:jars") as after:
        assert after is not None


async def test_a_message_delivered_twice_has_one_effect(start_jars):
    jars = await start_jars(await a_bus())
    event = added(new_id())
    await jars.receive(event, event)
    assert await jars.count("sightings") == await jars.count("inbox") == 1


async def test_a_crash_between_effect_and_offset_has_one_effect(start_jars):
    jars = await start_jars(await a_bus())
    event = added(new_id())
    await jars.receive(event)
    await send(jars, event, added(new_id()))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("inbox"), 2))
    assert await jars.count("sightings") == 2


async def test_a_broken_message_becomes_a_dead_letter_and_later_ones_of_its_key_wait_behind_it(start_jars):
    jars = await start_jars(await a_bus())
    jar_id, other = new_id(), new_id()
    await send(jars, added(jar_id, poison=True), added(jar_id, 2), added(other))
    letters = DeadLetters(jars.runtime.pool, "jars")
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("dead_letters"), 2))
        await until(lambda: _equals(jars.count("sightings"), 1))
        waiting, behind = await letters.unsettled()
        assert (waiting["state"], behind["state"]) == ("waiting", "behind")
        assert "this jar breaks the handler" in waiting["reason"]
        await letters.settle(waiting["id"], "given_up")
        await send(jars, added(new_id()))
        await until(lambda: _equals(jars.count("sightings"), 3))
    assert [row["sequence"] for row in await sequences(jars, jar_id)] == [2]
    assert await letters.unsettled() == []


async def test_a_dead_letter_carries_its_reason_on_its_own_topic(start_jars):
    bus = await a_bus()
    jars = await start_jars(bus)
    await bus.publish([OutgoingMessage("jar", "k", b"not json", {"ce_id": "x"})])
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("dead_letters"), 1))
    reader = await bus.subscribe("operator", ["jar.dead.jars"])
    (letter,) = await reader.fetch(max_messages=10, timeout_seconds=5)
    await reader.close()
    assert letter.value == b"not json"
    assert "BrokenMessage" in letter.headers["dead_reason"]


async def test_a_replayed_letter_is_applied_once_and_settled(start_jars, monkeypatch):
    jars = await start_jars(await a_bus())
    jar_id = new_id()
    await send(jars, added(jar_id, poison=True))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("dead_letters"), 1))
    letters = DeadLetters(jars.runtime.pool, "jars")
    (row,) = await letters.unsettled()
    consumer = Consumer(jars.runtime)
    assert "breaks the handler" in await consumer.replay(row)
    await jars.runtime.pool.execute(
        "UPDATE dead_letters SET value = $1", f'{{"jar_id": "{jar_id}"}}'.encode()
    )
    (row,) = await letters.unsettled()
    assert await consumer.replay(row) == ""
    assert await letters.unsettled() == []
    assert await jars.count("sightings") == 1
    await jars.run_job(PRUNE)
    assert await jars.count("dead_letters") == 1
    # A month later nothing of what it held of people is left.
    await jars.runtime.pool.execute("UPDATE dead_letters SET settled_at = settled_at - interval '31 days'")
    await jars.run_job(PRUNE)
    assert await jars.count("dead_letters") == 0


async def test_failures_in_a_row_stop_the_consumer_instead_of_emptying_the_topic(start_jars):
    jars = await start_jars(await a_bus())
    await send(jars, *(added(new_id(), poison=True) for _ in range(30)))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _sick(jars))
        assert (await jars.operations.get("/readyz")).status_code == 503
    assert await jars.count("dead_letters") < consumer_module.POISON_LIMIT


async def _sick(jars):
    return "consume" in jars.runtime.sick and "in a row" in jars.runtime.sick["consume"]


async def test_a_consumer_that_was_down_catches_up_in_order(start_jars):
    jars = await start_jars(await a_bus())
    jar_id = new_id()
    async with working(jars, Consumer(jars.runtime).run()):
        await send(jars, added(jar_id, 1))
        await until(lambda: _equals(jars.count("sightings"), 1))
    await send(
        jars,
        *(an_event("jar.filled.v1", str(jar_id), {"jar_id": str(jar_id)}, sequence=n) for n in range(2, 60)),
    )
    jars.runtime.stopping.clear()
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("sightings"), 59))
    assert [row["sequence"] for row in await sequences(jars, jar_id)] == list(range(1, 60))


async def test_a_broken_world_is_waited_for_and_nothing_is_buried(start_jars, postgres_server):
    jars = await start_jars(await a_bus())
    async with working(jars, Consumer(jars.runtime).run()):
        await send(jars, added(new_id()))
        await until(lambda: _equals(jars.count("sightings"), 1))
        # This test's own database only: other tests share the server.
        database = jars.runtime.settings.database_url.get_secret_value().rpartition("/")[2]
        postgres_server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = :'own' AND application_name = 'jars' AND pid <> pg_backend_pid()",
            own=database,
        )
        await send(jars, *(added(new_id()) for _ in range(5)))
        await until(lambda: _reached(jars, 6))
    assert await jars.count("dead_letters") == 0


async def _reached(jars, wanted):
    from kernel.postgres.engine import BROKEN_WORLD

    try:
        return await jars.count("sightings") == wanted
    except BROKEN_WORLD:
        return False


@pytest.mark.parametrize("expected_rows", [2])
async def test_a_write_that_touches_other_rows_than_promised_undoes_the_whole_commit(
    start_jars, expected_rows
):
    from kernel.core.errors import Stale
    from kernel.postgres.statement import Statement

    jars = await start_jars()
    async with jars.runtime.unit_of_work() as unit:
        unit.write(Statement("INSERT INTO jars VALUES (:id, 1, 1)", rows=expected_rows), id=new_id())
        unit.record(added(new_id()))
        with pytest.raises(Stale):
            await unit.commit()
    assert await jars.count("jars") == await jars.count("outbox") == 0


@pytest.mark.parametrize("ends_well", [True, False])
async def test_what_was_flushed_stands_or_falls_with_the_commit(start_jars, ends_well):
    """Nobody sees it before; a last write that is stale undoes it, and so does leaving without a commit."""
    from kernel.core.errors import Stale
    from kernel.postgres.statement import Statement

    jars = await start_jars()
    insert = "INSERT INTO jars VALUES (:id, 1, 1)"
    async with jars.runtime.unit_of_work() as unit:
        for _ in range(2):
            unit.write(Statement(insert), id=new_id())
            unit.record(added(new_id()))
            await unit.flush()
            assert unit.has_changes
        assert await jars.count("jars") == await jars.count("outbox") == 0
        unit.write(Statement(insert, rows=1 if ends_well else 2), id=new_id())
        if ends_well:
            await unit.commit()
            assert not unit.has_changes
        else:
            with pytest.raises(Stale):
                await unit.commit()
    assert (await jars.count("jars"), await jars.count("outbox")) == ((3, 2) if ends_well else (0, 0))
    async with jars.runtime.unit_of_work() as unit:
        unit.write(Statement(insert), id=new_id())
        await unit.flush()
    assert await jars.count("jars") == (3 if ends_well else 0)


@pytest.mark.parametrize("tells", [True, False])
async def test_only_a_commit_that_tells_something_wakes_the_relay(start_jars, tells):
    """Flushed or not; what was undone told nothing, whatever the unit does next."""
    from kernel.postgres.statement import Statement

    jars = await start_jars()
    due = jars.runtime.relay_due
    due.clear()
    async with jars.runtime.unit_of_work() as unit:
        unit.record(added(new_id()))
        await unit.flush()
        await unit.close()
        assert not due.is_set()
        if tells:
            unit.record(added(new_id()))
            await unit.flush()
        unit.write(Statement("INSERT INTO jars VALUES (:id, 1, 1)"), id=new_id())
        await unit.commit()
    assert due.is_set() is tells


async def test_a_relay_that_is_told_to_stop_marks_what_it_published(start_jars):
    """It marks with its next look, which is the last when the process stops in between."""
    jars = await start_jars(await a_bus(), relay_poll_milliseconds=5000)
    relay = asyncio.create_task(run_relay(jars.runtime))
    await jars.post("/v1/jars", {"pebbles": 1}, a_person())
    await until(lambda: _has_published(jars))
    jars.runtime.stopping.set()
    jars.runtime.wake_relay()
    await relay
    assert await jars.runtime.pool.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


async def _has_published(jars):
    return any(jars.runtime.bus.log.messages("jar"))


async def test_an_event_no_bus_takes_is_never_written_and_one_from_before_holds_up_no_other(start_jars):
    jars = await start_jars(await a_bus())
    pool = jars.runtime.pool
    with pytest.raises(EventTooHeavy):
        async with JobTick(jars.runtime, jars.runtime.clock.now()).open_work() as work:
            work.record(added(new_id(), words="x" * MOST_DATA_BYTES))
    assert await jars.count("outbox") == 0
    jar = (await jars.post("/v1/jars", {"pebbles": 1}, a_person())).json()
    await pool.execute("UPDATE outbox SET data = jsonb_build_object('words', repeat('x', 1000000))")
    async with working(jars, run_relay(jars.runtime), Consumer(jars.runtime).run()):
        assert (await jars.post("/v1/jars", {"pebbles": 1}, a_person())).status_code == 201
        await until(lambda: _equals(jars.count("sightings"), 1))
    left = await pool.fetch("SELECT key FROM outbox WHERE published_at IS NULL")
    assert [row["key"] for row in left] == [jar["id"]]
