"""Senders of the portal: killed, slow, two at once, without a database; nothing is told twice."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.jobs.portal.sync import PortalSender
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


def a_scan() -> dict[str, Any]:
    shown = {"is_digitised": True, "reuse": 0, "is_from_personal_store": False}
    named = {"file_name": "don.pdf", "name": "Đơn", "component_code": "K1", "media_type": "application/pdf"}
    return {"attachment_id": str(uuid4()), **named, **shown}


async def test_a_sender_killed_amid_a_call_leaves_a_row_that_is_told_once(start):
    async with a_world(start) as world:
        dossiers = [ADossier().to_the_end() for _ in range(4)]
        await world.hears(*dossiers)
        await world.faults(slow_ms=300)
        sender = world.gateway.runtime.resources.portal.sender
        for _ in range(3):
            running = asyncio.create_task(sender.run(asyncio.Event()))
            await asyncio.sleep(0.25)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            world.passes(seconds=5)
        held = await world.gateway.runtime.pool.fetchval(
            "SELECT count(*) FROM portal_ledger WHERE state = 'SENDING'"
        )
        assert held > 0, "nothing was in flight when the sender was killed"
        await world.faults()
        await world.settles()
        for dossier in dossiers:
            assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_a_lost_lease_changes_nothing(world: World):
    dossier = ADossier().went("accepted", "ACCEPTED")
    await world.hears(dossier)
    tell = world.gateway.runtime.resources.portal.sender._tell
    (slow,) = await tell.claim(5)
    world.passes(minutes=6)
    (quick,) = await tell.claim(5)
    assert quick.is_uncertain
    told = await tell.tell(quick)
    assert await tell.keep([(quick, told)]) == ["confirmed"]
    assert await tell.keep([(slow, told)]) == ["lost"]
    published = await world.gateway.published("portal_sync.confirmed.v1")
    assert len(published) == 1


async def test_a_stopping_sender_ends_what_it_began(world: World):
    dossiers = [ADossier().to_the_end() for _ in range(3)]
    await world.hears(*dossiers)
    await world.faults(slow_ms=200)
    stopping = asyncio.Event()
    running = asyncio.create_task(world.gateway.runtime.resources.portal.sender.run(stopping))
    await asyncio.sleep(0.3)
    stopping.set()
    await asyncio.wait_for(running, 5)
    held = "SELECT count(*) FROM portal_ledger WHERE state = 'SENDING'"
    assert await world.gateway.runtime.pool.fetchval(held) == 0


async def kill(running: asyncio.Task[None]) -> None:
    """End a sender as a kill does for the ledger: nothing it holds is given back."""
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_follows_a_killed_sender_goes_on_within_seconds(world: World):
    dossiers = [ADossier().to_the_end() for _ in range(4)]
    await world.hears(*dossiers)
    await world.faults(slow_ms=1500)
    sender = world.gateway.runtime.resources.portal.sender
    running = asyncio.create_task(sender.run(asyncio.Event()))
    await asyncio.sleep(0.5)
    await kill(running)
    held = "SELECT count(*) FROM portal_ledger WHERE state = 'SENDING'"
    assert await world.gateway.runtime.pool.fetchval(held) == 4
    await world.faults()
    assert await world.sends() == 0, "a lease that has not ended is somebody else's"
    world.passes(seconds=5)
    await world.sends()
    for dossier in dossiers:
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_a_living_sender_keeps_its_rows_however_slow_the_portal_is(start):
    async with a_world(start, portal_lease_seconds=1, portal_timeout_seconds=5) as world:
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await world.faults(slow_ms={"value": 1800, "times": 1, "service": "DongBoHoSoMC"})
        sender = world.gateway.runtime.resources.portal.sender
        stopping = asyncio.Event()
        running = asyncio.create_task(sender.run(stopping))
        for _ in range(6):
            await asyncio.sleep(0.25)
            world.passes(seconds=0.5)
            assert await sender._tell.claim(5) == [], "renewed, so nobody else's"
        await asyncio.sleep(1)
        stopping.set()
        await running
        assert await world.statuses(dossier.code) == ["1", "2"]


async def test_a_result_the_database_did_not_take_is_asked_after_within_seconds(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    tell = world.gateway.runtime.resources.portal.sender._tell
    keep = tell.keep

    async def away(results):
        tell.keep = keep
        raise ConnectionError("the database went away")

    tell.keep = away
    await world.sends()
    assert await world.statuses(dossier.code) == ["1"]
    world.passes(seconds=5)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_a_sender_that_cannot_renew_falls_silent_before_its_leases_end(start):
    async with a_world(start, portal_lease_seconds=1, portal_timeout_seconds=10) as world:
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await world.faults(slow_ms={"value": 3000, "times": 1, "service": "DongBoHoSoMC"})
        sender = world.gateway.runtime.resources.portal.sender

        async def away(held):
            raise ConnectionError("the database went away")

        renew, sender._tell.renew = sender._tell.renew, away
        running = asyncio.create_task(sender.run(asyncio.Event()))
        began = asyncio.get_running_loop().time()
        while not sender._flying:
            await asyncio.sleep(0.02)
        while sender._flying:
            assert asyncio.get_running_loop().time() < began + 2.5, "still speaking"
            await asyncio.sleep(0.02)
        await kill(running)
        sender._tell.renew = renew
        await asyncio.sleep(3)
        world.passes(seconds=1)
        await world.sends()
        assert await world.statuses(dossier.code) == ["1", "2"]


async def test_two_senders_at_once_tell_every_status_once_and_in_order(start):
    async with a_world(start) as world:
        dossiers = [ADossier().to_the_end() for _ in range(12)]
        await world.hears(*dossiers)
        await world.faults(slow_ms=20)
        first = world.gateway.runtime.resources.portal.sender
        second = PortalSender(first._tell, first._fence, first._clock, concurrency=5)
        for _ in range(30):
            await asyncio.gather(first.drain(), second.drain())
        for dossier in dossiers:
            assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_many_results_are_one_statement_and_a_lost_one_takes_none_along(world: World):
    dossiers = [ADossier().went("accepted", "ACCEPTED") for _ in range(8)]
    await world.hears(*dossiers)
    runtime, sent = world.gateway.runtime, []
    tell, before = runtime.resources.portal.sender._tell, runtime.unit_of_work
    results = [(claimed, await tell.tell(claimed)) for claimed in await tell.claim(8)]
    stolen = results[3][0].row.dossier_id
    theirs = (
        "UPDATE portal_ledger SET lease_id = gen_random_uuid() WHERE state = 'SENDING' AND dossier_id = $1"
    )
    await runtime.pool.execute(theirs, stolen)

    def counted(**ids: str):
        sent.append(before(**ids))
        return sent[-1]

    runtime.unit_of_work = counted  # type: ignore[method-assign]
    assert await tell.keep(results[4:]) == ["confirmed"] * 4
    assert [unit.statements for unit in sent] == [1]
    assert await tell.keep(results[:4]) == ["confirmed"] * 3 + ["lost"]
    assert len(await world.gateway.published("portal_sync.confirmed.v1")) == 7


async def test_the_addresses_of_many_dossiers_are_one_commit_and_are_given_out_once(world: World):
    """A commit a row was a wait for the disk each time."""
    dossiers = [ADossier(attachments=[a_scan()]).went("accepted", "ACCEPTED") for _ in range(8)]
    await world.hears(*dossiers)
    pool, gave = world.gateway.runtime.pool, []
    tell = world.gateway.runtime.resources.portal.sender._tell
    before = world.gateway.runtime.unit_of_work

    def counted(**ids: str):
        gave.append(before(**ids))
        return gave[-1]

    world.gateway.runtime.unit_of_work = counted  # type: ignore[method-assign]
    for most in (2, 0):
        claimed = await tell.claim(8)
        gave.clear()
        told = await asyncio.gather(*(tell.tell(one) for one in claimed))
        assert [one.outcome for one in told] == ["confirmed"] * 8
        assert len(gave) <= most, "those that come together are one; what was given out is not given anew"
        assert await tell.keep(list(zip(claimed, told, strict=True))) == ["confirmed"] * 8
    assert await pool.fetchval("SELECT count(DISTINCT dossier_id) FROM portal_files") == 8


async def test_an_address_that_cannot_be_kept_stops_no_other(world: World):
    spoilt = ADossier(attachments=[a_scan() | {"file_name": "giấy\x00tờ.pdf"}]).went("accepted", "ACCEPTED")
    others = [ADossier(attachments=[a_scan()]).went("accepted", "ACCEPTED") for _ in range(3)]
    await world.hears(*others[:2], spoilt, others[2])
    tell = world.gateway.runtime.resources.portal.sender._tell
    files = tell._telling._addresses
    publish, tried = files._publish, []

    async def refuses(new):
        tried.append(len(new))
        if any("\x00" in one.file.name for one in new):
            raise ValueError("not to be kept")
        await publish(new)

    files._publish = refuses
    claimed = await tell.claim(8)
    found = await asyncio.gather(*(tell.tell(one) for one in claimed), return_exceptions=True)
    outcomes = {one.row.code: told for one, told in zip(claimed, found, strict=True)}
    assert isinstance(outcomes[spoilt.code], ValueError)
    assert all(outcomes[one.code].outcome == "confirmed" for one in others)
    assert max(tried) > 1
