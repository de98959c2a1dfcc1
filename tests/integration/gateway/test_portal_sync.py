"""What the portal is told: every status once and in order, whatever happens on the way."""

import asyncio

import pytest

from kernel.testing.running import an_event
from sandbox.portal.settings import PortalSettings
from services.gateway.jobs.portal_sync import PortalSender
from tests.integration.gateway.portal_world import ADossier, World, a_world
from tests.integration.gateway.test_portal_intake import a_message, send


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


async def submitted_on_portal(world: World, code: str) -> None:
    """Let the portal hold a dossier of its own; nobody answers on the way down, which is not asked here."""
    body = {
        "procedure_code": "1.004873",
        "code": code,
        "owner": {"name": "Nguyễn Văn An", "identity_number": "099088000011"},
    }
    answer = await world.portal.post("/sandbox/submissions", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_dossier_born_there_is_told_by_status_from_its_first_decision_on(start):
    nobody = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)
    async with a_world(start, nobody) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        dossier = ADossier(origin="PORTAL", portal_code=code).to_the_end()
        refused_code = "G22.99-260303-000124"
        await submitted_on_portal(world, refused_code)
        refused = ADossier(origin="PORTAL", portal_code=refused_code)
        refused.went("intake_refused", "INTAKE_REFUSED")
        await world.hears(dossier, refused)
        await world.sends()
        assert await world.statuses(code) == ["2", "4", "9", "10"]
        assert await world.statuses(refused_code) == ["11"]
        held = (await world.portal.get(f"/sandbox/dossiers/{code}")).json()
        assert held["own_code"] == dossier.code
        arrivals = (await world.portal.get("/sandbox/arrivals")).json()
        assert {item["service"] for item in arrivals} == {"DongBoTrangThaiHoSo"}


async def test_a_mirror_is_never_pushed(world: World):
    mirror = ADossier(origin="CENTRAL").to_the_end()
    await world.hears(mirror)
    assert await world.sends() == 0


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


async def test_a_procedure_without_a_portal_code_waits_until_it_is_mapped(world: World):
    dossier = ADossier(procedure={"code": "BL.0001", "name": "Thủ tục riêng", "sector": "X"}).to_the_end()
    await world.hears(dossier)
    await world.sends()
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert figures["unmapped_procedures"] == [{"procedure_code": "BL.0001", "rows": 1}]
    address = "/api/v1/portal-sync/procedures/BL.0001"
    answer = await world.ask("PUT", address, body={"portal_code": "1.004873"}, seen='"0"')
    assert answer.status_code == 204, answer.text
    await world.sends()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
    assert record["MaTTHC"] == "1.004873"


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


async def test_through_a_provincial_gateway_the_portal_gets_the_same(start):
    async with a_world(start, portal_driver="gateway") as world:
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.faults(lose_answer_after_applying={"value": True, "times": 2})
        await world.settles()
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
        assert len(await world.progress(dossier.code)) == 4


async def test_through_the_exchange_the_destination_is_named(start):
    async with a_world(start, portal_prefix="/VXPAdapter/RestService/forward") as world:
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.sends()
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]


async def test_a_portal_of_2020_gets_no_newer_field(start):
    async with a_world(start, PortalSettings(mode="2020"), portal_mode="2020") as world:
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await world.sends()
        record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
        assert "KenhThucHien" not in record
        assert record["NgayTiepNhan"] == "20260303081000"


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


READS = ("figures", "ledger", "differences", "inbound")
MENDS = (
    ("POST", "ledger/0193a5c2-7d00-7a10-8000-0000000000aa:1:0/replay"),
    ("POST", "inbound/0193a5c2-7d00-7a10-8000-0000000000aa/replay"),
    ("PUT", "procedures/BL.0001"),
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


SECTOR = {"code": "1.004873", "sector": "G15-TP07", "sector_name": "Hộ tịch"}
TECH_ID = "5f0e2c1a-9d3b-4a7e-8c21-0b6f4d2e7a99"


async def test_the_portal_is_told_the_sectors_name_and_the_owners_account(world: World):
    await world.gateway.receive(an_event("procedure.published.v1", "1.004873", SECTOR))
    dossier = ADossier().went("accepted", "ACCEPTED")
    for event in dossier.events:
        event.data["dossier"]["owner_subject"] = TECH_ID
    sample = ADossier().went("accepted", "ACCEPTED")
    sample.events[-1].data["dossier"]["owner_subject"] = "cong-dan-an"
    await world.hears(dossier, sample)
    await world.sends()
    told = [
        (await world.portal.get(f"/sandbox/dossiers/{one.code}")).json()["record"]
        for one in (dossier, sample)
    ]
    assert [(one["TenLinhVuc"], one["MaDoiTuong"]) for one in told] == [("Hộ tịch", TECH_ID), ("Hộ tịch", "")]
    assert [(one["DSKetNoiCSDL"], one["DuocThanhToanTrucTuyen"]) for one in told] == [([], "0")] * 2


async def test_an_account_named_by_the_portal_itself_goes_back_with_the_status(start):
    nobody = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)
    async with a_world(start, nobody) as world:
        code = "G22.99-260303-000777"
        await submitted_on_portal(world, code)
        await send(world, a_message(code, MaDoiTuong=TECH_ID.upper()))
        await world.hears(ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED"))
        await world.sends()
        (arrival,) = (await world.portal.get("/sandbox/arrivals")).json()
        assert arrival["body"]["MaDoiTuong"] == TECH_ID


async def test_what_ends_before_acceptance_is_seen_here_and_never_sent(world: World):
    """Statuses 3, 5 and 7 of dossiers that were never accepted (ADR 0013)."""
    refused = ADossier().went("intake_refused", "INTAKE_REFUSED")
    asked = ADossier().went("intake_supplement_requested", "INTAKE_SUPPLEMENT")
    cancelled = ADossier().went("cancelled", "CANCELLED")
    await world.hears(refused, asked, cancelled)
    assert await world.sends() == 0
    for one, status in ((refused, 3), (asked, 5), (cancelled, 7)):
        assert await world.statuses(one.code) == []
        assert one.views[one.version]["portal_status"] == status
        page = await world.ask("GET", f"/api/v1/portal-sync/ledger?dossier_id={one.id}")
        assert page.json()["items"] == []
    assert await world.gateway.count("tracking") == 3, "seen by whoever asks here"
