"""The shapes of what a province writes: sections 7, 8, 10 and 15, by mode and strictness."""

from sandbox.portal.fields import (
    Check,
    Shape,
    boolean,
    instant,
    leaf,
    list_of,
    matching,
    one_of,
    procedure_code,
    text_up_to,
    whole_number,
)
from sandbox.portal.settings import PortalSettings

SUMMARY_LIMIT = 1000
FILE_NAME_LIMIT = 4000
PAPER_NAME_LIMIT = 2000
OFFICER_LIMIT = 50

DOSSIER_STATUSES = tuple(str(code) for code in range(1, 11))
PORTAL_BORN_STATUSES = (*DOSSIER_STATUSES, "11")

CORE = frozenset({"MaHoSo", "MaTTHC", "NgayTiepNhan", "TrangThaiHoSo"})
TABLE = CORE | {"TenTTHC", "MaLinhVuc", "TenLinhVuc", "LoaiDoiTuong", "TrichYeuHoSo", "HinhThuc", "DonViXuLy"}
ADDED_AFTER_2021 = frozenset(
    {
        "SoGiayToChuHoSo",
        "NoiNopHoSo",
        "HoSoCoThanhPhanSoHoa",
        "TaiKhoanDuocXacThucVoiVNeID",
        "DuocThanhToanTrucTuyen",
        "DinhDanhCHS",
        "NgayNopHoSo",
        "DSKetNoiCSDL",
    }
)
_FLAG = one_of("0", "1")
_AMOUNT = whole_number

FILE = Shape(
    {
        "TepDinhKemId": leaf,
        "TenTepDinhKem": text_up_to(FILE_NAME_LIMIT),
        "IsDeleted": boolean,
        "MaThanhPhanHoSo": leaf,
        "DuongDanTaiTepTin": leaf,
        "DuocSoHoa": _FLAG,
        "DuocTaiSuDung": one_of("0", "1", "2"),
        "DuocLayTuKhoDMQG": _FLAG,
        "MaKetQuaThayThe": leaf,
    }
)
FEE = Shape(
    {
        "TenPhiLePhi": leaf,
        "MaPhiLePhi": leaf,
        "HinhThucThu": leaf,
        "Gia": _AMOUNT,
        "LoaiPhiLePhi": one_of("1", "2"),
    }
)
OTHER_PAPER = Shape(
    {"TenGiayTo": text_up_to(PAPER_NAME_LIMIT), "SoLuong": whole_number, "LoaiGiayTo": whole_number}
)
SUPPLEMENT = Shape(
    {
        "HoSoBoSungId": whole_number,
        "NguoiYeuCauBoSung": leaf,
        "NoiDungBoSung": leaf,
        "NgayBoSung": instant,
        "NguoiTiepNhanBoSung": leaf,
        "ThongTinTiepNhan": leaf,
        "NgayTiepNhanBoSung": instant,
        "TrangThaiBoSung": boolean,
        "DanhSachGiayToBoSung": list_of(FILE),
        "DanhSachLePhiBoSung": list_of(FEE),
        "NgayHenTraTruoc": instant,
        "NgayHenTraMoi": instant,
    }
)
RESULT_PAPER = Shape(
    {
        "TenGiayTo": text_up_to(PAPER_NAME_LIMIT),
        "MaThanhPhanHoSo": leaf,
        "GiayToId": leaf,
        "DuongDanTepTinKetQua": leaf,
        "MaGiayToKetQua": leaf,
    }
)
IDENTITY = Shape(
    {"LoaiDinhDanh": whole_number, "SoDinhDanh": leaf}, frozenset({"LoaiDinhDanh", "SoDinhDanh"})
)
DATABASE = Shape({"MaCSDL": leaf}, frozenset({"MaCSDL"}))


def dossier_shape(settings: PortalSettings) -> Shape:
    """Return what one element of `DongBoHoSoMC` must be under these settings."""
    required = TABLE if settings.strictness == "table" else CORE
    if settings.mode == "2024":
        required = required | ADDED_AFTER_2021
    return Shape({**_identification(settings), **_description(settings), **_lists()}, required)


def _code_check(settings: PortalSettings) -> Check:
    return matching(settings.dossier_code_pattern, "không đúng cấu trúc mã hồ sơ")


def _identification(settings: PortalSettings) -> dict[str, Check]:
    return {
        "MaHoSo": _code_check(settings),
        "MaTTHC": leaf if settings.procedures == "any" else procedure_code,
        "TenTTHC": leaf,
        "MaLinhVuc": leaf,
        "TenLinhVuc": leaf,
        "SoBienNhan": leaf,
        "KenhThucHien": one_of("1", "2", "3"),
        "SoGiayToChuHoSo": leaf,
        "ChuHoSo": leaf,
        "LoaiDoiTuong": one_of("1", "2", "3", "4"),
        "MaDoiTuong": leaf,
        "ThongTinKhac": leaf,
        "Email": leaf,
        "Fax": leaf,
        "SoDienThoai": leaf,
        "TrangThaiHoSo": one_of(*DOSSIER_STATUSES),
        "DonViXuLy": leaf,
    }


def _description(settings: PortalSettings) -> dict[str, Check]:
    dates = ("NgayTiepNhan", "NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "NgayNopHoSo")
    return {
        "TrichYeuHoSo": text_up_to(SUMMARY_LIMIT),
        "ThongTinTra": leaf,
        "HinhThuc": _FLAG,
        "GhiChu": text_up_to(settings.note_limit),
        "NoiNopHoSo": one_of("1", "2"),
        "HoSoCoThanhPhanSoHoa": _FLAG,
        "TaiKhoanDuocXacThucVoiVNeID": _FLAG,
        "DuocThanhToanTrucTuyen": one_of("0", "1", "2", "3"),
        **dict.fromkeys(dates, instant),
    }


def _lists() -> dict[str, Check]:
    return {
        "TaiLieuNop": list_of(FILE),
        "DanhSachLePhi": list_of(FEE),
        "DanhSachTepDinhKemKhac": list_of(OTHER_PAPER),
        "DanhSachHoSoBoSung": list_of(SUPPLEMENT),
        "DanhSachGiayToKetQua": list_of(RESULT_PAPER),
        "DinhDanhCHS": list_of(IDENTITY),
        "DSKetNoiCSDL": list_of(DATABASE),
    }


def progress_shape(settings: PortalSettings) -> Shape:
    """Return what one element of `CapNhatTienDoHoSoMC` must be (section 8)."""
    checks: dict[str, Check] = {
        "MaHoSo": _code_check(settings),
        "NguoiXuLy": text_up_to(OFFICER_LIMIT),
        "ChucDanh": leaf,
        "ThoiDiemXuLy": instant,
        "PhongBanXuLy": leaf,
        "NoiDungXuLy": leaf,
        "TrangThai": one_of(*DOSSIER_STATUSES),
        "NgayBatDau": instant,
        "NgayKetThucTheoQuyDinh": instant,
    }
    return Shape(checks, frozenset({"MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai"}))


def status_shape(settings: PortalSettings) -> Shape:
    """Return what the `data` of `DongBoTrangThaiHoSo` must be (section 10)."""
    checks: dict[str, Check] = {
        "MaHoSo": _code_check(settings),
        "MaHoSoDonVi": leaf,
        "MaDoiTuong": leaf,
        "NoiDung": leaf,
        "NgayXuLy": instant,
        "TrangThai": one_of(*PORTAL_BORN_STATUSES),
        "TaiLieuXuLy": list_of(FILE),
    }
    return Shape(checks, frozenset({"MaHoSo", "TrangThai", "NgayXuLy"}))


_PERCENT = matching(r"(100|\d{1,2})([.,]\d+)?%", 'phải là tỷ lệ như "75%"')
SATISFACTION_GROUPS = (
    ("PhanTramDanhGiaRatHaiLong", "PhanTramDanhGiaHaiLong", "PhanTramDanhGiaChuaHaiLong"),
    ("PhanTramDanhGiaDichVuRatHaiLong", "PhanTramDanhGiaDichVuHaiLong", "PhanTramDanhGiaDichVuChuaHaiLong"),
)
SATISFACTION = Shape(
    {
        "NgayTongHop": matching(r"(0?[1-9]|1[0-2])-\d{4}", "phải có dạng M-yyyy"),
        "TongSoNguoiDanhGia": whole_number,
        **dict.fromkeys((name for group in SATISFACTION_GROUPS for name in group), _PERCENT),
        "MaThuTuc": leaf,
        "NoiDung": leaf,
        "Madonvi": leaf,
        "TenDonVi": leaf,
    },
    frozenset({"NgayTongHop", "TongSoNguoiDanhGia", "Madonvi"}),
)
