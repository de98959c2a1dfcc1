"""Portal to province: what a citizen submits, supplements and the portal asks, with every answer kept."""

import base64
from typing import Any

from tests.unit.sandbox.portal_builders import PortalUnderTest, a_portal_born_status

SUBMISSION: dict[str, Any] = {
    "procedure_code": "1.001193",
    "owner": {
        "name": "Nguyễn Văn Mẫu",
        "identity_number": "001090000123",
        "birth_date": "19900101",
        "phone": "0900000000",
        "email": "mau@example.vn",
        "province_code": "99",
        "commune_code": "99101",
        "address": "Số 1, phố Mẫu",
    },
    "attachments": [
        {"name": "to-khai.pdf", "component_code": "TP01", "base64": base64.b64encode(b"%PDF-").decode()}
    ],
    "form": {"ho_ten_con": "Nguyễn Thị Con"},
}


async def test_a_submission_reaches_the_province_in_the_envelope_of_section_17() -> None:
    async with PortalUnderTest(adapter_key="khoa") as portal:
        sent = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()
        assert sent["code"] == "G22.99-261124-000001"
        assert (sent["state"], sent["attempts"], sent["http_status"]) == ("accepted", 1, 200)
        request, body = portal.province.requests[0], portal.province.bodies[0]
        assert request.url.path == "/VXPAdapter/RestService/forward/nhanhsdvcqg"
        assert request.headers["X-Adapter-Key"] == "khoa"
        assert body.keys() == {"service", "isUpdating", "data"}
        assert (body["service"], body["isUpdating"]) == ("DongBoHoSo", "False")
        data = body["data"]
        assert data["MaHoSo"] == sent["code"]
        assert data["TenTTHC"] == "Đăng ký khai sinh"
        assert data["NgayNopHoSo"] == "20261124080000"
        assert data["MaDoiTuong"]
        assert data["MaCoQuanThucHien"] == "H99.101"
        assert data["TaiLieuNop"] == [
            {"TenTepDinhKem": "to-khai.pdf", "MaThanhPhanHoSo": "TP01", "Base64": "JVBERi0="}
        ]
        assert data["DuLieuEForm"] == {"ho_ten_con": "Nguyễn Thị Con"}


async def test_codes_are_numbered_within_the_day_and_one_may_be_asked_for() -> None:
    async with PortalUnderTest(portal_code_agency="G22.98", portal_code_digits=4) as portal:
        codes = [
            (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()["code"] for _ in "ab"
        ]
        assert codes == ["G22.98-261124-0001", "G22.98-261124-0002"]
        asked = {**SUBMISSION, "code": "G22.98-261124-0777"}
        assert (await portal.http.post("/sandbox/submissions", json=asked)).json()["code"] == asked["code"]
        assert (await portal.http.post("/sandbox/submissions", json=asked)).status_code == 409


async def test_a_submission_nobody_answered_is_kept_and_sent_again() -> None:
    async with PortalUnderTest() as portal:
        portal.province.is_silent = True
        sent = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()
        assert (sent["state"], sent["answer"]) == ("unanswered", None)
        assert "ConnectError" in sent["failure"]
        portal.province.is_silent = False
        (again,) = (await portal.http.post(f"/sandbox/submissions/{sent['code']}/resend")).json()
        assert (again["state"], again["attempts"]) == ("accepted", 2)
        assert (await portal.http.post(f"/sandbox/submissions/{sent['code']}/resend")).json() == []


async def test_a_supplement_does_not_overtake_its_unanswered_dossier() -> None:
    async with PortalUnderTest() as portal:
        portal.province.is_silent = True
        code = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()["code"]
        await portal.http.post(f"/sandbox/submissions/{code}/supplement", json={"note": "Bổ sung"})
        tried = (await portal.http.post(f"/sandbox/submissions/{code}/resend")).json()
        assert [one["kind"] for one in tried] == ["submission"]
        portal.province.is_silent = False
        tried = (await portal.http.post(f"/sandbox/submissions/{code}/resend")).json()
        assert [(one["kind"], one["state"]) for one in tried] == [
            ("submission", "accepted"),
            ("supplement", "accepted"),
        ]
        supplement = portal.province.bodies[-1]
        assert supplement["isUpdating"] == "True"
        assert supplement["data"]["MaHoSoQG"] == code
        assert "MaHoSo" not in supplement["data"]
        assert supplement["data"]["LyDoDieuChinh"] == "Bổ sung"


async def test_a_duplicate_delivery_is_answered_as_one_and_the_dossier_stays_accepted() -> None:
    async with PortalUnderTest() as portal:
        await portal.switch(duplicate_deliveries={"times": 1})
        sent = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()
        assert (sent["state"], sent["attempts"], sent["answer"]["error_code"]) == ("accepted", 2, 1)
        once = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()
        assert once["attempts"] == 1


async def test_a_lookup_asks_in_the_words_of_section_17_5() -> None:
    async with PortalUnderTest() as portal:
        asked = await portal.http.post("/sandbox/lookups/H99.101-261124-0001")
        assert asked.status_code == 201
        assert portal.province.bodies[-1] == {
            "madonvi": "H99",
            "service": "TraCuuHoSo",
            "masohoso": "H99.101-261124-0001",
        }
        assert portal.province.requests[-1].url.path.endswith("/forward/search/call")


async def test_any_other_message_is_sent_down_as_it_is() -> None:
    async with PortalUnderTest(province_prefix="/XrdAdapter/RestService/forward") as portal:
        message = {"path": "nhantbthuedvcqg", "body": {"service": "NhanThongBaoThueDat", "data": {}}}
        sent = (await portal.http.post("/sandbox/messages", json=message)).json()
        assert sent["state"] == "accepted"
        assert portal.province.requests[-1].url.path == "/XrdAdapter/RestService/forward/nhantbthuedvcqg"


async def test_a_portal_born_dossier_starts_new_and_follows_what_the_province_says() -> None:
    async with PortalUnderTest() as portal:
        code = (await portal.http.post("/sandbox/submissions", json=SUBMISSION)).json()["code"]
        born = await portal.dossier(code)
        assert (born["origin"], born["current"], born["statuses"]) == ("portal", "1", [])
        for status in ("2", "5", "2", "11"):
            await portal.call("DongBoTrangThaiHoSo", type="2", data=a_portal_born_status(code, status))
        assert await portal.statuses(code) == ["2", "5", "2", "11"]
        (found,) = (await portal.call("TraCuuHoSo", mahoso=code))["result"]
        assert (found["MaTrangThai"], found["HoTenNguoiNop"]) == ("11", "Nguyễn Văn Mẫu")


async def test_the_page_shows_dossiers_statuses_and_answers_escaped() -> None:
    async with PortalUnderTest() as portal:
        dangerous = {**SUBMISSION, "code": "G22.99-261124-000500"}
        await portal.http.post("/sandbox/submissions", json=dangerous)
        for status in ("2", "4"):
            data = a_portal_born_status(dangerous["code"], status, MaHoSoDonVi="<script>")
            await portal.call("DongBoTrangThaiHoSo", type="2", data=data)
        page = (await portal.http.get("/")).text
        assert "2 → 4" in page
        assert "Tỉnh đã nhận" in page
        assert "<script>" not in page
        assert (await portal.http.get("/livez")).json() == {"status": "ok"}
