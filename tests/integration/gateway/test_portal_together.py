"""Every fault at once, by the API as people use it: refused ones told again, windows kept, all told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.gateway.jobs.portal.reconcile import PORTAL_RECONCILE
from tests.integration.gateway.portal_dossiers import AGENCY, ADossier
from tests.integration.gateway.portal_world import World, a_world

SYNC = "/api/v1/portal-sync"
WHOLE = ["1", "2", "4", "9", "10"]
MERGED = {"code": "H99.205", "name": "Ủy ban nhân dân phường Bến Mới"}
WORST = {
    "slow_ms": 40,
    "html_5xx": {"value": True, "times": 4},
    "error_code_as": "padded",
    "lose_answer_after_applying": {"value": "cut", "times": 5},
    "expire_sessions_every_n": 7,
    "duplicate_answers": {"value": True, "times": 2},
}


@pytest.fixture
async def world(start) -> AsyncIterator[World]:
    async with a_world(start, portal_windows=[{"from": "11:30", "to": "13:00", "per_second": 0}]) as found:
        yield found


async def figures(world: World) -> Any:
    answer = await world.ask("GET", f"{SYNC}/figures", "giam-sat")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows(world: World, state: str) -> Any:
    return (await world.ask("GET", f"{SYNC}/ledger?state={state}")).json()["items"]


async def test_all_troubles_at_once_end_with_every_status_once_and_in_order(world: World, record_figure):
    dossiers = [ADossier().to_the_end() for _ in range(12)]
    odd = dossiers[0]
    for view in (view for one in dossiers[6:8] for view in one.views.values()):
        # Merged while it ran: who goes on with it is another than who took it.
        view["continuing_agency"] = MERGED
    refusal = {"dossier": odd.code, "error_code": -7, "message": "Sai mã lĩnh vực"}
    await world.faults(**WORST, refuse=[{**refusal, "service": "DongBoHoSoMC"}])
    await world.hears(*dossiers)
    for _ in range(12):
        await world.sends()
        world.passes(seconds=20)
    shown = await figures(world)
    assert (shown["refused"], shown["confirmed"]) == (1, 5 * 11)
    assert [(one["code"], one["message"]) for one in shown["refused_by_reason"]] == [
        ("-7", "Sai mã lĩnh vực")
    ]
    (dead,) = await rows(world, "REFUSED")
    assert (dead["dossier_id"], dead["portal_status"]) == (str(odd.id), 1)
    assert await world.statuses(odd.code) == [], "what follows a refused row waits behind it"

    world.gateway.clock.set(world.gateway.clock.now().replace(hour=11, minute=45))
    world._tokens.clear()
    await world.faults()
    place = f"{dead['dossier_id']}:{dead['version']}:{dead['part']}"
    replay = await world.ask("POST", f"{SYNC}/ledger/{place}/replay", body={})
    assert replay.status_code == 200, replay.text
    asked = len(world.wire.calls)
    assert await world.sends() == 0
    assert len(world.wire.calls) == asked, "in the hours agreed on nobody calls"
    world.passes(hours=2)
    world._tokens.clear()
    began = asyncio.get_running_loop().time()
    await world.settles()
    record_figure("seconds to tell five rows that had waited", asyncio.get_running_loop().time() - began)

    for one in dossiers:
        assert await world.statuses(one.code) == WHOLE
        held = (await world.portal.get(f"/sandbox/dossiers/{one.code}")).json()["record"]
        goes_on = MERGED if one in dossiers[6:8] else AGENCY
        assert held["DonViXuLy"] == goes_on["name"], "the portal's people are sent to who works it now"
        assert [entry["TrangThai"] for entry in await world.progress(one.code)] == WHOLE[1:]
        assert set(await world.states(one.id)) == {"CONFIRMED"}
    shown = await figures(world)
    assert (shown["waiting"], shown["refused"], shown["confirmed"]) == (0, 0, 5 * 12)
    await world.gateway.run_job(PORTAL_RECONCILE)
    assert (await world.ask("GET", f"{SYNC}/differences")).json() == []
    published = await world.gateway.published("portal_sync.confirmed.v1")
    places = [(row["data"]["dossier_id"], row["data"]["version"], row["data"]["part"]) for row in published]
    assert len(places) == len(set(places)) == 5 * 12
