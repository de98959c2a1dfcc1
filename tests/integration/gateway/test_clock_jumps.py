"""A wall clock that jumps by an hour, as by a wrong time server: nothing waits, nothing lasts longer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kernel.testing.running import RunningService
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.keeping import PORTAL_CLOCK
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.identity_world import Browser, a_door_to_both
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import a_world
from tests.integration.gateway.test_portal_intake import inbox, send
from tests.integration.gateway.test_tracking import CODE, a_dossier_event, track

LIFE = ["1", "2", "4", "9", "10"]
MINUTES = 3


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


@pytest.fixture
async def browser(start) -> AsyncIterator[Browser]:
    async with a_door_to_both(start) as (door, issuers, _):
        yield Browser(door, issuers)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_backlog_goes_on_within_minutes_whichever_way_the_clock_jumped(world, hours: int):
    """Rows never tried and rows that wait for the portal alike, each status once and in order."""
    tried, fresh = ADossier().to_the_end(), ADossier().to_the_end()
    await world.hears(tried)
    await world.faults(down=True)
    await world.sends()
    await world.hears(fresh)
    await world.faults()
    world.passes(hours=hours)
    for _ in range(MINUTES):
        await world.gateway.run_job(PORTAL_CLOCK)
        await world.sends()
        world.passes(minutes=1)
    for dossier in (tried, fresh):
        assert await world.statuses(dossier.code) == LIFE


async def test_a_lease_of_a_killed_sender_does_not_last_the_hour(world):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.gateway.runtime.resources.portal.sender._tell.claim(1)
    world.passes(hours=-1)
    await world.gateway.run_job(PORTAL_CLOCK)
    assert await world.sends() == 0, "a sender that lives still may renew it"
    world.passes(minutes=2)
    for _ in range(MINUTES):
        await world.sends()
        world.passes(minutes=1)
    assert await world.statuses(dossier.code) == LIFE


async def test_a_message_kept_while_the_dossier_service_was_away_goes_on_too(world):
    world.dossiers.is_down = True
    assert (await send(world, a_message()))["error_code"] == 0
    world.dossiers.is_down = False
    world.passes(hours=-1)
    await world.gateway.run_job(PORTAL_CLOCK)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]


async def test_a_free_failure_blocks_nobody_by_another_replicas_clock(door: RunningService):
    """Replicas differ by some milliseconds, and a clock may be set back: a slip of the hand is no wait."""
    await door.receive(a_dossier_event("accepted", 2))
    assert (await track(door, CODE, "AAAAAAAA")).status_code == 404
    door.clock.advance(timedelta(milliseconds=-200))
    assert (await track(door)).status_code == 200


async def test_what_was_looked_up_lasts_no_longer_when_the_clock_is_set_back(browser: Browser):
    """Another replica ended the session: here it is believed for seconds, not for the hour again."""
    await browser.signs_in("vneid", "an")
    assert (await browser.session())["status"] == 200
    await browser.door.runtime.pool.execute("DELETE FROM sessions")
    browser.door.clock.advance(timedelta(hours=-1))
    assert (await browser.session())["status"] == 401
