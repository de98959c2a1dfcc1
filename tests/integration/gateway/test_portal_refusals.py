"""The same refusal said of everything: nothing is given up, and one poisoned mapping holds up nobody."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal.answers.streak import MANY_DOSSIERS
from tests.integration.gateway.portal_dossiers import PROCEDURE, ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_told import submitted_on_portal

Json = dict[str, Any]
POLITE = {"error_code": -9, "message": "Không ghi được dữ liệu hồ sơ"}
PROCEDURES = [PROCEDURE, *({**PROCEDURE, "code": f"1.00487{n}"} for n in (4, 5, 6))]
HELD = "SELECT state, count(*) FROM portal_ledger GROUP BY 1"


@pytest.fixture
async def world(start) -> AsyncIterator[World]:
    async with a_world(start) as found:
        yield found


def accepted(number: int) -> list[ADossier]:
    return [
        ADossier(procedure=dict(PROCEDURES[place % len(PROCEDURES)])).went("accepted", "ACCEPTED")
        for place in range(number)
    ]


async def rows(world: World) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await world.gateway.runtime.pool.fetch(HELD)}


async def test_what_a_polite_portal_refuses_of_everything_waits_and_goes_when_it_is_well(world: World):
    dossiers = accepted(3 * MANY_DOSSIERS)
    await world.faults(refuse=POLITE)
    await world.hears(*dossiers)
    await world.sends()
    assert await rows(world) == {"WAITING": 2 * len(dossiers)}, "also those refused before it was known"
    calls = len(world.wire.calls)
    for _ in range(20):
        world.passes(seconds=15)
        await world.sends()
    assert len(world.wire.calls) - calls < 4 * 20, "one asks, the others wait"
    await world.faults()
    await world.settles()
    for one in dossiers:
        assert await world.statuses(one.code) == ["1", "2"]


async def test_the_portals_words_of_a_citizen_are_in_no_log(world: World):
    """They stand in the ledger, which is an officer's to read."""
    words = "Số định danh của công dân Nguyễn Văn An không khớp CSDL dân cư"
    await world.faults(refuse={"service": "DongBoHoSoMC", "error_code": -9, "message": words})
    for dossier in accepted(MANY_DOSSIERS):
        await world.hears(dossier)
    with capture_logs() as logged:
        await world.sends()
    said = [line for line in logged if line["event"] == "portal_refuses_everything"]
    assert [line["code"] for line in said] == ["-9"]
    assert "Nguyễn Văn An" not in str(logged)


async def test_one_poisoned_mapping_is_refused_and_holds_up_nobody(world: World):
    poisoned = [ADossier(procedure=dict(PROCEDURES[1])).went("accepted", "ACCEPTED") for _ in range(20)]
    await world.faults(refuse={**POLITE, "procedure": PROCEDURES[1]["code"]})
    await world.hears(*poisoned)
    await world.sends()
    assert await rows(world) == {"REFUSED": 20, "WAITING": 20}
    fine = ADossier().went("accepted", "ACCEPTED")
    await world.hears(fine)
    await world.sends()
    assert await world.statuses(fine.code) == ["1", "2"]


async def test_a_mapping_of_many_procedures_holds_up_nobody_longer_than_one_question(world: World):
    """What is new is asked with first; once the portal took it, who was refused alike is refused for good."""
    poisoned = [
        ADossier(procedure=dict(PROCEDURES[1 + place % 3])).went("accepted", "ACCEPTED")
        for place in range(2 * MANY_DOSSIERS)
    ]
    each = [{**POLITE, "procedure": one["code"]} for one in PROCEDURES[1:]]
    await world.faults(refuse=each)
    await world.hears(*poisoned)
    await world.sends()
    assert set(await rows(world)) == {"WAITING"}
    fine = ADossier().went("accepted", "ACCEPTED")
    await world.hears(fine)
    world.passes(seconds=310)
    await world.sends()
    assert await world.statuses(fine.code) == ["1", "2"]
    world.passes(seconds=310)
    await world.sends()
    assert (await rows(world))["REFUSED"] == len(poisoned)


async def test_after_a_day_of_nothing_but_refusals_people_are_shown_them(world: World):
    dossiers = accepted(2 * MANY_DOSSIERS)
    await world.faults(refuse=POLITE)
    await world.hears(*dossiers)
    await world.sends()
    assert set(await rows(world)) == {"WAITING"}
    world.passes(hours=25)
    await world.sends()
    world.passes(seconds=310)
    await world.sends()
    assert (await rows(world))["REFUSED"] == len(dossiers)


@pytest.mark.parametrize("is_known", [True, False], ids=["known here", "known there only"])
async def test_nothing_is_told_over_another_dossier_of_the_same_code(start, is_known: bool):
    """The portal goes by the code alone: its record would become another citizen's."""
    code = "H99.201-260303-0001"
    async with a_world(start) as world:
        await submitted_on_portal(world, code)
        theirs = ADossier(origin="PORTAL", portal_code=code, code="H99.201-260303-0099")
        await world.hears(theirs.went("accepted", "ACCEPTED"))
        await world.settles()
        kept = (await world.portal.get(f"/sandbox/dossiers/{code}")).json()
        if not is_known:
            await world.gateway.runtime.pool.execute("DELETE FROM tracking_codes")
        ours = ADossier(code=code).went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
        await world.hears(ours)
        for _ in range(3):
            await world.sends()
            world.passes(seconds=400)
        assert (await world.portal.get(f"/sandbox/dossiers/{code}")).json() == kept
        told = "SELECT state, answer_code FROM portal_ledger WHERE dossier_id = $1 ORDER BY version, part"
        head, *behind = await world.gateway.runtime.pool.fetch(told, ours.id)
        assert tuple(head) == ("REFUSED", "code-of-another" if is_known else "already-there")
        assert {row["state"] for row in behind} == {"WAITING"}


@pytest.mark.parametrize("is_answer_lost", [False, True], ids=["at once", "after an answer that was lost"])
async def test_anothers_dossier_of_our_code_is_not_ours_for_its_status(start, is_answer_lost: bool):
    """It stands at exactly what a create tells; only its owner says that it is not ours."""
    code = "H99.201-260303-0001"
    nobody = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)
    async with a_world(start, nobody) as world:
        owner = {"name": "Lê Thị Bốn", "identity_number": "099088000022"}
        theirs = {"procedure_code": "1.004873", "code": code, "owner": owner}
        assert (await world.portal.post("/sandbox/submissions", json=theirs)).status_code == 201
        kept = (await world.portal.get(f"/sandbox/dossiers/{code}")).json()
        if is_answer_lost:
            await world.faults(html_5xx={"value": 502, "times": 1, "service": "DongBoHoSoMC"})
        ours = ADossier(code=code).went("accepted", "ACCEPTED")
        await world.hears(ours)
        for _ in range(3):
            await world.sends()
            world.passes(seconds=400)
        assert (await world.portal.get(f"/sandbox/dossiers/{code}")).json() == kept
        told = "SELECT state, answer_code FROM portal_ledger WHERE dossier_id = $1 ORDER BY version, part"
        head, *_ = await world.gateway.runtime.pool.fetch(told, ours.id)
        assert tuple(head) == ("REFUSED", "already-there")
        # Looked into by people, it may be told again all the same.
        again = await world.ask("POST", f"/api/v1/portal-sync/ledger/{ours.id}:2:0/replay")
        assert again.is_success, again.text
        await world.sends()
        assert (await world.statuses(code))[-1:] == ["2"]
