"""`DongBoHoSoMC`, `CapNhatTienDoHoSoMC`, `DongBoTrangThaiHoSo`, `TraCuuHoSo` by example."""

from typing import Any

import pytest

from tests.unit.sandbox.portal_builders import (
    CODE,
    PortalUnderTest,
    a_dossier,
    a_dossier_of_2020,
    a_portal_born_status,
    a_progress_entry,
)


async def test_a_created_dossier_is_held_and_its_creation_said_successful() -> None:
    async with PortalUnderTest() as portal:
        answer = await portal.create(a_dossier())
        assert answer == {"error_code": 0, "message": "Thêm mới hồ sơ thành công"}
        assert (await portal.dossier())["current"] == "2"


async def test_a_second_creation_says_it_exists_and_changes_nothing() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier(status="2"))
        answer = await portal.create(a_dossier(status="9"))
        assert answer["error_code"] == -3
        assert "đã tồn tại" in answer["message"]
        assert (await portal.dossier())["current"] == "2"


async def test_the_code_for_exists_is_a_setting() -> None:
    async with PortalUnderTest(code_exists=3) as portal:
        await portal.create(a_dossier())
        assert (await portal.create(a_dossier()))["error_code"] == 3


async def test_an_update_replaces_the_whole_dossier_and_may_go_backwards() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier(status="10", GhiChu="đã trả"))
        assert (await portal.update(a_dossier(status="1")))["error_code"] == 0
        held = await portal.dossier()
        assert held["current"] == "1"
        assert "GhiChu" not in held["record"]


async def test_an_update_of_an_unknown_dossier_is_refused_unless_the_setting_creates_it() -> None:
    async with PortalUnderTest() as strict:
        answer = await strict.update(a_dossier())
        assert answer["error_code"] == -4
        assert "không tồn tại" in answer["message"]
    async with PortalUnderTest(update_of_unknown="create") as lenient:
        assert (await lenient.update(a_dossier()))["error_code"] == 0


async def test_statuses_are_told_in_the_order_they_arrived_with_their_repetitions() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier(status="2"))
        for status in ("4", "5", "5", "4", "9", "10"):
            await portal.update(a_dossier(status=status))
        told = (await portal.dossier())["statuses"]
        assert [(one["status"], one["count"]) for one in told] == [
            ("2", 1),
            ("4", 1),
            ("5", 2),
            ("4", 1),
            ("9", 1),
            ("10", 1),
        ]
        assert {one["service"] for one in told} == {"DongBoHoSoMC"}


async def test_a_refused_write_is_logged_as_refused_and_counts_as_no_status() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier(status="2"))
        await portal.update(a_dossier(status="12"))
        arrivals = (await portal.http.get("/sandbox/arrivals", params={"code": CODE})).json()
        assert [(one["status"], one["accepted"]) for one in arrivals] == [("2", True), ("12", False)]
        assert await portal.statuses() == ["2"]


async def test_one_fault_in_a_batch_and_nothing_of_it_is_kept() -> None:
    async with PortalUnderTest() as portal:
        other = "H99.101-261124-0002"
        answer = await portal.create(a_dossier(), a_dossier(other, NgayTiepNhan=""))
        assert answer["error_code"] == -1
        assert (await portal.http.get(f"/sandbox/dossiers/{CODE}")).status_code == 404
        assert (await portal.http.get(f"/sandbox/dossiers/{other}")).status_code == 404


async def test_the_minimal_example_is_enough_in_2020_and_not_in_2024() -> None:
    async with PortalUnderTest(mode="2020") as early:
        assert (await early.create(a_dossier_of_2020()))["error_code"] == 0
    async with PortalUnderTest(mode="2024") as late:
        answer = await late.create(a_dossier_of_2020())
        assert answer["error_code"] == -1
        assert "Thiếu trường bắt buộc" in answer["message"]


@pytest.mark.parametrize(
    "name",
    [
        "SoGiayToChuHoSo",
        "NoiNopHoSo",
        "HoSoCoThanhPhanSoHoa",
        "TaiKhoanDuocXacThucVoiVNeID",
        "DuocThanhToanTrucTuyen",
        "DinhDanhCHS",
        "NgayNopHoSo",
        "DSKetNoiCSDL",
    ],
)
async def test_2024_asks_for_every_field_added_after_2021(name: str) -> None:
    async with PortalUnderTest(mode="2024") as portal:
        answer = await portal.create(a_dossier(**{name: None}))
        assert answer == {"error_code": -1, "message": f"Thiếu trường bắt buộc {name}"}


async def test_the_full_table_asks_for_what_the_core_does_not() -> None:
    async with PortalUnderTest(mode="2020", strictness="table") as portal:
        answer = await portal.create(a_dossier_of_2020())
        assert answer["message"] == "Thiếu trường bắt buộc TrichYeuHoSo"
        assert (await portal.create(a_dossier_of_2020(TrichYeuHoSo="Xin phép xây dựng")))["error_code"] == 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"MaHoSo": "khong-dung"}, "MaHoSo"),
        ({"MaTTHC": ""}, "MaTTHC"),
        ({"MaTTHC": "TTHC-A"}, "MaTTHC"),
        ({"TrangThaiHoSo": ""}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "11"}, "TrangThaiHoSo"),
        ({"NgayTiepNhan": "2026-11-24"}, "NgayTiepNhan"),
        ({"NgayHenTra": "20261341081500"}, "NgayHenTra"),
        ({"TrichYeuHoSo": "x" * 1001}, "TrichYeuHoSo"),
        ({"GhiChu": "x" * 2001}, "GhiChu"),
        ({"KenhThucHien": "4"}, "KenhThucHien"),
        ({"HinhThuc": "2"}, "HinhThuc"),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x" * 4001}]}, "TenTepDinhKem"),
        ({"TaiLieuNop": [{"IsDeleted": "no"}]}, "IsDeleted"),
        ({"TaiLieuNop": "tep.pdf"}, "TaiLieuNop"),
        ({"DanhSachGiayToKetQua": [{"TenGiayTo": "x" * 2001}]}, "TenGiayTo"),
        ({"DanhSachLePhi": [{"Gia": "150.000"}]}, "Gia"),
        ({"DanhSachHoSoBoSung": [{"DanhSachGiayToBoSung": [{"DuocSoHoa": "9"}]}]}, "DuocSoHoa"),
        ({"DinhDanhCHS": [{"LoaiDinhDanh": "1"}]}, "SoDinhDanh"),
    ],
)
async def test_a_wrong_field_is_refused_by_name_and_changes_nothing(
    changed: dict[str, Any], named: str
) -> None:
    async with PortalUnderTest() as portal:
        answer = await portal.create(a_dossier(**changed))
        assert answer["error_code"] == -1
        assert named in answer["message"]
        assert (await portal.http.get("/sandbox/dossiers")).json()["count"] == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"TrangThaiHoSo": 4, "LoaiDoiTuong": 1},
        {"NgayHenTra": ""},
        {"NgayHenTra": None},
        {"MaTTHC": "2.000815.000.00.00.H99"},
        {"MaTTHC": "2.002621.H99"},
        {
            "TaiLieuNop": [
                {"IsDeleted": "False", "MaThanhPhanHoSo": "", "DuongDanTaiTepTin": "https://a/b+c?t=1"}
            ]
        },
        {"TaiLieuNop": [{"IsDeleted": "0"}]},
        {"DanhSachLePhi": [{"Gia": "150000", "MaPhiLePhi": "1", "HinhThucThu": "1", "LoaiPhiLePhi": "2"}]},
        {"MaHoSo": "H99-261124-00012"},
        {"MaHoSo": "000.28.15.H22-261124-0001"},
    ],
)
async def test_what_real_senders_send_is_taken(changed: dict[str, Any]) -> None:
    async with PortalUnderTest() as portal:
        assert (await portal.create(a_dossier(**changed)))["error_code"] == 0


async def test_a_known_procedure_can_be_asked_for_by_exact_code_or_national_prefix() -> None:
    async with PortalUnderTest(procedures="known") as portal:
        assert (await portal.create(a_dossier(MaTTHC="1.001193.H99")))["error_code"] == 0
        answer = await portal.create(a_dossier("H99.101-261124-0002", MaTTHC="9.999999"))
        assert "không có trong danh mục" in answer["message"]


@pytest.mark.parametrize("data", [None, [], {}, "x", ["x"]])
async def test_data_that_is_no_list_of_dossiers_is_refused(data: object) -> None:
    async with PortalUnderTest() as portal:
        answer = await portal.call("DongBoHoSoMC", isUpdating="False", data=data)
        assert answer["error_code"] == -1


async def test_a_progress_entry_that_comes_twice_is_kept_once_and_entries_stand_in_time_order() -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier())
        late, early = a_progress_entry(at="20261124110000"), a_progress_entry(at="20261124090000")
        for entries in ([late], [early, late]):
            assert (await portal.call("CapNhatTienDoHoSoMC", data=entries))["error_code"] == 0
        progress = (await portal.dossier())["progress"]
        assert [(one["ThoiDiemXuLy"], one["count"]) for one in progress] == [
            ("20261124090000", 1),
            ("20261124110000", 2),
        ]
        assert await portal.statuses() == ["2"]


async def test_progress_of_an_unknown_dossier_is_refused() -> None:
    async with PortalUnderTest() as portal:
        answer = await portal.call("CapNhatTienDoHoSoMC", data=[a_progress_entry()])
        assert answer["error_code"] == -4
        assert "không tồn tại" in answer["message"]


@pytest.mark.parametrize(
    "changed",
    [{"NguoiXuLy": "x" * 51}, {"NguoiXuLy": ""}, {"ThoiDiemXuLy": "24/11/2026"}, {"TrangThai": "0"}],
)
async def test_a_wrong_progress_entry_is_refused(changed: dict[str, Any]) -> None:
    async with PortalUnderTest() as portal:
        await portal.create(a_dossier())
        answer = await portal.call("CapNhatTienDoHoSoMC", data=[a_progress_entry(**changed)])
        assert answer["error_code"] == -1
        assert (await portal.dossier())["progress"] == []


@pytest.mark.parametrize("status", [str(code) for code in range(1, 12)])
async def test_a_portal_born_dossier_takes_statuses_1_to_11(status: str) -> None:
    async with PortalUnderTest(status_of_unknown="accept") as portal:
        code = "G22.99-261124-000001"
        data = a_portal_born_status(code, status)
        assert (await portal.call("DongBoTrangThaiHoSo", type="2", data=data))["error_code"] == 0
        held = await portal.dossier(code)
        assert (held["current"], held["own_code"]) == (status, "H99.101-261124-0007")


async def test_the_status_of_a_dossier_the_portal_never_had_is_refused() -> None:
    async with PortalUnderTest() as portal:
        data = a_portal_born_status("G22.99-261124-000001", "2")
        assert (await portal.call("DongBoTrangThaiHoSo", type="2", data=data))["error_code"] == -4
        assert (await portal.call("DongBoTrangThaiHoSo", type="1", data=data))["error_code"] == -1
        assert (await portal.call("DongBoTrangThaiHoSo", type="2", data=[data]))["error_code"] == -1
        wrong = a_portal_born_status("G22.99-261124-000001", "12")
        assert (await portal.call("DongBoTrangThaiHoSo", type="2", data=wrong))["error_code"] == -1


async def test_a_lookup_answers_the_dossier_or_an_empty_list() -> None:
    async with PortalUnderTest() as portal:
        assert (await portal.call("TraCuuHoSo", mahoso=CODE))["result"] == []
        await portal.create(a_dossier(status="4"))
        (found,) = (await portal.call("TraCuuHoSo", mahoso=CODE))["result"]
        assert found["MaHoSo"] == CODE
        assert (found["MaTrangThai"], found["TrangThaiHoSo"]) == ("4", "Đang xử lý")
        assert (await portal.call("TraCuuHoSo"))["error_code"] == -1
