"""Where each value stands in the portal's messages (section 17), as data: the general one is not public."""

from collections.abc import Mapping
from typing import Any

GENERAL = "nhanhsdvcqg"
PROMOTION = "addtthcKhuyenMai"
LAND_TAX = "nhantbthuedvcqg"
LOOK_UP = "search/call"

_LINK = "DuongDanTaiTepTin"
_FILES = (
    {"list": "", "name": "TenTepDonDangKy", "content": "TepDonDangKy", "link": ""},
    {"list": "", "name": "TenTepDangKy", "content": "", "link": "URLTepDangKy"},
    {"list": "TaiLieuNop", "name": "TenTepDinhKem", "content": "Base64", "link": _LINK},
)

TOLD_BY_THE_DOSSIER = frozenset(
    {
        *("service", "isUpdating", "isSync", "SecurityKey", "Ngay", "madonvi"),
        *("TenTTHC", "MaLinhVuc", "TenLinhVuc", "DonViXuLy", "KenhThucHien", "NoiNopHoSo"),
        *("SoBienNhan", "NgayTiepNhan", "TrangThaiHoSo", "HoSoCoThanhPhanSoHoa", "DSKetNoiCSDL"),
    }
)
"""Members of an envelope, and those of section 7 the dossier has by itself from its first moment."""

PROFILES: Mapping[str, Mapping[str, Any]] = {
    GENERAL: {
        "enveloped": True,
        "code": "MaHoSo",
        "supplement_code": "MaHoSoQG",
        "procedure": "MaTTHC",
        "submitted_at": "NgayNopHoSo",
        "agency": "MaCoQuanThucHien",
        "by_post": "HinhThuc",
        "subject": "LoaiDoiTuong",
        "verified": "TaiKhoanDuocXacThucVoiVNeID",
        "account": "MaDoiTuong",
        "owner": {
            "full_name": "ChuHoSo",
            "identity_number": "SoGiayToChuHoSo",
            "birth_date": "NgaySinh",
            "phone": "DienThoai",
            "email": "Email",
        },
        "address": ("DiaChi", "DiaChiChiTiet"),
        "form": "DuLieuEForm",
        "note": ("LyDoDieuChinh", "ThongTinDaNop", "ThongTinSuaDoi"),
        "files": _FILES,
    },
    PROMOTION: {
        "enveloped": False,
        "code": "MaHoSo",
        "supplement_code": "MaHoSoQG",
        "procedure": "MaTTHC",
        "submitted_at": "NgayNopHoSo",
        "agency": "MaCoQuanThucHien",
        "by_post": "HinhThuc",
        "subject": "",
        "verified": "",
        "account": "",
        "owner": {
            "full_name": "TenThuongNhan",
            "identity_number": "MaSoThue",
            "phone": "DienThoai",
            "email": "Email",
        },
        "address": ("DiaChiDoanhNghiep", "DiaChiChiTiet"),
        "form": "",
        "note": ("LyDoDieuChinh", "ThongTinDaNop", "ThongTinSuaDoi"),
        "files": _FILES,
    },
}
