"""Catalogue reads, accounts, questions and satisfaction by example."""

from typing import Any

import pytest

from tests.unit.sandbox.portal_builders import AGENCY, PortalUnderTest


async def test_a_procedure_is_read_in_the_shape_of_section_11_2() -> None:
    async with PortalUnderTest() as portal:
        (read,) = (await portal.call("LayThuTuc", maTTHC="1.001193"))["result"]
        assert read["MATTHC"] == "1.001193"
        assert read["TENTTHC"] == "Đăng ký khai sinh"
        assert read["TRANGTHAI"] == "1"
        assert read["LINHVUCTHUCHIEN"][0] == {"MALINHVUC": "G15-TP07", "TENLINHVUC": "Hộ tịch"}
        assert [way["KENH"] for way in read["CACHTHUCTHUCHIEN"]] == ["1", "2", "3"]
        assert read["THANHPHANHOSO"][0]["GIAYTO"][0]["MAGIAYTO"]
        assert read["KETQUATHUCHIEN"][0]["MAKETQUA"]


async def test_a_localised_code_finds_the_national_procedure_and_an_unknown_code_nothing() -> None:
    async with PortalUnderTest() as portal:
        localised = await portal.call("LayThuTuc", maTTHC="1.001193.000.00.00.H99")
        assert localised["result"][0]["MATTHC"] == "1.001193"
        assert (await portal.call("LayThuTuc", maTTHC="9.999999"))["result"] == []
        assert (await portal.call("LayThuTuc"))["error_code"] == -1


async def test_the_lists_have_the_fields_of_section_11_3() -> None:
    async with PortalUnderTest() as portal:
        procedures = (await portal.call("LayDanhSachTTHC"))["result"]
        assert {"MATTHC", "TENTTHC"} <= procedures[0].keys()
        agencies = (await portal.call("LayDanhMucCoQuan"))["result"]
        assert agencies[0].keys() == {"MADONVI", "TENDONVI", "CAPDONVI"}
        sectors = (await portal.call("LayDanhMucLinhVuc"))["result"]
        assert {"MALINHVUC": "G15-TP07", "TENLINHVUC": "Hộ tịch", "MANGANH": "G15"} in sectors
        services = (await portal.call("LayDVC"))["result"]["data"]
        assert services[0]["MADVC"] == services[0]["MATTHC"] + ".01"
        assert isinstance(services[0]["APDUNGDVC"], list)


async def test_a_catalogue_put_in_place_is_the_one_that_is_read() -> None:
    async with PortalUnderTest() as portal:
        mine = {
            "code": "2.002492",
            "name": "Thủ tục mới",
            "sector_code": "G22-VP01",
            "sector_name": "Văn phòng",
            "publishing_agency": "H99",
            "agencies": [{"code": "H99.01", "name": "Văn phòng UBND"}],
            "detail": {"YEUCAU": "Không"},
        }
        hidden = {"code": "2.002493", "name": "Đã bãi bỏ", "is_public": False}
        response = await portal.http.put("/sandbox/catalogue", json=[mine, hidden])
        assert response.json() == {"procedures": 2}
        listed = (await portal.call("LayDanhSachTTHC"))["result"]
        assert [one["MATTHC"] for one in listed] == ["2.002492"]
        (read,) = (await portal.call("LayThuTuc", maTTHC="2.002492"))["result"]
        assert read["YEUCAU"] == "Không"
        of_agency = (await portal.call("LayDanhSachTTHCDonVi", maDonVi="000.00.00.H99"))["result"]
        assert [one["MATTHC"] for one in of_agency] == ["2.002492"]
        nothing = (await portal.call("LayDanhSachTTHCDonVi", maDonVi="H9"))["result"]
        assert nothing == []


async def test_an_account_is_the_same_for_the_same_number() -> None:
    async with PortalUnderTest() as portal:
        asked: dict[str, Any] = {"provider": "wso2is", "mstorcmnd": "001090000123"}
        first = (await portal.call("TraCuuTechID", **asked))["result"][0]["TECHNICALID"]
        again = (await portal.call("TraCuuTechID", **asked))["result"][0]["TECHNICALID"]
        assert first == again
        assert len(first) == 36
        for nobody in ("001090000000", "abc", ""):
            assert (await portal.call("TraCuuTechID", provider="wso2is", mstorcmnd=nobody))["result"] == []
        assert (await portal.call("TraCuuTechID", mstorcmnd="001090000123"))["error_code"] == -1


async def test_a_citizens_question_is_listed_answered_and_read_with_its_answer() -> None:
    async with PortalUnderTest() as portal:
        question = {"agency": "000.00.00.H99", "text": "Nộp ở đâu?", "sector_code": "G15-TP07"}
        number = (await portal.http.post("/sandbox/questions", json=question)).json()["HOIDAPID"]
        answer = {
            "HOIDAPID": str(number),
            "MADONVI": AGENCY,
            "NGUOITRALOI": "Lê Văn Trả Lời",
            "CHUCVUNGUOITRALOI": "Chuyên viên",
            "NGAYTRALOI": "24/11/2026",
            "NOIDUNGTRALOI": "Nộp tại UBND phường.",
        }
        assert (await portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[answer]))["error_code"] == 0
        (listed,) = (await portal.call("LayDanhSachHoiDapGuiTuDVCQG"))["result"]
        assert (listed["HOIDAPID"], listed["NOIDUNG"]) == (number, "Nộp ở đâu?")
        (told,) = (await portal.call("LayNoiDungTraLoiTheoCauHoi", cauhoiid=str(number)))["result"]
        assert told["NOIDUNGTRALOI"] == "Nộp tại UBND phường."
        assert told["TRALOIID"] == listed["TRALOIID"]


@pytest.mark.parametrize("changed", [{"NGAYTRALOI": "2026-11-24"}, {"HOIDAPID": "99"}, {"NOIDUNGTRALOI": ""}])
async def test_a_wrong_answer_is_refused(changed: dict[str, str]) -> None:
    async with PortalUnderTest() as portal:
        await portal.http.post("/sandbox/questions", json={"agency": AGENCY, "text": "?"})
        answer = {
            "HOIDAPID": "1",
            "MADONVI": AGENCY,
            "NGUOITRALOI": "Lê Văn Trả Lời",
            "NGAYTRALOI": "24/11/2026",
            "NOIDUNGTRALOI": "Có.",
            **changed,
        }
        assert (await portal.call("DongBoKetQuaHoiDapGuiTuDVCQG", data=[answer]))["error_code"] == -1
        assert (await portal.call("LayNoiDungTraLoiTheoCauHoi", cauhoiid="1"))["result"] == []


async def test_an_agencys_own_question_is_kept_once_under_its_number() -> None:
    async with PortalUnderTest() as portal:
        own = {"HOIDAPID": "7", "MaLinhVuc": "G15-TP07", "NOIDUNG": "Cần giấy gì?", "MADONVI": AGENCY}
        answered = {**own, "TRALOIID": "9", "NOIDUNGTRALOI": "Tờ khai."}
        for element in (own, answered):
            assert (await portal.call("DongBoHoiDap", data=[element]))["error_code"] == 0
        (listed,) = (await portal.call("LayDanhSachHoiDapBoCoQuan"))["result"]
        assert (listed["NOIDUNG"], listed["NOIDUNGTRALOI"]) == ("Cần giấy gì?", "Tờ khai.")
        assert (await portal.call("LayDanhSachHoiDapGuiTuDVCQG"))["result"] == []


def a_summary(**changed: Any) -> dict[str, Any]:
    return {
        "NgayTongHop": "11-2026",
        "TongSoNguoiDanhGia": 4,
        "PhanTramDanhGiaRatHaiLong": "75%",
        "PhanTramDanhGiaHaiLong": "25%",
        "PhanTramDanhGiaChuaHaiLong": "0%",
        "MaThuTuc": "1.001193",
        "NoiDung": "Ông/bà có hài lòng không?",
        "Madonvi": AGENCY,
        "TenDonVi": "Tỉnh Mẫu",
        **changed,
    }


async def test_a_monthly_summary_is_kept_once_and_replaced_by_a_later_one() -> None:
    async with PortalUnderTest() as portal:
        for summary in (a_summary(), a_summary(TongSoNguoiDanhGia="8")):
            assert (await portal.call("DongBoDanhGia", data=[summary]))["error_code"] == 0
        (kept,) = (await portal.http.get("/sandbox/satisfaction")).json()
        assert '"TongSoNguoiDanhGia":"8"' in kept["body"]


@pytest.mark.parametrize(
    "changed",
    [{"NgayTongHop": "2026-11"}, {"PhanTramDanhGiaHaiLong": "20%"}, {"PhanTramDanhGiaHaiLong": "25"}],
)
async def test_a_wrong_summary_is_refused(changed: dict[str, str]) -> None:
    async with PortalUnderTest() as portal:
        assert (await portal.call("DongBoDanhGia", data=[a_summary(**changed)]))["error_code"] == -1
