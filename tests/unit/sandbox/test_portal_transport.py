"""Login, sessions, the exchange's addresses, the gateway's double encoding and every fault."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.sandbox.portal_builders import (
    AGENCY,
    CODE,
    DSTCODE,
    PortalUnderTest,
    a_dossier,
    a_portal_born_status,
    a_progress_entry,
)

GATEWAY = "/KetNoiMotCuaQuocGia"


async def test_a_login_answers_a_session_and_a_wrong_one_none() -> None:
    async with PortalUnderTest() as portal:
        right = await portal.log_in()
        assert right["error_code"] == 0
        assert right["session"]
        wrong = await portal.http.post("/mapi/login", json={"username": "tinh-mau", "password": "khác"})
        assert wrong.status_code == 200
        assert wrong.json()["error_code"] == -1
        assert "session" not in wrong.json()


async def test_a_session_runs_out_and_a_new_login_gives_another() -> None:
    async with PortalUnderTest(session_minutes=10) as portal:
        await portal.log_in()
        portal.clock.pass_by(timedelta(minutes=9, seconds=59))
        assert (await portal.call("LayDanhSachTTHC"))["error_code"] == 0
        portal.clock.pass_by(timedelta(seconds=1))
        answer = await portal.call("LayDanhSachTTHC")
        assert answer["error_code"] == -2
        assert "hết hạn" in answer["message"]
        await portal.log_in()
        assert (await portal.call("LayDanhSachTTHC"))["error_code"] == 0


@pytest.mark.parametrize("prefix", ["/XrdAdapter", "/VXPAdapter"])
@pytest.mark.parametrize("way", ["header", "query", "encoded query"])
async def test_both_prefixes_take_dstcode_in_header_or_query(prefix: str, way: str) -> None:
    async with PortalUnderTest() as portal:
        address = f"{prefix}/RestService/forward/mapi/login"
        headers = {"dstcode": DSTCODE} if way == "header" else {}
        if way != "header":
            code = DSTCODE if way == "query" else DSTCODE.replace(":", "%3A")
            address += f"?dstcode={code}"
        credentials = {"username": "tinh-mau", "password": "mat-khau-thu-nghiem"}
        response = await portal.http.post(address, json=credentials, headers=headers)
        assert response.json()["error_code"] == 0


async def test_the_exchange_knows_no_other_destination_path_or_body() -> None:
    async with PortalUnderTest() as portal:
        forward = "/VXPAdapter/RestService/forward/mapi"
        right = {"dstcode": DSTCODE}
        post = portal.http.post
        assert (await post(f"{forward}/g", json={})).status_code == 404
        assert (await post(f"{forward}/g", json={}, headers={"dstcode": "VN:GOV:H56:x"})).status_code == 404
        assert (await post(f"{forward}/other", json={}, headers=right)).status_code == 404
        assert (await post(f"{forward}/g", data={"a": "b"}, headers=right)).status_code == 415
        broken = {**right, "content-type": "application/json"}
        assert (await post(f"{forward}/g", content=b'{"a": NaN', headers=broken)).status_code == 400
        assert (await post(f"{forward}/g", json=[1], headers=right)).json()["error_code"] == -1


async def test_an_unknown_service_or_agency_is_an_application_error_with_http_200() -> None:
    async with PortalUnderTest() as portal:
        assert (await portal.call("KhongCo"))["error_code"] == -1
        await portal.log_in()
        nobody = {"session": portal.session, "madonvi": "không hợp lệ", "service": "LayDanhSachTTHC"}
        response = await portal.http.post("/mapi/g", json=nobody)
        assert (response.status_code, response.json()["error_code"]) == (200, -1)


async def test_the_gateway_encodes_an_answer_twice_and_needs_no_session() -> None:
    async with PortalUnderTest() as portal:
        outer = (await portal.http.get(f"{GATEWAY}/LayThuTuc", params={"maTTHC": "1.001193"})).json()
        assert outer["error_code"] == 0
        inner = json.loads(outer["message"])
        assert inner["result"][0]["TENTTHC"] == "Đăng ký khai sinh"


async def test_the_gateway_takes_bare_arrays_with_the_mode_in_query_or_address() -> None:
    async with PortalUnderTest() as portal:
        query = {"MaDinhDanhDV": "000.00.01.H22", "isUpdating": "False"}
        created = (await portal.http.post(f"{GATEWAY}/DongBoHoSoMC", params=query, json=[a_dossier()])).json()
        assert created["error_code"] == 0
        assert "thành công" in created["message"]
        again = (await portal.http.post(f"{GATEWAY}/ThemMoiHoSoMC", json=[a_dossier()])).json()
        assert again["error_code"] == -3
        assert "đã tồn tại" in json.loads(again["message"])["message"]
        await portal.http.post(f"{GATEWAY}/CapNhatHoSoMC", json=[a_dossier(status="4")])
        await portal.http.post(f"{GATEWAY}/CapNhatTienDoHoSoMC", json=[a_progress_entry()])
        status = a_portal_born_status(CODE, "9")
        await portal.http.post(f"{GATEWAY}/DongBoTrangThaiHoSoKM", json=status)
        assert await portal.statuses() == ["2", "4", "9"]
        assert len((await portal.dossier())["progress"]) == 1


async def test_the_gateway_can_ask_for_its_key_and_knows_no_other_service() -> None:
    async with PortalUnderTest(gateway_key="khoa") as portal:
        address = f"{GATEWAY}/LayDanhSachTTHC"
        assert (await portal.http.get(address)).status_code == 401
        assert (await portal.http.get(address, headers={"SecurityKey": "khoa"})).status_code == 200
        assert (await portal.http.get(f"{GATEWAY}/Khac", headers={"SecurityKey": "khoa"})).status_code == 404
        file = await portal.http.post(
            f"{GATEWAY}/getfile", json={"DuongDan": "/a.pdf"}, headers={"SecurityKey": "khoa"}
        )
        assert file.text.isascii()


@pytest.mark.parametrize(
    ("spelling", "success", "failure"), [("number", 0, -3), ("string", "0", "-3"), ("padded", "00", "-3")]
)
async def test_error_code_is_spelled_as_switched(spelling: str, success: object, failure: object) -> None:
    async with PortalUnderTest() as portal:
        await portal.switch(error_code_as=spelling)
        assert (await portal.create(a_dossier()))["error_code"] == success
        assert (await portal.create(a_dossier()))["error_code"] == failure


async def test_down_and_html_apply_nothing_and_end_after_their_times() -> None:
    async with PortalUnderTest() as portal:
        await portal.log_in()
        await portal.switch(down={"times": 1}, html_5xx={"value": 500, "times": 1})
        answers = [
            await portal.send("DongBoHoSoMC", isUpdating="False", data=[a_dossier()]) for _ in range(3)
        ]
        assert answers[0].status_code == 503
        assert answers[-1].json()["error_code"] == 0
        assert await portal.statuses() == ["2"]


async def test_an_html_page_is_no_json() -> None:
    async with PortalUnderTest() as portal:
        await portal.log_in()
        await portal.switch(html_5xx=True)
        response = await portal.send("LayDanhSachTTHC")
        assert response.status_code == 502
        assert response.headers["content-type"].startswith("text/html")


async def test_a_lost_answer_was_applied() -> None:
    async with PortalUnderTest() as portal:
        await portal.log_in()
        await portal.switch(lose_answer_after_applying={"times": 1, "service": "DongBoHoSoMC"})
        lost = await portal.send("DongBoHoSoMC", isUpdating="False", data=[a_dossier()])
        assert lost.status_code == 504
        assert (await portal.create(a_dossier()))["error_code"] == -3
        assert await portal.statuses() == ["2"]


async def test_a_duplicate_answer_was_applied_too() -> None:
    async with PortalUnderTest() as portal:
        await portal.switch(duplicate_answers=True)
        answer = await portal.create(a_dossier())
        assert answer["error_code"] == -3
        assert await portal.statuses() == ["2"]
        assert (await portal.update(a_dossier(status="4")))["error_code"] == 0


async def test_sessions_are_forgotten_at_every_nth_call() -> None:
    async with PortalUnderTest() as portal:
        await portal.log_in()
        await portal.switch(expire_sessions_every_n=3)
        codes = []
        for _ in range(6):
            codes.append((await portal.call("LayDanhSachTTHC"))["error_code"])
            if codes[-1] != 0:
                await portal.log_in()
        assert codes == [0, 0, -2, 0, 0, -2]


@pytest.mark.parametrize(
    ("filters", "refused"),
    [
        ({"service": "DongBoHoSoMC"}, True),
        ({"service": "TraCuuHoSo"}, False),
        ({"dossier": CODE}, True),
        ({"dossier": "H99-261124-9999"}, False),
        ({"procedure": "1.013229"}, True),
        ({"status": "2"}, True),
        ({"status": "9"}, False),
        ({"times": 0}, False),
    ],
)
async def test_a_refusal_meets_only_what_it_names(filters: dict[str, Any], refused: bool) -> None:
    async with PortalUnderTest() as portal:
        await portal.switch(refuse={"error_code": -77, "message": "Từ chối thử", **filters})
        answer = await portal.create(a_dossier())
        assert (answer["error_code"] == -77) is refused
        assert ((await portal.http.get("/sandbox/dossiers")).json()["count"] == 0) is refused


async def test_the_faults_that_are_on_are_shown_with_the_times_left() -> None:
    async with PortalUnderTest() as portal:
        await portal.switch(refuse={"times": 2})
        await portal.create(a_dossier())
        shown = (await portal.http.get("/sandbox/faults")).json()
        assert shown["refuse"][0]["times"] == 1
        await portal.switch()
        assert (await portal.create(a_dossier()))["error_code"] == 0


async def test_a_fault_nobody_knows_is_not_switched() -> None:
    async with PortalUnderTest() as portal:
        assert (await portal.http.put("/sandbox/faults", json={"slow": 3})).status_code == 422
        assert (await portal.http.put("/sandbox/faults", json={"slow_ms": "x"})).status_code == 422


async def test_forgetting_the_state_leaves_the_catalogue() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier())
        assert (await portal.http.delete("/sandbox/state")).status_code == 204
        assert (await portal.http.get("/sandbox/dossiers")).json() == {"count": 0, "items": []}
        await portal.log_in()
        assert len((await portal.call("LayDanhSachTTHC"))["result"]) == 10
        assert AGENCY in json.dumps((await portal.call("LayDanhMucCoQuan"))["result"])
