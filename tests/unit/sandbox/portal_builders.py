"""Builders for the portal's tests: a clock to move, dossiers in the wire's own words, a signed-in caller."""

import json
from datetime import datetime, timedelta
from typing import Any, Self

import httpx

from kernel.core.clock import VIETNAM
from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings

DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
AGENCY = "H99"
CODE = "H99.101-261124-0001"
EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=VIETNAM)


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = EIGHT) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def pass_by(self, duration: timedelta) -> None:
        self._at += duration


def a_dossier_of_2020(code: str = CODE, status: str = "2", **changed: Any) -> dict[str, Any]:
    """Return the minimal example of section 7.5."""
    return {
        "MaHoSo": code,
        "MaTTHC": "1.013229",
        "TenTTHC": "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "MaLinhVuc": "G17-XD07",
        "TenLinhVuc": "Hoạt động xây dựng",
        "LoaiDoiTuong": "1",
        "NgayTiepNhan": "20261124081500",
        "NgayHenTra": "20261215170000",
        "TrangThaiHoSo": status,
        "HinhThuc": "0",
        "DonViXuLy": "Sở Xây dựng",
        "TaiLieuNop": [],
        "DanhSachLePhi": [],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [],
        "DanhSachGiayToKetQua": [],
        **changed,
    }


def a_dossier(code: str = CODE, status: str = "2", **changed: Any) -> dict[str, Any]:
    """Return a dossier with the fields added after 2021."""
    return {
        **a_dossier_of_2020(code, status),
        "KenhThucHien": "1",
        "SoGiayToChuHoSo": "001090000123",
        "ChuHoSo": "Nguyễn Văn Mẫu",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "0",
        "TaiKhoanDuocXacThucVoiVNeID": "0",
        "DuocThanhToanTrucTuyen": "0",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "001090000123"}],
        "NgayNopHoSo": "20261124081000",
        "DSKetNoiCSDL": [{"MaCSDL": "7"}],
        **changed,
    }


def a_progress_entry(code: str = CODE, at: str = "20261124090000", **changed: Any) -> dict[str, Any]:
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Trần Thị Chuyên Viên",
        "ChucDanh": "",
        "ThoiDiemXuLy": at,
        "NoiDungXuLy": "Thẩm định hồ sơ",
        "TrangThai": "4",
        **changed,
    }


def a_portal_born_status(code: str, status: str, **changed: Any) -> dict[str, Any]:
    return {
        "MaHoSo": code,
        "MaHoSoDonVi": "H99.101-261124-0007",
        "MaDoiTuong": "",
        "NoiDung": "Đã chuyển bước",
        "NgayXuLy": "20261124100000",
        "TrangThai": status,
        "TaiLieuXuLy": [],
        **changed,
    }


class PortalUnderTest:
    """A portal in memory with a caller who can sign in and call services."""

    def __init__(self, **settings: Any) -> None:
        self.clock = MovableClock()
        self.province = AnsweringProvince()
        self.app = create_app(
            PortalSettings(**settings),
            clock=self.clock,
            province=httpx.MockTransport(self.province.answer),
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://portal")
        self.session = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def log_in(self) -> dict[str, Any]:
        credentials = {"username": "tinh-mau", "password": "mat-khau-thu-nghiem"}
        answer: dict[str, Any] = (await self.http.post("/mapi/login", json=credentials)).json()
        self.session = answer.get("session", "")
        return answer

    async def send(self, service: str, **fields: Any) -> httpx.Response:
        if not self.session:
            await self.log_in()
        envelope = {"session": self.session, "madonvi": AGENCY, "service": service}
        return await self.http.post("/mapi/g", json={**envelope, **fields})

    async def call(self, service: str, **fields: Any) -> dict[str, Any]:
        response = await self.send(service, **fields)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def create(self, *dossiers: dict[str, Any]) -> dict[str, Any]:
        return await self.call("DongBoHoSoMC", isUpdating="False", data=list(dossiers))

    async def update(self, *dossiers: dict[str, Any]) -> dict[str, Any]:
        return await self.call("DongBoHoSoMC", isUpdating="True", data=list(dossiers))

    async def switch(self, **faults: Any) -> None:
        response = await self.http.put("/sandbox/faults", json=faults)
        assert response.status_code == 200, response.text

    async def dossier(self, code: str = CODE) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get(f"/sandbox/dossiers/{code}")).json()
        return found

    async def statuses(self, code: str = CODE) -> list[str]:
        return [told["status"] for told in (await self.dossier(code))["statuses"]]


class AnsweringProvince:
    """The province's adapter as the portal sees it: takes messages, knows codes, may be silent."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[dict[str, Any]] = []
        self.is_silent = False
        self._known: set[str] = set()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_silent:
            raise httpx.ConnectError("nobody listens", request=request)
        body = json.loads(request.content)
        self.requests.append(request)
        self.bodies.append(body)
        code = body.get("data", {}).get("MaHoSo", "")
        if code and code in self._known:
            return httpx.Response(200, json={"error_code": 1, "message": f"{code}| đã tồn tại"})
        self._known.add(code)
        return httpx.Response(200, json={"error_code": 0, "message": f"{code}| thành công"})
