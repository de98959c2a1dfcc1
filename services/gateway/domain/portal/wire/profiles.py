"""Where each value stands in the portal's messages (section 17), as data: the general one is not public."""

from collections.abc import Mapping
from typing import Any

GENERAL = "nhanhsdvcqg"
PROMOTION = "addtthcKhuyenMai"
LAND_TAX = "nhantbthuedvcqg"
LOOK_UP = "search/call"

_LINK = "DuongDanTaiTepTin"
SUPPLEMENTS, PAPERS = "DanhSachHoSoBoSung", "DanhSachGiayToBoSung"
"""The rounds of supplements of section 7.3, and the papers of each."""
_FILES = (
    {"list": "", "name": "TenTepDonDangKy", "content": "TepDonDangKy", "link": ""},
    {"list": "", "name": "TenTepDangKy", "content": "", "link": "URLTepDangKy"},
    *(
        {"list": name, "name": "TenTepDinhKem", "content": "Base64", "link": _LINK}
        for name in ("TaiLieuNop", SUPPLEMENTS)
    ),
)

OF_NO_DOSSIER = frozenset({"isUpdating", "SecurityKey"})
"""What no officer reads in a dossier: the word for a change, and the sender's own key."""
OF_A_BARE_ONE = frozenset({"service", "isSync", "madonvi"})
"""Members of the envelope that stand among those of a content that has none."""
TOLD_BY_THE_DOSSIER = frozenset({"TenTTHC", "MaLinhVuc", "TenLinhVuc", "DonViXuLy", "HoSoCoThanhPhanSoHoa"})
"""Members of section 7 a dossier has by itself when it is made: names of its codes, what its files tell."""
AS_ALL_BEGIN: Mapping[str, frozenset[str]] = {
    "KenhThucHien": frozenset({"2"}),
    "NoiNopHoSo": frozenset({"1"}),
    "TrangThaiHoSo": frozenset({"1", "2"}),
}
"""What members of section 7 say of every dossier made on the portal; anything else is news (section 13)."""

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


def addresses_beside(path: str) -> list[str]:
    """Return the addresses at which messages of the same dossiers arrive, itself among them.

    Both of a dossier's are in use at once (section 17.1): what came first at one comes before the other's.
    """
    return [GENERAL, PROMOTION] if path in {GENERAL, PROMOTION} else [path]
