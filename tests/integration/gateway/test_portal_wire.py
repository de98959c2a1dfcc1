"""Every service of the contract, both modes, both ways: the bytes on the wire, held against its fields."""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from sandbox.portal.messages import Attachment, Owner, Submission, SupplementAnswer
from sandbox.portal.messages import dossier_message as message_down
from sandbox.portal.messages import supplement_message as supplement_down
from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal.exchange.satisfaction import MonthOfAnswers, summary_message
from tests.integration.gateway.portal_dossiers import AGENCY, PROCEDURE, ADossier
from tests.integration.gateway.portal_wire import (
    coverage,
    faults_of,
    faults_of_call,
    services,
    shapes,
)
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import (
    CODE,
    PDF,
    a_supplement,
    a_tax_notice,
    a_tax_voucher,
    send,
)

ROADS: dict[str, dict[str, Any]] = {
    "direct": {"portal_prefix": "/VXPAdapter/RestService/forward"},
    "gateway": {"portal_driver": "gateway"},
}
SECTION_6 = (
    "LayDanhSachTTHC LayDanhSachTTHCDonVi LayThuTuc LayQDCB LayDVC LayDanhMucCoQuan LayDanhMucLinhVuc"
    " LayDanhMucGioiTinh LayDanhMucTinhThanh LayDanhMucQuanHuyen LayDanhMucPhuongXa LayDanhMucQuocGia"
    " LayDanhMucDanToc LayDanhMucTonGiao LayDanhMucTinhTrangHonNhan LayDanhMucDoiTuong LayDanhMucCapThucHien"
    " LayDanhMucCanCuPhapLy LayDanhMucLePhi LayDanhMucLoaiThuTuc LayDanhMucNhomThuTuc"
    " LayDanhMucThuTucThuocLoai TraCuuTechID TraCuuHoSo DongBoHoSoMC CapNhatTienDoHoSoMC DongBoTrangThaiHoSo"
    " LayDanhSachHoiDapGuiTuDVCQG LayDanhSachHoiDapBoCoQuan LayNoiDungTraLoiTheoCauHoi DongBoHoiDap"
    " DongBoKetQuaHoiDapGuiTuDVCQG DongBoDanhGia DanhSachPAKNChoXuLy"
)
SECTION_17 = (
    "nhanhsdvcqg addtthcKhuyenMai NhanThongBaoThueDat NhanChungTuThueDat search/call tracuuthanhtoan"
    " nhanketquathanhtoan"
)
ASKED = {
    "LayDanhSachTTHCDonVi": {"maDonVi": "G15"},
    "LayThuTuc": {"maTTHC": "1.004873"},
    "LayQDCB": {"idQDCB": "1"},
    "TraCuuTechID": {"provider": "wso2is", "mstorcmnd": "099088000011"},
    "LayNoiDungTraLoiTheoCauHoi": {"cauhoiid": "1"},
}


def test_every_service_of_sections_6_and_17_has_its_rows() -> None:
    known = services()
    assert {*SECTION_6.split(), *SECTION_17.split(), "login"} <= known.keys()
    used = {one.request for one in known.values()}
    used |= {one.answer.rpartition(":")[2] for one in known.values()} - {"none", "unknown"}
    used |= {
        field.type.rpartition(":")[2]
        for one in shapes().values()
        for field in one.values()
        if ":" in field.type
    }
    named = {"Envelope", "Answered"}
    # Section 17.6 answers with what is owed, section 19.2 is inside a payment's opening.
    assert (used | named | {"Owed"}) == shapes().keys()


@pytest.mark.parametrize(
    ("shape", "field", "value"),
    [
        ("Progress", "NguoiXuLy", "x" * 51),
        ("Progress", "ThoiDiemXuLy", "2026-03-03T08:00:00"),
        ("Progress", "ThoiDiemXuLy", "20260231080000"),
        ("Progress", "TrangThai", "11"),
        ("Progress", "TrangThai", 4),
        ("Progress", "MaHoSo", ""),
        ("Progress", "Khac", "x"),
        ("GivenAnswer", "NGAYTRALOI", "3/3/2026"),
        ("Summary", "NgayTongHop", "02-2026"),
        ("Summary", "TongSoNguoiDanhGia", "8"),
    ],
)
def test_the_table_finds_what_is_not_the_contracts(shape: str, field: str, value: Any) -> None:
    good = {
        "Progress": {
            "MaHoSo": "H99-1",
            "NguoiXuLy": "Lan",
            "ThoiDiemXuLy": "20260303080000",
            "NoiDungXuLy": "Ký",
            "TrangThai": "4",
        },
        "GivenAnswer": {
            "HOIDAPID": "1",
            "MADONVI": "H99",
            "NGUOITRALOI": "Lan",
            "CHUCVUNGUOITRALOI": "",
            "NGAYTRALOI": "03/03/2026",
            "NOIDUNGTRALOI": "Có",
        },
        "Summary": {
            "NgayTongHop": "2-2026",
            "TongSoNguoiDanhGia": 8,
            **{name: "" for name in shapes()["Summary"] if name.startswith("PhanTram")},
            "DanhSachNoiDungYKien": [],
            "MaThuTuc": "",
            "NoiDung": "Thời gian?",
            "Madonvi": "H99",
            "TenDonVi": "Tỉnh",
        },
    }[shape]
    assert faults_of(shape, good, "2024") == []
    assert faults_of(shape, {**good, field: value}, "2024") != []


@pytest.fixture(params=[(road, mode) for road in ROADS for mode in ("2020", "2024")], ids="-".join)
async def world(start, request: Any) -> AsyncIterator[tuple[World, str, str]]:
    road, mode = request.param
    nobody = {"province_url": "http://127.0.0.1:9", "province_timeout_seconds": 0.2}
    sandbox = PortalSettings(mode=mode, strictness="table", **nobody)
    databases = {"CSDLQG_DAN_CU": "7"}
    async with a_world(
        start, sandbox, portal_mode=mode, portal_database_codes=databases, **ROADS[road]
    ) as found:
        yield found, road, mode


def full(origin: str = "HERE", portal_code: str | None = None) -> ADossier:
    """Return a dossier with everything a dossier may have, at its end."""
    handed = {
        "attachment_id": str(uuid4()),
        "file_name": "Tờ khai + ảnh.pdf",
        "name": "Tờ khai",
        "component_code": "TP01",
        "is_digitised": True,
        "reuse": 2,
        "is_from_personal_store": True,
        "replaced_by": "KQ.02",
    }
    dossier = ADossier(origin=origin, portal_code=portal_code, attachments=[handed])
    dossier.procedure["sector_name"] = "Hộ tịch"
    dossier.to_the_end()
    for view in dossier.views.values():
        view["fees"] = [
            {"name": "Lệ phí", "amount": 15000, "kind": "CHARGE", "paid_through": "PORTAL"},
            {"name": "Phí", "amount": 0, "kind": "FEE"},
        ]
        view["supplements"] = [
            {"asked_at": "2026-03-04T09:00:00+07:00", "by": "Bùi Thị Lan", "items": [{"name": "x" * 3000}]}
        ]
        view["databases"] = ["CSDLQG_DAN_CU", "CHUA_CO_MA"]
        view["progress"][0]["officer"] = "Người có họ tên rất dài " * 9
        view["note"] = "dòng một\ndòng hai " * 300
        file = {"attachment_id": str(uuid4()), "file_name": "kq.pdf"}
        view["results"] = [{"code": "KQ.01", "name": "Giấy " * 900, "number": "12", "attachments": [file]}]
    return dossier


async def _everything(world: World, road: str) -> None:
    """Let every service that is called be called."""
    exchange = world.gateway.runtime.resources.portal.exchange
    owner = {"name": "Nguyễn Văn An", "identity_number": "099088000011", "birth_date": "19880101"}
    submitted = {"procedure_code": "1.004873", "owner": owner, "agency_code": "H99.201"}
    there = (await world.portal.post("/sandbox/submissions", json=submitted)).json()
    born = full("PORTAL", there["code"])
    await world.hears(full(), born)
    await world.settles()
    assert await world.gateway.runtime.resources.portal.reconcile.run(10) >= 0
    await exchange.catalogues.run()
    asked = {"agency": "H99", "text": "Nộp ở đâu?", "sector_code": "G15-TP07", "name": "Nguyễn Văn An"}
    number = (await world.portal.post("/sandbox/questions", json=asked)).json()["HOIDAPID"]
    await exchange.questions.run()
    (line,) = (await world.ask("GET", "/api/v1/portal-questions", "can-bo")).json()["items"]
    answer = {"text": "Tại Trung tâm.\nTầng 1.", "position": "Công chức"}
    address = f"/api/v1/portal-questions/{line['id']}/answer"
    assert (await world.ask("PUT", address, "can-bo", answer, seen='"1"')).status_code == 204
    own = {"question": "Lệ phí?", "text": "Không thu.", "position": "Công chức", "subject": "G15-TP07"}
    assert (await world.ask("POST", "/api/v1/portal-questions", "can-bo", own)).status_code == 201
    assert await exchange.answers.run() == 2
    national = exchange.national
    await national.write("DongBoDanhGia", [summary_message(A_MONTH)])
    for name, service in services().items():
        if (
            service.way == "out"
            and service.request in {"Nothing", *_READS}
            and (road == "direct" or service.answer != "unknown")
        ):
            asked = {**ASKED, "LayNoiDungTraLoiTheoCauHoi": {"cauhoiid": str(number)}}.get(name, {})
            await national.read(name, **asked)


_READS = {"OfAgency", "OfProcedure", "OfDecision", "OfPerson", "OfQuestion"}


A_MONTH = MonthOfAnswers(
    month=date(2026, 2, 1),
    agency="H99",
    agency_name="Tỉnh Mẫu",
    procedure="1.004873",
    question="TIME",
    text="Thời gian?",
    counts={5: 6, 4: 3, 2: 1},
)


async def test_what_goes_up_and_comes_back_is_the_contracts_field_by_field(
    world: tuple[World, str, str], capsys: Any
) -> None:
    found, road, mode = world
    await _everything(found, road)
    seen, faults = set(), []
    for call in found.wire.calls:
        service, wrong = faults_of_call(call, mode)
        seen |= {(service, road, mode, "out"), (service, road, mode, "in")}
        faults += [f"{service} {one}" for one in wrong]
    assert faults == []
    with capsys.disabled():
        print(f"\n{coverage(seen)}")  # noqa: T201 - the list is for who reads the run.
    out = {name for name, one in services().items() if one.way == "out"} - {"INIT", "QUERY"}
    if road == "gateway":
        # The gateway logs in itself, and no address of these catalogues at one is known.
        out -= {"login", *(name for name, one in services().items() if one.answer == "unknown")}
    assert {service for service, *_ in seen} >= out


def _downward(mode: str) -> list[tuple[str, str, Any]]:
    """Return each message of section 17 as the portal's side makes it: service, path, body."""
    settings = PortalSettings(mode=mode)
    owner = Owner(
        name="Nguyễn Văn An",
        identity_number="099088000011",
        birth_date="19880101",
        phone="0900000000",
        email="an@example.vn",
        address="Số 1, phố Mẫu",
    )
    file = Attachment(name="a.pdf", component_code="TP01", base64=PDF)
    asked = Submission(
        procedure_code=PROCEDURE["code"], owner=owner, attachments=[file], agency_code=AGENCY["code"]
    )
    dossier = message_down(asked, code=CODE, procedure=None, at="20260303081500", settings=settings)
    given = SupplementAnswer(given="ảnh cũ", changed="ảnh mới", attachments=[file])
    supplement = supplement_down(given, code=CODE, at="20260304081500", settings=settings)
    promotion = {
        "MaHoSo": "G22.99-260303-000888",
        "MaTTHC": "1.004873",
        "SoVanBan": "12/KM",
        "NgayNopHoSo": "20260303081500",
        "MaSoThue": "0101234567",
        "TenThuongNhan": "Công ty Mẫu",
        "DiaChiDoanhNghiep": {"MaTinh": "99", "MaHuyen": "", "MaXa": "", "DiaChiChiTiet": "Số 1"},
        "DienThoai": "0900000000",
        "Fax": "",
        "Email": "a@example.vn",
        "NguoiLienHe": "An",
        "SoDienThoaiNguoiLienHe": "0900000000",
        "TenTepDonDangKy": "don.pdf",
        "TepDonDangKy": PDF,
        "TaiLieuNop": [{"TenTepDinhKem": "b.pdf", "Base64": PDF}],
    }
    return [
        ("nhanhsdvcqg", "nhanhsdvcqg", dossier),
        ("nhanhsdvcqg (bổ sung)", "nhanhsdvcqg", supplement),
        ("addtthcKhuyenMai", "addtthcKhuyenMai", promotion),
        ("NhanThongBaoThueDat", "nhantbthuedvcqg", a_tax_notice()),
        ("NhanChungTuThueDat", "nhantbthuedvcqg", a_tax_voucher()),
        ("search/call", "search/call", {"madonvi": "H99", "service": "TraCuuHoSo", "masohoso": CODE}),
    ]


@pytest.mark.parametrize("mode", ["2020", "2024"])
async def test_what_comes_down_and_is_answered_is_the_contracts_field_by_field(
    start, mode: str, capsys: Any
) -> None:
    async with a_world(start, portal_mode=mode) as found:
        dossier = ADossier(origin="PORTAL", portal_code=CODE)
        dossier.procedure["sector_name"] = "Hộ tịch"
        await found.hears(dossier.went("accepted", "ACCEPTED"))
        await found.gateway.runtime.pool.execute(
            "INSERT INTO procedure_sectors VALUES ($1, 1, 'G15-TP07', 'Hộ tịch')", PROCEDURE["code"]
        )
        seen, faults = set(), []
        for service, path, body in _downward(mode):
            answer = await send(found, body, path)
            row = services()[service]
            wrong = faults_of(row.request, body, mode) + faults_of(row.answer, answer, mode)
            faults += [f"{service} {one}" for one in wrong]
            if row.answer == "Told":
                assert answer["error_code"] == 0, (service, answer)
            seen |= {(service, "adapter", mode, "in"), (service, "adapter", mode, "out")}
        assert faults == []
        with capsys.disabled():
            print(f"\n{coverage(seen)}")  # noqa: T201 - the list is for who reads the run.


def test_the_supplement_of_the_intake_tests_is_the_contracts_too() -> None:
    assert faults_of("SupplementDown", json.loads(json.dumps(a_supplement())), "2024") == []
