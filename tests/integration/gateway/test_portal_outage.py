"""A day without the portal, by the clock of the test: nothing lost, in order, nothing twice in effect."""

import random

from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import a_world

HOURS = 24
AN_HOUR = 4
WHOLE = ["1", "2", "4", "9", "10"]
LIVES = (
    ("accepted", "ACCEPTED"),
    ("handed_over", "PROCESSING"),
    ("result_issued", "RESULT_READY"),
    ("returned", "RETURNED"),
)
TROUBLES = (
    {"down": True},
    {"down": "cut"},
    {"html_5xx": True},
    {"lose_answer_after_applying": True},
    {"lose_answer_after_applying": "cut"},
    {"expire_sessions_every_n": 1},
    {"lose_answer_after_applying": {"value": True, "service": "DongBoHoSoMC"}},
)
"""How a portal is away: nobody there, a page of an error, applied without a word, no session lasts."""


async def test_a_day_of_trouble_loses_nothing_and_tells_nothing_twice(start, record_figure):
    chance = random.Random(24)
    async with a_world(start) as world:
        dossiers: list[ADossier] = []
        for hour in range(HOURS):
            await world.faults(**TROUBLES[hour % len(TROUBLES)])
            grown = [*dossiers[-3 * AN_HOUR :], *(ADossier() for _ in range(AN_HOUR))]
            dossiers += grown[-AN_HOUR:]
            await _let_live(world, grown, chance)
            await world.sends()
            world.passes(hours=1)
        await _let_live(world, dossiers, chance, to_the_end=True)
        waiting = await world.gateway.runtime.pool.fetchval(
            "SELECT count(*) FROM portal_ledger WHERE state <> 'CONFIRMED'"
        )
        await world.faults()
        world.passes(minutes=5)
        rounds = 0
        while await world.sends():
            rounds += 1
        for dossier in dossiers:
            assert await world.statuses(dossier.code) == WHOLE
            assert set(await world.states(dossier.id)) == {"CONFIRMED"}
            entries = await world.progress(dossier.code)
            assert [entry["TrangThai"] for entry in entries] == WHOLE[1:]
        assert waiting > AN_HOUR
        record_figure("rows waiting after the day", waiting)
        record_figure("rounds of the sender until all was told", rounds)


async def _let_live(world, dossiers: list[ADossier], chance: random.Random, *, to_the_end: bool = False):
    """Let each dossier come some steps further, and hand the gateway what happened."""
    for dossier in dossiers:
        done = len(dossier.events)
        left = LIVES[done - 1 :]
        steps = left if to_the_end else left[: chance.randint(0, 2)]
        for name, state in steps:
            dossier.went(name, state)
    await world.hears_on(*dossiers)
