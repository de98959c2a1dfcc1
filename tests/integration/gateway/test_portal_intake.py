"""What the portal sends down: nothing it was answered 0 for is lost, and nothing becomes two dossiers."""

import asyncio
import base64
import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.gateway.portal import CODE, PDF, a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.serving import served

KEY = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
FORWARD = "/VXPAdapter/RestService/forward"


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


def a_supplement(code: str = CODE, **changed: Any) -> dict[str, Any]:
    data = {"MaHoSoQG": code, "NgayNopHoSo": "20260304081500", "LyDoDieuChinh": "Bổ sung ảnh", **changed}
    return {"service": "DongBoHoSo", "isUpdating": "True", "data": data}


async def send(world: World, message: Any, path: str = "nhanhsdvcqg", prefix: str = FORWARD) -> Any:
    answer = await world.gateway.client.post(f"{prefix}/{path}", json=message, headers=KEY)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def inbox(world: World) -> list[tuple[str, int | None, str]]:
    rows = await world.gateway.runtime.pool.fetch(
        "SELECT state, answer_code, reason FROM portal_inbound ORDER BY id"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("prefix", [FORWARD, "/XrdAdapter/RestService/forward"])
async def test_a_dossier_reaches_the_dossier_service_in_its_own_words(world: World, prefix: str):
    assert await send(world, a_message(MaCoQuanThucHien="H99.201"), prefix=prefix) == {
        "error_code": 0,
        "message": f"{CODE}| tiếp nhận thành công",
    }
    (call,) = world.dossiers.calls
    assert call["key"] == f"portal:{CODE}"
    assert call["body"] == {
        "portal_code": CODE,
        "procedure_code": "1.004873",
        "agency": "H99.201",
        "submitted_at": "2026-03-03T08:15:00+07:00",
        "owner": {
            "full_name": "Nguyễn Văn An",
            "identity_number": "099088000011",
            "identity_type": "CITIZEN_ID",
            "applicant_type": "CITIZEN",
            "birth_date": "1988-01-01",
            "phone": "0900000000",
            "email": "mau@example.vn",
            "address": "Số 1, phố Mẫu",
        },
        "form_data": {
            "ho_ten": "Nguyễn Văn An",
            "DiaChi": {"MaTinh": "99", "DiaChiChiTiet": "Số 1, phố Mẫu"},
        },
        "result_delivery": "POST",
        "is_vneid_verified": False,
        "attachments": [{"component_code": "TP01", "name": "to-khai.pdf", "content_base64": PDF}],
    }


async def test_the_same_dossier_again_is_a_duplicate_and_still_one_dossier(world: World):
    assert (await send(world, a_message()))["error_code"] == 0
    assert (await send(world, a_message()))["error_code"] == 1
    assert len(world.dossiers.taken) == 1


async def test_fifty_at_once_are_one_dossier(world: World):
    answers = await asyncio.gather(*(send(world, a_message()) for _ in range(50)))
    codes = [answer["error_code"] for answer in answers]
    assert (codes.count(0), codes.count(1)) == (1, 49), "one brought it, the others repeat it (17.2)"
    assert len(world.dossiers.taken) == 1
    await world.gateway.run_job(PORTAL_INTAKE)
    world.passes(minutes=5)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert {state for state, _, _ in await inbox(world)} == {"DONE"}


async def test_equal_creates_while_the_dossier_service_is_away_are_one_and_its_repeats(world: World):
    world.dossiers.is_down = True
    answers = await asyncio.gather(*(send(world, a_message()) for _ in range(6)))
    assert sorted(answer["error_code"] for answer in answers) == [0, 1, 1, 1, 1, 1]
    assert (await send(world, a_message()))["error_code"] == 1
    world.dossiers.is_down = False
    for _ in range(8):
        world.passes(minutes=2)
        await world.gateway.run_job(PORTAL_INTAKE)
    assert len(world.dossiers.taken) == 1
    assert {state for state, _, _ in await inbox(world)} == {"DONE"}


async def test_another_create_beside_one_under_way_is_a_repeat_and_kept_for_people(world: World):
    """What it says otherwise is not lost."""
    world.dossiers.hangs_seconds = 0.3
    first, second = a_message(), a_message(ChuHoSo="Nguyễn Văn Bình")
    answers = await asyncio.gather(send(world, first), send(world, second))
    assert sorted(answer["error_code"] for answer in answers) == [0, 1]
    for _ in range(3):
        world.passes(minutes=11)
        await world.gateway.run_job(PORTAL_INTAKE)
    assert sorted(state for state, _, _ in await inbox(world)) == ["DONE", "PARKED"]
    assert len(world.dossiers.taken) == 1


async def test_a_dossier_told_again_while_it_waits_for_people_is_one_task(world: World):
    """Answered as the one that waits, then as what was created; also of many at once."""
    message = a_message(NgayNopHoSo="hôm qua")
    answers = await asyncio.gather(*(send(world, message) for _ in range(3)))
    answers.append(await send(world, message))
    assert {(one["error_code"], one["message"]) for one in answers} == {
        (0, f"{CODE}| đã tiếp nhận, chờ xử lý")
    }
    other = a_message(NgayNopHoSo="hôm kia")
    assert (await send(world, other))["error_code"] == 0, "other words are a task of their own"
    assert sorted(state for state, _, _ in await inbox(world)) == ["PARKED"] * 2 + ["SETTLED"] * 3
    waiting = await world.gateway.runtime.pool.fetchval(
        "SELECT id FROM portal_inbound WHERE state = 'PARKED' ORDER BY id LIMIT 1"
    )
    one = f"/api/v1/portal-sync/inbound/{waiting}"
    seen = (await world.ask("GET", one)).headers["etag"]
    body = {"fields": {"NgayNopHoSo": "20260303080000"}, "reason": "Theo biên nhận"}
    assert (await world.ask("POST", f"{one}/correction", body=body, seen=seen)).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    assert len(world.dossiers.taken) == 1
    assert await send(world, message) == {"error_code": 1, "message": f"{CODE}| mã hồ sơ đã tồn tại"}
    assert sorted(state for state, _, _ in await inbox(world)) == ["DONE"] * 2 + ["PARKED"] + ["SETTLED"] * 3


async def test_a_dossier_service_that_is_away_loses_nothing(world: World):
    world.dossiers.is_down = True
    assert (await send(world, a_message()))["error_code"] == 0
    assert (await send(world, a_supplement()))["error_code"] == 0
    world.dossiers.is_down = False
    assert world.dossiers.taken == {}
    for _ in range(3):
        world.passes(minutes=2)
        await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]
    assert [call.get("supplement") for call in world.dossiers.calls] == [None, CODE]
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE"]


async def test_a_supplement_tells_when_it_came_and_one_that_came_too_late_is_for_people(world: World):
    """By when the citizen gave it she kept her limit; the portal's own delay, or ours, is told beside it."""
    await send(world, a_message())
    world.dossiers.refuses_supplements = "answered-in-time"
    assert (await send(world, a_supplement()))["error_code"] == 0
    assert (await inbox(world))[-1] == ("PARKED", 0, "Hồ sơ đã kết thúc")
    world.dossiers.refuses_supplements, world.dossiers.is_down = "", True
    came_at = world.gateway.clock.now()
    assert (await send(world, a_supplement(NgayNopHoSo="", LyDoDieuChinh="Ảnh 2")))["error_code"] == 0
    world.dossiers.is_down = False
    world.passes(minutes=12)
    await world.gateway.run_job(PORTAL_INTAKE)
    (body,) = [call["body"] for call in world.dossiers.calls if "supplement" in call]
    assert body["submitted_at"] is None
    assert datetime.fromisoformat(body["received_at"]) == came_at


async def test_a_kill_between_keeping_and_handing_in_is_made_good(world: World):
    intake = world.gateway.runtime.resources.portal.intake
    intake._deliver = _killed
    with pytest.raises(asyncio.CancelledError):
        await intake.receive("nhanhsdvcqg", httpx.Request("POST", "http://x", json=a_message()).stream)
    del intake._deliver
    assert await inbox(world) == [("RECEIVED", None, "")]
    world.passes(minutes=2)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]


async def _killed(_: object) -> None:
    raise asyncio.CancelledError


async def test_an_unknown_procedure_is_kept_for_people_and_goes_on_when_it_is_known(world: World):
    answer = await send(world, a_message(MaTTHC="1.999999"))
    assert answer["error_code"] == 0
    (line,) = (await world.ask("GET", "/api/v1/portal-sync/inbound?state=PARKED")).json()["items"]
    assert (line["portal_code"], line["reason"]) == (CODE, "chưa ánh xạ: procedure_code")
    world.dossiers.known.add("1.999999")
    replayed = await world.ask("POST", f"/api/v1/portal-sync/inbound/{line['id']}/replay")
    assert replayed.status_code == 200, replayed.text
    await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]


async def test_what_cannot_be_a_dossier_is_told_so(world: World):
    no_name = a_message()
    del no_name["data"]["ChuHoSo"]
    assert await send(world, no_name) == {"error_code": -1, "message": "| Thiếu trường bắt buộc ChuHoSo"}
    no_procedure = a_message(MaTTHC="")
    assert (await send(world, no_procedure))["error_code"] == -1
    answer = await world.gateway.client.post(f"{FORWARD}/nhanhsdvcqg", content=b"{not json", headers=KEY)
    assert (answer.status_code, answer.json()["error_code"]) == (200, -1)
    assert [state for state, _, _ in await inbox(world)] == ["REFUSED"] * 3


def a_tax_notice(code: str = CODE) -> dict[str, Any]:
    xml = f"<DATA><BODY><ROW_LIST><ROW><MA_HSO>{code}</MA_HSO></ROW></ROW_LIST></BODY></DATA>"
    data = {"FileThongBaoThue": base64.b64encode(xml.encode()).decode()}
    return {"service": "NhanThongBaoThueDat", "isUpdating": "False", "data": data}


def a_tax_voucher(code: str = CODE) -> dict[str, Any]:
    paid = {"MaThongBaoThue": "TB-1", "SoTien": "1500000", "TrangThaiThanhToan": "1"}
    return {"service": "NhanChungTuThueDat", "data": {"MaHoSo": code, "ThongTinThanhToan": paid}}


@pytest.mark.parametrize("message", [a_tax_notice(), a_tax_voucher()], ids=["notice", "voucher"])
async def test_land_tax_of_a_dossier_here_is_kept_for_people_and_of_another_refused(
    world: World, message: Any
):
    assert (await send(world, message, "nhantbthuedvcqg")) == {
        "error_code": -1,
        "message": f"{CODE}| hồ sơ không tồn tại trên hệ thống",
    }
    await world.hears(ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED"))
    assert (await send(world, message, "nhantbthuedvcqg"))["error_code"] == 0
    assert [state for state, _, _ in await inbox(world)] == ["REFUSED", "PARKED"]


async def test_a_notice_for_several_dossiers_stands_with_each_of_ours(world: World):
    ours = [ADossier().went("accepted", "ACCEPTED") for _ in range(2)]
    await world.hears(*ours)
    named = ["G22.99-260303-999999", *(one.code for one in ours)]
    notice = a_tax_notice("</MA_HSO></ROW><ROW><MA_HSO>".join(named))
    assert (await send(world, notice, "nhantbthuedvcqg"))["error_code"] == 0
    path = "/api/v1/portal-sync/inbound"
    for code in named[1:]:
        (line,) = (await world.ask("GET", f"{path}?code={code}")).json()["items"]
        assert [line["portal_code"], *line["other_codes"]] == named[1:]
    assert (await world.ask("GET", f"{path}?code={named[0]}")).json()["items"] == []


NO_MESSAGES = [
    None,
    [],
    "x",
    1,
    True,
    {},
    {"data": None},
    {"data": []},
    {"data": "x"},
    {"data": {}},
    {"data": {"FileThongBaoThue": ""}},
    {"data": {"FileThongBaoThue": "không phải base64"}},
    {"data": {"FileThongBaoThue": PDF}},
    {"data": {"MaHoSo": ["x"]}},
    {"data": {"MaHoSo": CODE, "ThongTinThanhToan": []}},
    {"service": "Khac", "data": {"MaHoSo": CODE}},
    {"masohoso": None},
    {"masohoso": ["x"]},
    {"masohoso": " "},
    {"masohoso": "\x00"},
]
SERVICES = ("nhanhsdvcqg", "addtthcKhuyenMai", "nhantbthuedvcqg", "search/call", "khong-co")


@pytest.mark.parametrize("path", SERVICES)
async def test_what_is_no_message_is_refused_by_every_service(world: World, path: str):
    """Whatever comes, the answer is the contract's two members with a code that is no success."""
    await world.hears(ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED"))
    # A question names a dossier and nothing else: what names one is a question.
    meant = [one for one in NO_MESSAGES if path != "search/call" or CODE not in json.dumps(one)]
    wrong = [json.dumps(one).encode() for one in meant] + [b"", b"{", b"\xff\xfe", b"NaN"]
    for body in wrong:
        answer = await world.gateway.client.post(f"{FORWARD}/{path}", content=body, headers=KEY)
        assert answer.status_code == 200, body
        members = answer.json()
        assert set(members) == {"error_code", "message"}, body
        assert int(members["error_code"]) == -1, (path, body)
        assert members["message"], body
    assert world.dossiers.calls == []


async def test_a_sales_promotion_comes_bare(world: World):
    bare = {
        "MaHoSo": CODE,
        "MaTTHC": "1.004873",
        "NgayNopHoSo": "20260303081500",
        "MaSoThue": "0101234567",
        "TenThuongNhan": "Công ty Mẫu",
        "TenTepDonDangKy": "don.pdf",
        "TepDonDangKy": PDF,
        "MaCoQuanThucHien": "H99.14",
    }
    assert (await send(world, bare, "addtthcKhuyenMai"))["error_code"] == 0
    (call,) = world.dossiers.calls
    assert call["body"]["owner"]["identity_type"] == "TAX_CODE"
    assert [file["name"] for file in call["body"]["attachments"]] == ["don.pdf"]


async def test_without_the_adapters_key_nothing_is_kept(world: World):
    for headers in ({}, {"X-Adapter-Key": "sai"}):
        answer = await world.gateway.client.post(f"{FORWARD}/nhanhsdvcqg", json=a_message(), headers=headers)
        assert answer.status_code == 401
    assert await world.gateway.count("portal_inbound") == 0


async def test_a_body_past_all_bounds_is_turned_away_before_it_is_read(start):
    async with a_world(start, portal_body_megabytes=1) as world:
        answer = await world.gateway.client.post(
            f"{FORWARD}/nhanhsdvcqg", content=b"x" * 1_048_577, headers=KEY
        )
        assert answer.status_code == 413
        assert await world.gateway.count("portal_inbound") == 0


async def test_a_large_body_passes_whole(world: World):
    content = base64.b64encode(b"%PDF" + b"x" * 20_000_000).decode()
    file = {"TenTepDinhKem": "lon.pdf", "MaThanhPhanHoSo": "TP01", "Base64": content}
    assert (await send(world, a_message(TaiLieuNop=[file])))["error_code"] == 0
    (told,) = world.dossiers.calls[0]["body"]["attachments"]
    assert told == {"name": "lon.pdf", "component_code": "TP01", "upload_id": told["upload_id"]}
    brought = world.dossiers.upload(told["upload_id"])
    assert (brought.name, bytes(brought.content)) == ("lon.pdf", base64.b64decode(content))


async def test_the_portal_looks_a_dossier_up(world: World):
    dossier = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    await world.hears(dossier)
    found = await send(world, {"madonvi": "H99", "service": "TraCuuHoSo", "masohoso": CODE}, "search/call")
    assert found == {
        "MaHoSo": CODE,
        "MaTTHC": "1.004873",
        "TenTTHC": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "MaLinhVuc": "G15-TP07",
        "TenLinhVuc": "",
        "LoaiDoiTuong": "1",
        "TrangThaiHoSo": "2",
        "HinhThuc": "0",
        "DonViXuLy": "Ủy ban nhân dân phường Bến Lam",
    }
    unknown = await send(world, {"masohoso": "khong-co"}, "search/call")
    assert unknown == {"error_code": "-1", "message": "masohoso not found"}


async def test_the_portal_fetches_the_files_it_was_told_of_and_no_others(world: World):
    attachment = str(uuid4())
    world.dossiers.files[attachment] = b"%PDF" + b"z" * 300_000
    listed = [{"attachment_id": attachment, "file_name": "a.pdf", "component_code": "TP01"}]
    dossier = ADossier(attachments=listed).went("accepted", "ACCEPTED")
    await world.hears(dossier)
    await world.sends()
    record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
    address = record["TaiLieuNop"][0]["DuongDanTaiTepTin"].removeprefix("http://127.0.0.1:8000")
    client = world.gateway.client
    assert (await client.get(address)).status_code == 401
    answer = await client.get(address, headers=KEY)
    assert (answer.status_code, answer.content) == (200, world.dossiers.files[attachment])
    by_id = await client.get(f"{FORWARD}/downloadfile/{attachment}", headers=KEY)
    assert by_id.content == world.dossiers.files[attachment]
    assert (await client.get(f"{FORWARD}/downloadfile/{uuid4()}", headers=KEY)).status_code == 404
    await world.ask("POST", f"/api/v1/portal-sync/files/{dossier.id}/revocation")
    assert (await client.get(address, headers=KEY)).status_code == 404


async def test_a_recalled_result_is_fetched_no_more_and_what_was_handed_in_still_is(world: World):
    paper, issued = str(uuid4()), str(uuid4())
    world.dossiers.files |= {paper: b"%PDF-1.4 to khai", issued: b"%PDF-1.4 ket qua"}
    listed = [{"attachment_id": paper, "file_name": "a.pdf", "component_code": "TP01"}]
    dossier = ADossier(attachments=listed).went("accepted", "ACCEPTED")
    file = {"attachment_id": issued, "file_name": "ket-qua.pdf"}
    dossier.results = [{"name": "Giấy phép", "number": "1/GP", "code": "KQ1", "attachments": [file]}]
    dossier.went("result_issued", "RESULT_READY")
    await world.hears(dossier)
    await world.sends()
    client = world.gateway.client
    by_id = f"{FORWARD}/downloadfile"
    assert (await client.get(f"{by_id}/{issued}", headers=KEY)).status_code == 200
    dossier.results = []
    await world.hears(dossier.went("result_recalled", "PROCESSING"))
    assert (await client.get(f"{by_id}/{issued}", headers=KEY)).status_code == 404
    assert (await client.get(f"{by_id}/{paper}", headers=KEY)).status_code == 200


async def test_a_citizen_submits_on_the_portal_and_everything_comes_down(world: World):
    gateway = FastAPI()
    gateway.mount("/", world.gateway.client._transport.app)
    async with served(gateway) as address:
        portal = create_app(PortalSettings(province_url=address, procedures="any"))
        async with served(portal) as portal_url, httpx.AsyncClient(base_url=portal_url) as hand:
            await hand.put("/sandbox/faults", json={"duplicate_deliveries": True})
            owner = {"name": "Nguyễn Văn An", "identity_number": "099088000011", "birth_date": "19880101"}
            asked = {
                "procedure_code": "1.004873",
                "owner": owner,
                "agency_code": "H99.201",
                "attachments": [{"name": "a.pdf", "component_code": "TP01", "base64": PDF}],
            }
            answer = (await hand.post("/sandbox/submissions", json=asked)).json()
            assert (answer["state"], answer["attempts"]) == ("accepted", 2), answer
            assert list(world.dossiers.taken) == [answer["code"]]
            supplement = await hand.post(
                f"/sandbox/submissions/{answer['code']}/supplement", json={"note": "Bổ sung"}
            )
            assert supplement.json()["state"] == "accepted", supplement.text


async def test_the_outside_system_calls_back_with_its_key(start):
    app = FastAPI()
    asked: list[dict[str, Any]] = []

    @app.post("/v1/outside-results")
    async def take(body: dict[str, Any]) -> dict[str, str]:
        asked.append(body)
        return {"outcome": "accepted"}

    async with served(app) as url, a_world(start, dossier_url=url, outside_callback_key="khoa") as world:
        path, body = "/api/v1/outside-results", {"request_id": "r-1"}
        headers = {"Authorization": "Bearer khoa", "Idempotency-Key": "r-1"}
        answer = await world.gateway.client.post(path, json=body, headers=headers)
        assert (answer.status_code, asked) == (200, [body])
        wrong = {**headers, "Authorization": "Bearer sai"}
        assert (await world.gateway.client.post(path, json=body, headers=wrong)).status_code == 401
        elsewhere = await world.gateway.client.post("/api/v1/imports", json={}, headers=headers)
        assert elsewhere.status_code == 403


async def test_a_dossier_service_that_hangs_does_not_keep_the_portal_waiting(world: World):
    service = world.gateway.runtime.resources.portal.intake._dossiers
    service._seconds = 0.3
    world.dossiers.hangs_seconds = 2
    began = asyncio.get_running_loop().time()
    assert (await send(world, a_message()))["error_code"] == 0
    assert asyncio.get_running_loop().time() - began < 1.5
    world.dossiers.hangs_seconds = 0
    await asyncio.sleep(2)
    world.passes(minutes=2)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]
