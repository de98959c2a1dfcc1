"""A dossier as the portal sends it down."""

import base64
from typing import Any

CODE = "G22.99-260303-000123"
PDF = base64.b64encode(b"%PDF-1.4 mau").decode()


def a_message(code: str = CODE, **changed: Any) -> dict[str, Any]:
    """Return a whole message, changed where a test says so."""
    data = {
        "MaHoSo": code,
        "MaTTHC": "1.004873",
        "NgayNopHoSo": "20260303081500",
        "HinhThuc": "1",
        "LoaiDoiTuong": "1",
        "ChuHoSo": "Nguyễn Văn An",
        "SoGiayToChuHoSo": "099088000011",
        "NgaySinh": "19880101",
        "DiaChi": {"MaTinh": "99", "DiaChiChiTiet": "Số 1, phố Mẫu"},
        "DienThoai": "0900000000",
        "Email": "mau@example.vn",
        "MaCoQuanThucHien": "000.00.201.H99",
        "TaiLieuNop": [{"TenTepDinhKem": "to-khai.pdf", "MaThanhPhanHoSo": "TP01", "Base64": PDF}],
        "DuLieuEForm": {"ho_ten": "Nguyễn Văn An"},
        **changed,
    }
    return {"service": "DongBoHoSo", "isUpdating": "False", "data": data}
