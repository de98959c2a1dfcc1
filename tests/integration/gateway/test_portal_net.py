"""What no reader of the portal's messages reads is with the dossier, or waits for people who decide on it."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.gateway.domain.portal.inbound import reading as portal_reading
from services.gateway.domain.portal.inbound.net import LEFT, REMAINDER
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.keeping import PORTAL_FORGETTING
from services.gateway.jobs.portal.watch import PORTAL_WATCH
from tests.builders.gateway.portal import CODE, PDF, a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import INBOUND, correct, the_line
from tests.integration.gateway.test_portal_intake import KEY, a_supplement, a_tax_notice, inbox, send

SOFTLY = {"TenTepDinhKem": {"@ngayKy": "01/03/2026", "#text": "a.pdf"}, "Base64": PDF}


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


def dropping(name: str) -> Any:
    """Return a reader that forgets one member of a content."""
    whole = portal_reading.beside_form

    def reads(data: Any, profile: Any, *, is_change: bool) -> Any:
        told = whole(data, profile, is_change=is_change)
        return {one: value for one, value in told.items() if one != name}

    return reads


@pytest.mark.parametrize("prefix", ["/VXPAdapter/RestService/forward", "/XrdAdapter/RestService/forward"])
@pytest.mark.parametrize("path", ["nhanhsdvcqg", "addtthcKhuyenMai"])
@pytest.mark.parametrize("is_of_a_gateway", [False, True])
async def test_a_remark_nobody_reads_goes_along_and_stands_in_the_figures(
    world: World, prefix: str, path: str, is_of_a_gateway: bool
):
    content = a_message(TaiLieuNop=[SOFTLY], TenThuongNhan="Công ty Mẫu", MaSoThue="0100109106")["data"]
    message = {"service": "x", "isUpdating": "False", "data": content}
    if is_of_a_gateway:
        message = {"SecurityKey": "k", "Service": "x", "IsUpdating": "False", "Data": content, "Ngay": "1/3"}
    assert (await send(world, message, path, prefix))["error_code"] == 0
    (call,) = world.dossiers.calls
    data = "Data" if is_of_a_gateway else "data"
    assert call["body"]["form_data"][REMAINDER] == {
        f"{data}.TaiLieuNop.0.TenTepDinhKem.@ngayKy": "01/03/2026"
    }
    assert await inbox(world) == [("DONE", 0, "")]
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert figures["inbound_unread"] == [
        {"path": "data.tailieunop.[].tentepdinhkem.?", "messages": 1, "waiting": 0}
    ]
    for hours, carried in ((0, 1), (25, 0)):
        world.passes(hours=hours)
        await world.gateway.run_job(PORTAL_WATCH)
        caught = [
            REGISTRY.get_sample_value("gateway_portal_unread_messages", {"outcome": one})
            for one in ("carried", "waiting")
        ]
        assert caught == [carried, 0]


async def test_what_may_be_somebody_elses_waits_until_people_leave_it_out(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(portal_reading, "beside_form", dropping("NguoiLienQuan"))
    answer = await send(world, a_message(NguoiLienQuan={"ChuHoSo": "Trần Thị Bình", "GhiChu": "em"}))
    assert answer == {"error_code": 0, "message": f"{CODE}| đã tiếp nhận, chờ xử lý"}
    places = ["data.NguoiLienQuan.ChuHoSo", "data.NguoiLienQuan.GhiChu"]
    assert await inbox(world) == [("PARKED", 0, f"phần chưa đọc được: {', '.join(places)}")]
    assert world.dossiers.calls == []
    line = await the_line(world)
    shown = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()["fields"]
    (left,) = [one for one in shown if one["name"] == LEFT]
    assert left["value"] == f"{places[0]}: Trần Thị Bình\n{places[1]}: em"
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert [(one["path"], one["waiting"]) for one in figures["inbound_unread"]] == [
        ("data.?.chuhoso", 1),
        ("data.?.ghichu", 1),
    ]
    assert (await correct(world, line, **{LEFT: ""})).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    (call,) = world.dossiers.calls
    assert call["body"]["form_data"][REMAINDER] == dict.fromkeys(places, "(không đưa vào hồ sơ)")
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]


async def test_people_may_let_it_in_as_it_stands(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(portal_reading, "beside_form", dropping("NguoiLienQuan"))
    await send(world, a_message(NguoiLienQuan={"ChuHoSo": "Nguyễn Văn An"}))
    assert (await correct(world, await the_line(world), **{LEFT: "đưa vào"})).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    (call,) = world.dossiers.calls
    assert call["body"]["form_data"][REMAINDER] == {"data.NguoiLienQuan.ChuHoSo": "Nguyễn Văn An"}


async def test_nobody_leaves_out_what_every_reader_read(world: World):
    world.dossiers.known.clear()
    await send(world, a_message())
    assert (await correct(world, await the_line(world), **{LEFT: ""})).status_code == 422


async def test_two_supplements_that_differ_only_in_what_nobody_reads_are_two(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """As one they would share a key, and the second be answered 0 and gone."""
    monkeypatch.setattr(portal_reading, "beside_form", dropping("YKien"))
    await send(world, a_message())
    for said in ("đồng ý", "không đồng ý"):
        assert (await send(world, a_supplement(YKien=said)))["error_code"] == 0
    told = [call["body"]["form_data"][REMAINDER] for call in world.dossiers.calls[1:]]
    assert told == [{"data.YKien": "đồng ý"}, {"data.YKien": "không đồng ý"}]


async def test_a_reason_longer_than_a_note_is_whole_with_the_supplement(world: World):
    await send(world, a_message())
    said = "Sửa tên đường ở mục ba. " * 120
    assert (await send(world, a_supplement(LyDoDieuChinh="Sửa", ThongTinSuaDoi=said)))["error_code"] == 0
    told = world.dossiers.calls[1]["body"]
    assert told["note"].startswith("Sửa\nSửa tên đường")
    assert told["form_data"] == {"LyDoDieuChinh": "Sửa", "ThongTinSuaDoi": said}


async def test_a_long_message_is_looked_over_where_it_lies(world: World):
    """Three megabytes of file, as a text in a text; what stands beside it in the inner text is found too."""
    long = {**SOFTLY, "Base64": PDF + "A" * 3_000_000}
    inner = json.dumps(a_message(TaiLieuNop=[long])["data"])
    body = json.dumps({"service": "x", "isUpdating": "False", "data": inner}).encode()
    answer = await world.gateway.client.post(
        "/VXPAdapter/RestService/forward/nhanhsdvcqg", content=body, headers=KEY
    )
    assert answer.json()["error_code"] == 0
    (call,) = world.dossiers.calls
    told = call["body"]["form_data"][REMAINDER]
    assert told == {"data.TaiLieuNop.0.TenTepDinhKem.@ngayKy": "01/03/2026"}


async def settle(world: World, line: dict[str, Any], who: str = "quan-tri", seen: str = "") -> Any:
    version = await world.gateway.runtime.pool.fetchval(
        "SELECT version FROM portal_inbound WHERE id = $1", line["id"]
    )
    body = {"reason": "Đã ghi nhận trong hồ sơ"}
    return await world.ask(
        "POST", f"{INBOUND}/{line['id']}/settlement", who, body, seen=seen or f'"{version}"'
    )


async def test_people_are_done_with_a_withdrawal_and_with_a_tax_notice(world: World):
    born = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    await world.hears(born)
    for message, path in (
        (a_supplement(TrangThaiHoSo="7"), "nhanhsdvcqg"),
        (a_tax_notice(CODE), "nhantbthuedvcqg"),
    ):
        assert (await send(world, message, path))["error_code"] == 0
        line = await the_line(world)
        assert (await settle(world, line, "can-bo")).status_code == 403
        assert (await settle(world, line, seen='"7"')).status_code == 412
        assert (await settle(world, line)).json() == {"id": line["id"], "state": "SETTLED"}
        assert (await world.ask("GET", INBOUND)).json()["items"] == []
        assert (await settle(world, line)).status_code == 404
        assert (await world.ask("POST", f"{INBOUND}/{line['id']}/replay")).status_code == 404
    assert world.dossiers.calls == []
    acts = await world.gateway.runtime.pool.fetch("SELECT action FROM portal_inbound_acts")
    assert [row["action"] for row in acts] == ["SETTLED", "SETTLED"]
    world.passes(days=31)
    await world.gateway.run_job(PORTAL_FORGETTING)
    kept = await world.gateway.runtime.pool.fetch("SELECT state, length(body) AS bytes FROM portal_inbound")
    assert [tuple(row) for row in kept] == [("SETTLED", 0), ("SETTLED", 0)]


async def test_what_was_settled_by_people_brought_no_dossier(world: World):
    """The same dossier sent again afterwards is made, and answered as the first."""
    await send(world, a_message(TrangThaiHoSo="7"))
    assert (await settle(world, await the_line(world))).status_code == 200
    assert await send(world, a_message()) == {"error_code": 0, "message": f"{CODE}| tiếp nhận thành công"}


async def test_what_is_under_way_is_nobodys_to_settle(world: World):
    world.dossiers.is_down = True
    await send(world, a_message())
    assert (await settle(world, await the_line(world, "RECEIVED"))).status_code == 412
    world.dossiers.is_down = False
    world.passes(minutes=2)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]
