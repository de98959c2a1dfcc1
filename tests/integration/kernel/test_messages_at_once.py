"""Messages that wait share a transaction: what it does to order, doubles, failures and causes is nothing."""

from kernel.bus.consumer import Consumer
from kernel.bus.dead_letters import DeadLetters
from kernel.bus.relay import run_relay
from kernel.core.ids import new_id
from kernel.testing.running import a_person, an_event
from tests.integration.kernel.test_events import _equals, _sick, a_bus, added, send, sequences, until, working

WAITING = 24


def filled(jar_id, sequence, **data):
    return an_event("jar.filled.v1", str(jar_id), {"jar_id": str(jar_id), **data}, sequence=sequence)


def transactions(jars):
    return jars.runtime.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM sightings")


async def test_messages_that_wait_share_a_transaction_and_keep_their_order(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    jar_id = new_id()
    await send(jars, *(filled(jar_id, number) for number in range(1, WAITING + 1)))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("inbox"), WAITING))
    assert [row["sequence"] for row in await sequences(jars, jar_id)] == list(range(1, WAITING + 1))
    assert await transactions(jars) == WAITING / 8


async def test_one_that_was_applied_before_is_left_out_and_its_neighbours_are_applied(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    jar_id = new_id()
    before = filled(jar_id, 3)
    await jars.receive(before)
    await send(jars, filled(jar_id, 1), filled(jar_id, 2), before, filled(jar_id, 4))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("inbox"), 4))
    assert sorted(row["sequence"] for row in await sequences(jars, jar_id)) == [1, 2, 3, 4]


async def test_one_that_cannot_be_applied_is_buried_alone_and_only_its_key_waits(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    broken = new_id()
    same_partition = [filled(broken, 1), added(broken, 2, poison=True), filled(broken, 3)]
    await send(jars, *same_partition, *(added(new_id()) for _ in range(5)))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("dead_letters"), 2))
        await until(lambda: _equals(jars.count("sightings"), 6))
    buried, behind = await DeadLetters(jars.runtime.pool, "jars").unsettled()
    assert (buried["state"], behind["state"]) == ("waiting", "behind")
    assert [row["sequence"] for row in await sequences(jars, broken)] == [1]


async def test_failures_in_a_row_stop_the_consumer_as_they_do_one_by_one(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    await send(jars, *(added(new_id(), poison=True) for _ in range(30)))
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _sick(jars))
    assert await jars.count("sightings") == await jars.count("inbox") == 0


async def test_what_an_event_causes_names_that_event_and_no_neighbour(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    jar_id = new_id()
    events = [filled(jar_id, number, echo=True) for number in range(1, 9)]
    await send(jars, *events)
    async with working(jars, Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("outbox"), 8))
    assert [row["causation_id"] for row in await jars.published()] == [str(event.id) for event in events]
    assert await transactions(jars) == 1


async def test_what_is_written_reaches_its_consumer_through_the_relay_as_before(start_jars):
    jars = await start_jars(await a_bus(), at_once=8)
    for _ in range(WAITING):
        assert (await jars.post("/v1/jars", {"pebbles": 1}, a_person())).status_code == 201
    async with working(jars, run_relay(jars.runtime), Consumer(jars.runtime).run()):
        await until(lambda: _equals(jars.count("sightings"), WAITING))
    assert await jars.count("inbox") == WAITING
    assert await transactions(jars) < WAITING
