"""The quota agreed with the portal holds for the province: for all processes, and for whatever they send."""

import asyncio
import time
from contextlib import asynccontextmanager

from kernel.bus.memory import MemoryBus
from kernel.runtime import open_runtime
from tests.integration.conftest import service_named
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world

PER_SECOND = 40
"""Far below what a busy machine can do: it is the quota that is waited for."""
LIFE = ["1", "2", "4", "9", "10"]


@asynccontextmanager
async def another_replica(of: World):
    """A second process on the same database, towards the same portal."""
    service, own = service_named("gateway"), of.gateway.runtime.settings
    async with open_runtime(service, own, MemoryBus(), of.gateway.clock) as replica:
        yield replica


async def _asks_on(portal, codes: list[str], end: asyncio.Event) -> int:
    asked = 0
    while not end.is_set():
        await portal.look_up(codes[asked % len(codes)])
        asked += 1
    return asked


async def test_two_replicas_and_a_portal_that_forgets_sessions_keep_the_quota(start):
    """A backlog is drained by one replica while the other asks too; signing in anew counts like any call."""
    async with a_world(start, portal_calls_per_second=PER_SECOND) as world, another_replica(world) as other:
        dossiers = [ADossier().to_the_end() for _ in range(5)]
        await world.hears(*dossiers)
        await world.faults(expire_sessions_every_n=9)
        end = asyncio.Event()
        began = time.monotonic()
        asking = asyncio.create_task(
            _asks_on(other.resources.portal.reconcile._portal, [one.code for one in dossiers], end)
        )
        await world.settles()
        end.set()
        asked = await asking
        took = time.monotonic() - began
        for dossier in dossiers:
            assert await world.statuses(dossier.code) == LIFE
        calls = len(world.wire.calls)
        logins = sum(call.service == "login" for call in world.wire.calls)
        assert asked > 3, "the other replica had its turns too"
        assert logins > 3
        # A quarter of a second's turns may be over from before.
        assert calls <= PER_SECOND * (took + 0.3) + 2, f"{calls} calls in {took:.1f} s"
        assert calls >= PER_SECOND * took * 0.5, f"{calls} calls in {took:.1f} s: turns are lost"
