"""What the portal is told: every status once and in order, whatever happens on the way."""

import json
from pathlib import Path

import pytest

from kernel.testing.running import an_event
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world

MIRRORED = Path(__file__).parents[3] / "contracts/events/examples/mirrored_dossier.recorded.v1"


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


async def test_a_dossier_born_here_is_told_as_new_then_received_then_to_its_end(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    entries = await world.progress(dossier.code)
    assert [entry["TrangThai"] for entry in entries] == ["2", "4", "9", "10"]
    assert set(await world.states(dossier.id)) == {"CONFIRMED"}
    told = await world.gateway.published("portal_sync.confirmed.v1")
    assert [row["data"]["portal_status"] for row in told] == [1, 2, 4, 9, 10]


async def test_a_step_without_a_new_status_is_progress_only(world: World):
    dossier = ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
    dossier.went("step_completed").went("step_completed")
    await world.hears(dossier)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4"]
    assert len(await world.progress(dossier.code)) == 4


async def test_what_was_never_accepted_is_nobodys_news(world: World):
    refused = ADossier().went("intake_refused", "INTAKE_REFUSED")
    await world.hears(refused)
    assert await world.sends() == 0
    assert await world.gateway.count("portal_ledger") == 0


async def test_the_same_event_twice_is_one_row(world: World):
    dossier = ADossier().went("accepted", "ACCEPTED")
    await world.hears(dossier)
    await world.hears(dossier)
    assert await world.gateway.count("portal_ledger") == 2


async def test_a_dossier_of_the_counter_is_told_like_one_sent_in(world: World):
    dossier = ADossier(origin="COUNTER").went("accepted", "ACCEPTED")
    await world.hears(dossier)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2"]


async def test_a_mirror_is_never_pushed(world: World):
    mirror = ADossier(origin="CENTRAL").to_the_end()
    await world.hears(mirror)
    assert await world.sends() == 0


async def test_what_another_system_tells_of_its_dossiers_writes_nothing_for_the_portal(world: World):
    """One system owns a status: what a feed told, of a mirror or of ours that went there, is not ours."""
    for example in sorted(MIRRORED.glob("*.json")):
        data = json.loads(example.read_text(encoding="utf-8"))
        await world.gateway.receive(an_event("mirrored_dossier.recorded.v1", data["mirror_id"], data))
    assert await world.gateway.count("portal_ledger") == 0
    went = ADossier(origin="COUNTER").went("accepted", "ACCEPTED")
    went.went_to("MINISTRY").went("step_completed", "PROCESSING")
    await world.hears(went)
    await world.settles()
    assert await world.statuses(went.code) == ["1", "2"], "what it was when it still was ours"


@pytest.mark.parametrize("born", ["COUNTER", "PORTAL"])
async def test_what_another_system_ended_is_not_told_as_running_by_what_still_waited(world: World, born: str):
    """Not its end, which is that system's to tell, nor what it was before, unless the end is taken back."""
    code = None if born == "COUNTER" else "G22.99-260303-000001"
    went = (
        ADossier(origin=born, portal_code=code).went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
    )
    went.went_to("MINISTRY").went("ended_elsewhere", "RESULT_READY").went("archived", "ARCHIVED")
    await world.hears(went)
    await world.gateway.runtime.pool.execute("UPDATE portal_ledger SET attempts = 10")
    assert await world.sends() == 0
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert (figures["waiting"], figures["lag_seconds"], figures["stuck"]) == (0, 0, 0)
    assert (await world.ask("GET", "/api/v1/portal-sync/ledger?stuck=true")).json()["items"] == []
    known = len(went.events)
    went.went("reopened_elsewhere", "PROCESSING")
    await world.gateway.receive(*went.events[known:])
    assert await world.sends() > 0


FAULTS = {
    "down": {"down": {"value": True, "times": 3}},
    "cut": {"down": {"value": "cut", "times": 3}},
    "a page instead of an answer": {"html_5xx": {"value": True, "times": 3}},
    "answers lost after applying": {"lose_answer_after_applying": {"value": True, "times": 4}},
    "answers cut after applying": {"lose_answer_after_applying": {"value": "cut", "times": 4}},
    "codes as texts": {"error_code_as": "padded"},
    "sessions forgotten": {"expire_sessions_every_n": 3},
    "created but said to be there": {"duplicate_answers": {"value": True, "times": 2}},
    "slower than we wait": {"slow_ms": {"value": 2500, "times": 1, "service": "DongBoHoSoMC"}},
}


@pytest.mark.parametrize("fault", FAULTS, ids=[name.replace(" ", "-") for name in FAULTS])
async def test_every_status_arrives_once_and_in_order_through(world: World, fault: str):
    dossiers = [ADossier().to_the_end() for _ in range(3)]
    await world.hears(*dossiers)
    await world.faults(**FAULTS[fault])
    await world.settles()
    for dossier in dossiers:
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"], fault
        assert set(await world.states(dossier.id)) == {"CONFIRMED"}
        assert all(entry["count"] >= 1 for entry in await world.progress(dossier.code))
        assert len(await world.progress(dossier.code)) == 4


async def test_a_portal_that_is_away_for_days_loses_nothing(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.faults(down=True)
    for _ in range(40):
        await world.sends()
        world.passes(hours=2)
    assert (await world.states(dossier.id))[0] == "WAITING"
    await world.faults()
    world.passes(seconds=301)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_once_the_portal_answers_again_nobody_waits_out_the_rest(world: World):
    first, second = ADossier().to_the_end(), ADossier().to_the_end()
    await world.hears(first)
    await world.faults(down=True)
    for _ in range(8):
        await world.sends()
        world.passes(seconds=200)
    await world.faults()
    await world.hears(second)
    await world.sends()
    assert await world.statuses(first.code) == ["1", "2", "4", "9", "10"]


async def test_a_dossier_service_that_is_away_is_waited_for(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    world.dossiers.is_down = True
    await world.sends()
    assert await world.statuses(dossier.code) == []
    world.dossiers.is_down = False
    world.passes(seconds=10)
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_a_refusal_is_shown_holds_back_its_dossier_only_and_is_replayed(world: World):
    bad, good = ADossier().to_the_end(), ADossier().to_the_end()
    await world.hears(bad, good)
    refuse = {"error_code": -7, "message": "Dữ liệu không hợp lệ", "dossier": bad.code, "status": "4"}
    await world.faults(refuse=refuse)
    await world.sends()
    assert await world.statuses(bad.code) == ["1", "2"]
    assert await world.statuses(good.code) == ["1", "2", "4", "9", "10"]
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert figures["refused_by_reason"] == [{"code": "-7", "message": "Dữ liệu không hợp lệ", "rows": 1}]
    shown = (await world.ask("GET", "/api/v1/portal-sync/ledger?state=REFUSED")).json()["items"]
    assert [(row["dossier_id"], row["portal_status"]) for row in shown] == [(str(bad.id), 4)]
    await world.faults()
    answer = await world.ask("POST", f"/api/v1/portal-sync/ledger/{shown[0]['id']}/replay")
    assert answer.status_code == 200, answer.text
    await world.sends()
    assert await world.statuses(bad.code) == ["1", "2", "4", "9", "10"]
    refused = await world.gateway.published("portal_sync.refused.v1")
    assert [row["data"]["error_code"] for row in refused] == ["-7"]


async def test_what_was_refused_for_one_reason_is_replayed_in_one_call(world: World):
    """The portal's own trouble, told as a refusal of many dossiers: other reasons stay."""
    many, other = [ADossier().to_the_end() for _ in range(3)], ADossier().to_the_end()
    for one, message in ((many, "Tài khoản chưa được cấp quyền"), ([other], "Dữ liệu sai")):
        await world.faults(refuse={"error_code": -7, "message": message, "status": "2"})
        await world.hears(*one)
        await world.sends()
    await world.faults()
    path = "/api/v1/portal-sync/replays"
    reason = {"code": "-7", "message": "Tài khoản chưa được cấp quyền"}
    assert (await world.ask("POST", path, body={**reason, "limit": 0})).status_code == 422
    answer = await world.ask("POST", path, body={**reason, "limit": 2})
    assert (answer.status_code, answer.json()) == (200, {"replayed": 2})
    assert (await world.ask("POST", path, body=reason)).json() == {"replayed": 1}
    assert (await world.ask("POST", path, body=reason)).json() == {"replayed": 0}
    await world.sends()
    for dossier in many:
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert figures["refused_by_reason"] == [{"code": "-7", "message": "Dữ liệu sai", "rows": 1}]


async def test_a_procedure_without_a_portal_code_waits_until_it_is_mapped(world: World):
    dossier = ADossier(procedure={"code": "BL.0001", "name": "Thủ tục riêng", "sector": "X"}).to_the_end()
    await world.hears(dossier)
    await world.sends()
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert figures["unmapped_procedures"] == [{"procedure_code": "BL.0001", "rows": 1}]
    address = "/api/v1/portal-sync/mappings/PROCEDURE/BL.0001"
    answer = await world.ask("PUT", address, body={"portal_code": "1.004873"}, seen='"0"')
    assert answer.status_code == 204, answer.text
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
    assert record["MaTTHC"] == "1.004873"


async def test_what_the_portal_holds_otherwise_is_listed(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.sends()
    reconcile = world.gateway.runtime.resources.portal.reconcile
    assert await reconcile.run(10) == 0
    await world.portal.delete("/sandbox/state")
    assert await reconcile.run(10) == 1
    found = (await world.ask("GET", "/api/v1/portal-sync/differences")).json()
    assert [(item["code"], item["told_status"], item["is_there"]) for item in found] == [
        (dossier.code, 10, False)
    ]


async def test_a_dossier_that_went_to_a_ministry_differs_from_nothing_of_ours(start):
    """The ministry tells the portal of it: no task of ours, also one found before, until it comes back."""
    async with a_world(start, portal_mends=False) as world:
        left, ours = (
            ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING") for _ in range(2)
        )
        await world.hears(left, ours)
        await world.sends()
        reconcile = world.gateway.runtime.resources.portal.reconcile
        await world.portal.delete("/sandbox/state")
        assert await reconcile.run(10) == 2
        known = len(left.events)
        left.went_to("MINISTRY").went("step_completed")
        await world.gateway.receive(*left.events[known:])
        assert await differing(world) == {ours.code}
        assert (await world.ask("GET", "/api/v1/portal-sync/figures")).json()["differences"] == 1
        assert await reconcile.run(10) == 1
        await world.gateway.receive(left.went_to("PROVINCE").events[-1])
        assert await differing(world) == {ours.code, left.code}


async def differing(world: World) -> set[str]:
    """Return the codes the portal was found to hold otherwise."""
    return {item["code"] for item in (await world.ask("GET", "/api/v1/portal-sync/differences")).json()}


READS = ("figures", "ledger", "differences", "inbound")


MENDS = (
    ("POST", "ledger/0193a5c2-7d00-7a10-8000-0000000000aa:1:0/replay"),
    ("POST", "replays"),
    ("POST", "inbound/0193a5c2-7d00-7a10-8000-0000000000aa/replay"),
    ("PUT", "mappings/PROCEDURE/BL.0001"),
    ("POST", "files/0193a5c2-7d00-7a10-8000-0000000000aa/revocation"),
)


async def test_leaders_see_administrators_mend_and_nobody_else(world: World):
    assert (await world.gateway.get("/api/v1/portal-sync/figures")).status_code == 401
    for name in READS:
        path = f"/api/v1/portal-sync/{name}"
        assert (await world.ask("GET", path, "giam-sat")).status_code == 200
        assert (await world.ask("GET", path, "can-bo")).status_code == 403
    for method, name in MENDS:
        answer = await world.ask(
            method, f"/api/v1/portal-sync/{name}", "giam-sat", {"portal_code": "1.004873"}
        )
        assert answer.status_code == 403


async def test_the_ledger_costs_no_more_round_trip_than_the_message_itself(world: World):
    """The rows of an event, its inbox row and public tracking are one statement; so is a result."""
    dossier = ADossier().went("accepted", "ACCEPTED")
    world.dossiers.knows(dossier)
    runtime, sent = world.gateway.runtime, []
    before = runtime.unit_of_work

    def counted(**ids: str):
        unit = before(**ids)
        sent.append(unit)
        return unit

    runtime.unit_of_work = counted  # type: ignore[method-assign]
    await world.gateway.receive(*dossier.events)
    assert [unit.statements for unit in sent] == [1, 1]
    sent.clear()
    (claimed,) = await runtime.resources.portal.sender._tell.claim(5)
    tell = runtime.resources.portal.sender._tell
    assert await tell.keep([(claimed, await tell.tell(claimed))]) == ["confirmed"]
    assert [unit.statements for unit in sent] == [1, 1], "one claim, one result"
