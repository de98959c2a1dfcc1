"""The portal's messages, field by field: what was recorded is told, nothing is made up."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.gateway.domain.portal.telling.messages import (
    Wire,
    dossier_message,
    paid_online,
    progress_entry,
    stamp,
    status_message,
)
from services.gateway.domain.portal.telling.view import Fee, PortalView

ATTACHMENT = "0193a5c2-7d00-7a10-8000-0000000000a1"
RESULT = "0193a5c2-7d00-7a10-8000-0000000000a2"
ADDRESSES = {ATTACHMENT: "https://mc.example/portal-files/t1", RESULT: "https://mc.example/portal-files/t2"}
WIRE_2024 = Wire(addresses=ADDRESSES)
WIRE_2020 = Wire(mode="2020", addresses=ADDRESSES)
CODE = "H99.201-260303-0001"


def a_view(**changed: Any) -> PortalView:
    """Return a finished dossier's view in the dossier service's own words."""
    data = {
        "dossier_id": "0193a5c2-7d00-7a10-8000-0000000000aa",
        "version": 5,
        "dossier_code": CODE,
        "portal_code": None,
        "origin": "HERE",
        "channel": "ONLINE",
        "procedure": {"code": "1.004873", "name": "Cấp Giấy xác nhận", "sector": "G15-TP07"},
        "competent_agency": {"code": "H99.201", "name": "UBND phường Bến Lam"},
        "receiving_agency": {"code": "H99.201", "name": "UBND phường Bến Lam"},
        "state": "RETURNED",
        "portal_status": 10,
        "submitted_at": "2026-03-03T01:00:00+00:00",
        "accepted_at": "2026-03-03T08:10:00+07:00",
        "due_at": "2026-03-06T17:00:00+07:00",
        "ended_at": "2026-03-05T10:00:00+07:00",
        "returned_at": "2026-03-05T15:00:00+07:00",
        "result_delivery": "POST",
        "owner": {
            "full_name": "Nguyễn Văn An",
            "applicant_type": "CITIZEN",
            "identity_number": "099088000011",
            "phone": "0900000000",
            "email": "an@example.vn",
        },
        "fees": [{"name": "Lệ phí", "amount": 15000}],
        "attachments": [
            {
                "attachment_id": ATTACHMENT,
                "file_name": "to-khai.pdf",
                "name": "Tờ khai",
                "component_code": "TP01",
                "is_digitised": True,
                "reuse": 2,
                "is_from_personal_store": False,
            }
        ],
        "results": [
            {
                "code": "KQ.01",
                "name": "Giấy xác nhận",
                "number": "12/GXN",
                "attachments": [{"attachment_id": RESULT, "file_name": "kq.pdf"}],
            }
        ],
        "supplements": [
            {"asked_at": "2026-03-04T09:00:00+07:00", "by": "Bùi Thị Lan", "items": [{"name": "Ảnh"}]}
        ],
        "progress": [
            {"version": 4, "at": "2026-03-05T10:00:00+07:00", "officer": "Trần Văn Ký", "text": "Ký"},
            {
                "version": 5,
                "at": "2026-03-05T15:00:00+07:00",
                "officer": "Bùi Thị Lan",
                "text": "Trả kết quả",
                "due_at": "2026-03-06T17:00:00+07:00",
            },
        ],
        "note": "",
        "evidence": {"is_vneid_verified": True},
        **changed,
    }
    return PortalView.of(data)


def told(status: int = 10, wire: Wire = WIRE_2024, **changed: Any) -> dict[str, Any]:
    return dossier_message(a_view(**changed), code=CODE, status=status, procedure="1.004873", wire=wire)


def test_a_finished_dossier_is_told_field_by_field() -> None:
    assert told() == {
        "MaHoSo": CODE,
        "MaTTHC": "1.004873",
        "TenTTHC": "Cấp Giấy xác nhận",
        "MaLinhVuc": "G15-TP07",
        "TenLinhVuc": "",
        "ChuHoSo": "Nguyễn Văn An",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "",
        "ThongTinKhac": "",
        "Email": "an@example.vn",
        "Fax": "",
        "SoDienThoai": "0900000000",
        "TrichYeuHoSo": "Cấp Giấy xác nhận",
        "NgayTiepNhan": "20260303081000",
        "NgayHenTra": "20260306170000",
        "TrangThaiHoSo": "10",
        "NgayTra": "20260305150000",
        "ThongTinTra": "",
        "HinhThuc": "1",
        "NgayKetThucXuLy": "20260305100000",
        "DonViXuLy": "UBND phường Bến Lam",
        "GhiChu": "",
        "TaiLieuNop": [
            {
                "TepDinhKemId": ATTACHMENT,
                "TenTepDinhKem": "to-khai.pdf",
                "IsDeleted": "False",
                "MaThanhPhanHoSo": "TP01",
                "DuongDanTaiTepTin": "https://mc.example/portal-files/t1",
                "DuocSoHoa": "1",
                "DuocTaiSuDung": "2",
                "DuocLayTuKhoDMQG": "0",
                "MaKetQuaThayThe": "",
            }
        ],
        "DanhSachLePhi": [
            {
                "TenPhiLePhi": "Lệ phí",
                "MaPhiLePhi": "",
                "HinhThucThu": "",
                "Gia": "15000",
                "LoaiPhiLePhi": "",
            }
        ],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [
            {
                "HoSoBoSungId": "1",
                "NguoiYeuCauBoSung": "Bùi Thị Lan",
                "NoiDungBoSung": "Ảnh",
                "NgayBoSung": "20260304090000",
                "NguoiTiepNhanBoSung": "",
                "ThongTinTiepNhan": "",
                "NgayTiepNhanBoSung": "",
                "TrangThaiBoSung": "False",
                "DanhSachGiayToBoSung": [],
                "DanhSachLePhiBoSung": [],
                "NgayHenTraTruoc": "",
                "NgayHenTraMoi": "",
            }
        ],
        "DanhSachGiayToKetQua": [
            {
                "TenGiayTo": "Giấy xác nhận 12/GXN",
                "MaThanhPhanHoSo": "",
                "GiayToId": RESULT,
                "DuongDanTepTinKetQua": "https://mc.example/portal-files/t2",
                "MaGiayToKetQua": "KQ.01",
            }
        ],
        "KenhThucHien": "2",
        "SoGiayToChuHoSo": "099088000011",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "NgayTuChoi": "",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "099088000011"}],
        "NgayNopHoSo": "20260303080000",
        "DSKetNoiCSDL": [],
    }


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def test_every_value_on_the_wire_is_a_string() -> None:
    messages = [told(), progress_entry(a_view(), code=CODE, status=10)]
    messages.append(status_message(a_view(), code=CODE, status=10, wire=WIRE_2024))
    assert {type(leaf) for message in messages for leaf in leaves(message)} == {str}


def test_the_portal_of_2020_is_told_what_it_knew() -> None:
    message = told(wire=WIRE_2020)
    assert "NgayNopHoSo" not in message
    assert set(message["TaiLieuNop"][0]) == {
        "TepDinhKemId",
        "TenTepDinhKem",
        "IsDeleted",
        "MaThanhPhanHoSo",
        "DuongDanTaiTepTin",
    }
    assert "MaGiayToKetQua" not in message["DanhSachGiayToKetQua"][0]


def test_ends_are_told_only_by_statuses_that_end() -> None:
    assert told(4)["NgayKetThucXuLy"] == told(4)["NgayTra"] == told(4)["NgayTuChoi"] == ""
    assert (told(9)["NgayKetThucXuLy"], told(9)["NgayTra"]) == ("20260305100000", "")
    assert told(3)["NgayTuChoi"] == "20260305100000"


def test_an_instant_is_vietnamese_time_without_a_zone() -> None:
    assert stamp(datetime(2026, 3, 2, 18, 30, tzinfo=UTC)) == "20260303013000"
    assert stamp(None) == ""


@pytest.mark.parametrize(
    ("number", "identities"),
    [
        ("099088000011", [{"LoaiDinhDanh": "1", "SoDinhDanh": "099088000011"}]),
        ("123456789", [{"LoaiDinhDanh": "2", "SoDinhDanh": "123456789"}]),
        ("C1234567", []),
        ("", []),
    ],
)
def test_only_numbers_of_a_known_kind_are_identities_and_none_is_made_up(
    number: str, identities: list[Any]
) -> None:
    message = told(owner={"full_name": "A", "identity_number": number})
    assert message["DinhDanhCHS"] == identities
    assert message["SoGiayToChuHoSo"] == number


def test_a_newborn_is_found_by_the_number_of_who_represents_it() -> None:
    """Which is not the child's identity; who has a number of their own is told by no other."""
    message = told(
        owner={"full_name": "Bé", "identity_number": None, "representative_number": "099192000022"}
    )
    assert (message["SoGiayToChuHoSo"], message["DinhDanhCHS"]) == ("099192000022", [])
    both = told(
        owner={"full_name": "A", "identity_number": "C1234567", "representative_number": "099192000022"}
    )
    assert both["SoGiayToChuHoSo"] == "C1234567"


def test_databases_are_told_by_the_codes_agreed_and_without_a_code_not_at_all() -> None:
    wire = replace(WIRE_2024, database_codes={"POPULATION": "7"})
    message = told(databases=["BUSINESS", "POPULATION"], wire=wire)
    assert message["DSKetNoiCSDL"] == [{"MaCSDL": "7"}]
    assert told(databases=["POPULATION"])["DSKetNoiCSDL"] == []


def test_without_evidence_no_flag_is_set() -> None:
    bare = told(attachments=[], evidence={}, results=[], fees=[])
    names = ("HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen")
    assert [bare[name] for name in names] == ["0", "0", "0"]
    assert bare["TaiLieuNop"] == bare["DanhSachGiayToKetQua"] == bare["DSKetNoiCSDL"] == []


@pytest.mark.parametrize(
    ("fees", "way"),
    [
        ((), "0"),
        ((Fee("a", "FEE", 0, "PORTAL"),), "0"),
        ((Fee("a", "FEE", 5, ""),), "0"),
        ((Fee("a", "FEE", 5, "COUNTER"),), "0"),
        ((Fee("a", "FEE", 5, "PROVINCE"),), "2"),
        ((Fee("a", "FEE", 5, "PROVINCE"), Fee("b", "FEE", 5, "PORTAL")), "1"),
    ],
)
def test_paid_online_is_what_was_paid_online(fees: tuple[Fee, ...], way: str) -> None:
    assert paid_online(fees) == way


def test_a_correction_says_whose_result_it_corrects() -> None:
    """The portal has no member that links dossiers: the summary says it in words."""
    view = a_view(corrects="H99.201-260303-0001")
    message = dossier_message(view, code=CODE, status=2, procedure="1.004873", wire=WIRE_2024)
    assert message["TrichYeuHoSo"] == "Đính chính kết quả hồ sơ H99.201-260303-0001: Cấp Giấy xác nhận"


def test_long_texts_are_cut_to_what_the_portal_takes() -> None:
    entry = {"version": 5, "at": "2026-03-05T15:00:00+07:00", "officer": "Đ" * 80, "text": "x" * 3000}
    view = a_view(
        procedure={"code": "1.004873", "name": "T" * 1500, "sector": ""},
        progress=[entry],
        attachments=[{"attachment_id": ATTACHMENT, "file_name": "f" * 5000, "component_code": ""}],
        results=[{"name": "k" * 3000, "attachments": [{"attachment_id": RESULT, "file_name": "x"}]}],
    )
    message = dossier_message(view, code=CODE, status=9, procedure="1.004873", wire=WIRE_2024)
    assert len(message["TrichYeuHoSo"]) == 1000
    assert len(message["TaiLieuNop"][0]["TenTepDinhKem"]) == 4000
    assert len(message["DanhSachGiayToKetQua"][0]["TenGiayTo"]) == 2000
    told_progress = progress_entry(view, code=CODE, status=9)
    assert (len(told_progress["NguoiXuLy"]), len(told_progress["NoiDungXuLy"])) == (50, 2000)


def test_a_progress_entry_is_that_of_its_version_and_always_the_same() -> None:
    entry = progress_entry(a_view(), code=CODE, status=10)
    assert entry == progress_entry(a_view(), code=CODE, status=10)
    assert entry == {
        "MaHoSo": CODE,
        "NguoiXuLy": "Bùi Thị Lan",
        "ChucDanh": "",
        "ThoiDiemXuLy": "20260305150000",
        "PhongBanXuLy": "UBND phường Bến Lam",
        "NoiDungXuLy": "Trả kết quả",
        "TrangThai": "10",
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": "20260306170000",
    }


def test_the_status_of_a_dossier_born_there_carries_both_codes_and_the_result() -> None:
    message = status_message(a_view(note="Mời đến nhận"), code="G22.99-1", status=10, wire=WIRE_2024)
    assert (message["MaHoSo"], message["MaHoSoDonVi"], message["TrangThai"]) == ("G22.99-1", CODE, "10")
    assert (message["NoiDung"], message["NgayXuLy"]) == ("Mời đến nhận", "20260305150000")
    assert [file["DuongDanTaiTepTin"] for file in message["TaiLieuXuLy"]] == [ADDRESSES[RESULT]]


ASKED = {
    "asked_at": "2026-03-04T09:00:00+07:00",
    "by": "Bùi Thị Lan",
    "items": [
        {"component_code": "to-khai", "name": "Tờ khai", "reason": "Chưa ký"},
        {"component_code": "ly-hon", "name": "Bản án ly hôn", "reason": "Thiếu"},
    ],
    "legal_basis": "",
    "reason": "Hồ sơ chưa đủ",
    "answered_at": None,
    "answer_note": "",
    "confirmed_by": None,
    "due_before": None,
    "due_after": None,
    "files": [],
}
PAPERS = "Tờ khai: Chưa ký; Bản án ly hôn: Thiếu"


def test_a_supplement_that_was_answered_is_told_with_its_files_and_the_new_date() -> None:
    answered = {
        **ASKED,
        "answered_at": "2026-03-04T10:00:00+07:00",
        "answer_note": "Đã ký",
        "confirmed_by": "Trần Thị Một Cửa " * 9,
        "due_before": "2026-03-06T17:00:00+07:00",
        "due_after": "2026-03-09T17:00:00+07:00",
        "files": [{"attachment_id": ATTACHMENT, "file_name": "ban-an.pdf", "component_code": "ly-hon"}],
    }
    first, second = told(supplements=[answered, {**ASKED, "asked_at": "2026-03-05T09:00:00+07:00"}])[
        "DanhSachHoSoBoSung"
    ]
    assert first == {
        "HoSoBoSungId": "1",
        "NguoiYeuCauBoSung": "Bùi Thị Lan",
        "NoiDungBoSung": PAPERS,
        "NgayBoSung": "20260304090000",
        "NguoiTiepNhanBoSung": ("Trần Thị Một Cửa " * 9)[:50],
        "ThongTinTiepNhan": "Đã ký",
        "NgayTiepNhanBoSung": "20260304100000",
        "TrangThaiBoSung": "True",
        "DanhSachGiayToBoSung": [
            {
                "TepDinhKemId": ATTACHMENT,
                "TenTepDinhKem": "ban-an.pdf",
                "IsDeleted": "False",
                "MaThanhPhanHoSo": "ly-hon",
                "DuongDanTaiTepTin": ADDRESSES[ATTACHMENT],
                "DuocSoHoa": "0",
                "DuocTaiSuDung": "0",
                "DuocLayTuKhoDMQG": "0",
                "MaKetQuaThayThe": "",
            }
        ],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": "20260306170000",
        "NgayHenTraMoi": "20260309170000",
    }
    blank = ("NguoiTiepNhanBoSung", "ThongTinTiepNhan", "NgayTiepNhanBoSung", "NgayHenTraTruoc")
    assert [second[name] for name in (*blank, "NgayHenTraMoi")] == [""] * 5
    assert (second["HoSoBoSungId"], second["TrangThaiBoSung"]) == ("2", "False")
    assert second["DanhSachGiayToBoSung"] == []


def test_a_file_of_a_supplement_has_an_address_even_where_no_component_names_it() -> None:
    lone = {"attachment_id": "lone", "file_name": "a.pdf"}
    view = a_view(supplements=[{**ASKED, "files": [lone]}])
    assert {file.attachment_id for file in view.files} == {"lone", ATTACHMENT, RESULT}
    assert len(view.files) == 3


@pytest.mark.parametrize(
    ("status", "changed", "said"),
    [
        (
            5,
            {"note": "Hồ sơ chưa đủ.", "supplements": [ASKED]},
            f"Hồ sơ chưa đủ. Giấy tờ cần bổ sung: {PAPERS}",
        ),
        (
            5,
            {"note": "Thiếu", "supplements": [{**ASKED, "legal_basis": "Đ.9 NĐ 118"}]},
            f"Thiếu. Giấy tờ cần bổ sung: {PAPERS}. Căn cứ: Đ.9 NĐ 118",
        ),
        (5, {"note": "Thiếu", "supplements": []}, "Thiếu"),
        (
            5,
            {"note": "Thiếu", "supplements": [{**ASKED, "answered_at": "2026-03-04T10:00:00+07:00"}]},
            "Thiếu",
        ),
        (3, {"note": "Sai", "change": {"legal_basis": "Đ.17 NĐ 118"}}, "Sai. Căn cứ: Đ.17 NĐ 118"),
        (3, {"note": "Sai", "supplements": [ASKED]}, "Sai"),
        (10, {"note": "Mời đến nhận", "change": {"legal_basis": ""}}, "Mời đến nhận"),
        (
            5,
            {"note": "x" * 3000, "supplements": [ASKED]},
            "x" * (2000 - len(f". Giấy tờ cần bổ sung: {PAPERS}")) + f". Giấy tờ cần bổ sung: {PAPERS}",
        ),
        (
            11,
            {"note": "x" * 3000, "change": {"legal_basis": "y" * 2500}},
            ("Căn cứ: " + "y" * 2500)[:2000],
        ),
    ],
)
def test_who_applied_there_reads_why_which_papers_and_on_what_basis(
    status: int, changed: dict[str, Any], said: str
) -> None:
    message = status_message(a_view(**changed), code="G22.99-1", status=status, wire=WIRE_2024)
    assert message["NoiDung"] == said


@pytest.mark.parametrize(("setting", "sent"), [(11, "11"), (3, "3")])
def test_a_refusal_of_a_dossier_born_there_is_told_as_the_setting_says(setting: int, sent: str) -> None:
    wire = Wire(addresses=ADDRESSES, refusal_status=setting)
    assert status_message(a_view(), code="G22.99-1", status=3, wire=wire)["TrangThai"] == sent
    assert status_message(a_view(), code="G22.99-1", status=8, wire=wire)["TrangThai"] == "8"


def test_a_view_without_its_own_version_is_no_view() -> None:
    with pytest.raises(ValueError, match="version 5"):
        a_view(progress=[])


def test_the_agreed_contract_names_every_member_that_is_read() -> None:
    file = Path(__file__).parents[3] / "contracts" / "consumers" / "gateway--dossier.json"
    agreed = json.loads(file.read_text(encoding="utf-8"))[0]
    named = {field.partition(".")[0] for field in agreed["fields"] + agreed["fields_of_the_open_object"]}
    read: set[str] = set()

    class Watched(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return super().__getitem__(key)

    view = {"procedure": {"code": "1", "name": "n"}, "origin": "HERE", "channel": "DIRECT", "version": 1}
    entry = {"version": 1, "at": "2026-03-05T15:00:00+07:00"}
    PortalView.of(Watched({**view, "competent_agency": {"name": "x"}, "progress": [entry]}))
    assert read - named <= {"sector_name", "databases"}, read - named
