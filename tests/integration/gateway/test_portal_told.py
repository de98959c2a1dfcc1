"""What the portal is told of a dossier, over either road and by its own year."""

import pytest

from kernel.testing.running import an_event
from sandbox.portal.settings import PortalSettings
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import send


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


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


SECTOR = {"code": "1.004873", "sector": "G15-TP07", "sector_name": "Hộ tịch"}


OTHER_ID = "11111111-2222-3333-4444-555555555555"
TECH_ID = "5f0e2c1a-9d3b-4a7e-8c21-0b6f4d2e7a99"
UNREACHED = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)


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
        # One that waits for people was of another account: it made no dossier.
        await send(world, a_message(code, MaDoiTuong=OTHER_ID, MaTTHC="9.999999"))
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


def reappointed(dossier: ADossier) -> str:
    """Give it a new date under the same status, as the dossier service tells it; return the date as told."""
    dossier.went("reappointed")
    before, view = dossier.views[dossier.version - 1], dossier.views[dossier.version]
    view["due_at"] = "2026-03-10T17:00:00+07:00"
    entries = [{**one["progress"][-1], "status": one["portal_status"]} for one in (before, view)]
    view["progress"] = entries
    view["change"] = {"promised_anew": view["due_at"]}
    return "20260310170000"


async def test_a_new_date_under_the_same_status_is_told_also_when_its_first_answer_is_lost(start):
    """What the portal counts lateness by is never the date of before."""
    async with a_world(start) as world:
        for is_lost in (False, True):
            dossier = ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
            await world.hears_on(dossier)
            await world.settles()
            due = reappointed(dossier)
            if is_lost:
                await world.faults(html_5xx={"value": True, "times": 1})
            await world.hears_on(dossier)
            await world.settles()
            record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
            assert (record["NgayHenTra"], record["TrangThaiHoSo"]) == (due, "4"), is_lost
            entries = await world.progress(dossier.code)
            assert len(entries) == 3
            assert entries[-1]["NoiDungXuLy"].endswith("Ngày hẹn trả kết quả mới: 10/03/2026 17:00")


async def test_a_dossier_born_there_is_told_its_new_date_also_when_the_first_answer_is_lost(start):
    """The status stays as it is; the words say what happened and by when, once."""
    nobody = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)
    async with a_world(start, nobody) as world:
        for number, fault in enumerate(({}, {"html_5xx": {"value": True, "times": 1}})):
            code = f"G22.99-260303-00020{number}"
            await submitted_on_portal(world, code)
            dossier = ADossier(origin="PORTAL", portal_code=code)
            dossier.went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
            await world.hears_on(dossier)
            await world.settles()
            reappointed(dossier)
            dossier.views[dossier.version]["note"] = "Cần xác minh thêm"
            await world.faults(**fault)
            await world.hears_on(dossier)
            await world.settles()
            assert await world.statuses(code) == ["2", "4", "4"]
            arrivals = (await world.portal.get(f"/sandbox/arrivals?code={code}")).json()
            assert arrivals[-1]["body"]["NoiDung"] == (
                "reappointed - Cần xác minh thêm. Ngày hẹn trả kết quả mới: 10/03/2026 17:00"
            )


async def test_a_status_goes_back_with_the_account_of_the_message_that_was_taken(start):
    """One that waits for people may name another's account under the same code."""
    async with a_world(start, UNREACHED) as world:
        code, other = "G22.99-260303-000777", "11111111-2222-3333-4444-555555555555"
        await submitted_on_portal(world, code)
        parked = await send(world, a_message(code, MaDoiTuong=other, MaTTHC="9.999999"))
        assert parked["message"].endswith("chờ xử lý")
        assert (await send(world, a_message(code, MaDoiTuong=TECH_ID)))["error_code"] == 0
        await world.hears(ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED"))
        await world.sends()
        arrivals = (await world.portal.get("/sandbox/arrivals")).json()
        assert {one["body"]["MaDoiTuong"] for one in arrivals} == {TECH_ID}
