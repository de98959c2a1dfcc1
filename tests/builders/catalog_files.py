"""Files as editors and the national portal send them."""

import io
import zipfile
from typing import Any

from openpyxl import Workbook


def a_workbook(header: list[str], *rows: list[Any], padding: int = 0) -> bytes:
    """Return a spreadsheet; `padding` bytes of nothing make it a bomb."""
    book = Workbook()
    sheet = book.active
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    found = io.BytesIO()
    book.save(found)
    if padding:
        with zipfile.ZipFile(found, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.bin", b"\0" * padding)
    return found.getvalue()


def a_portal_answer(**changes: Any) -> dict[str, Any]:
    """Return one `LayThuTuc` record with the traps its callers know."""
    return {
        "ID": "1",
        "MATTHC": "1.001193.000.00.00.H49",
        "TENTTHC": "Thủ tục đăng ký khai sinh",
        "MACOQUANCONGBO": "H49",
        "LOAITTHC": "2",
        "TRANGTHAI": "1",
        "YEUCAU": "Không",
        "TUKHOA": None,
        "TRINHTUTHUCHIEN": [
            {"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "<p>Bước 1: nộp</p><p>Bước 2: nhận</p>"}]}
        ],
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "2", "TENCAP": "Cấp Xã"}],
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G15-TP07", "TENLINHVUC": "Hộ tịch"}],
        "CACHTHUCTHUCHIEN": [
            {
                "KENH": "1",
                "THOIGIAN": [
                    {
                        "THOIGIANGIAIQUYET": 5,
                        "DONVITINH": "Ngày làm việc",
                        "MOTA": "",
                        "PHILEPHI": [
                            {"SOTIEN": "150.000", "DONVI": "Đồng", "MOTA": "Lệ phí tại chỗ"},
                            {"SOTIEN": "Không", "DONVI": "Đồng", "MOTA": ""},
                        ],
                    }
                ],
            },
            {
                "KENH": "2",
                "THOIGIAN": [{"THOIGIANGIAIQUYET": "Trong ngày", "DONVITINH": "Khác", "PHILEPHI": None}],
            },
            {"KENH": "3", "THOIGIAN": None},
        ],
        "DOITUONGTHUCHIEN": [{"MADOITUONG": "1", "TENDOITUONG": "Công dân Việt Nam"}],
        "THANHPHANHOSO": [
            {
                "TRUONGHOP": "",
                "GIAYTO": [{"TENGIAYTO": "Tờ khai", "SOBANCHINH": "1", "SOBANSAO": ""}, {"SOBANSAO": "hai"}],
            }
        ],
        "KETQUATHUCHIEN": None,
        "CANCUPHAPLY": [
            {"SOVANBAN": "60/2014/QH13", "TENVANBAN": "Luật Hộ tịch", "NGAYBANHANH": "20/11/2014"}
        ],
        "TTHCLIENQUAN": None,
        **changes,
    }
