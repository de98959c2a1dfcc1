"""Answers of peers that took what they were told, shaped as existing systems write them.

Each is believed: of `AT_ONCE` unasked, of `ASKED` after one look-up. A callable is given what was sent.
"""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Answer = Json | Callable[[Json], Json]

_AT_ONCE = """
    Thành công
    Cập nhật hồ sơ thành công
    Đồng bộ hồ sơ thành công!
    Thêm mới hồ sơ thành công.
    Đồng bộ thành công 1 hồ sơ, lỗi 0 hồ sơ
    Thành công 1/1 hồ sơ
    Thành công: 1, thất bại: 0
    Xử lý thành công 1/1 bản ghi, không có lỗi
    Mã lỗi: 00, thành công
    Đã tiếp nhận hồ sơ
    Đã ghi nhận
    Hồ sơ đã tồn tại, cập nhật thành công
    Đã lưu thông tin hồ sơ thành công
    Cập nhật tiến độ xử lý hồ sơ thành công
    Cập nhật trạng thái hồ sơ thành công
    Hệ thống đã cập nhật dữ liệu thành công
    Dữ liệu đã được đồng bộ lên Cổng DVCQG thành công
    Đồng bộ dữ liệu lên Cổng dịch vụ công quốc gia thành công
    Thao tác thực hiện thành công lúc 08:10 03/03/2026
    THANH CONG
    OK
    Success
    200 OK
    Successfully updated
    Update success, 0 errors
    Completed without errors
    Inserted 1 record
    Record has been saved successfully
    Success. errors: 0
    0
"""
_ASKED = """
    Đã gửi hồ sơ lên Cổng thành công
    Gửi dữ liệu thành công, xin cảm ơn
    Cập nhật thành công hồ sơ Nguyễn Văn An
    Đồng bộ thành công (phiên bản cũ: 2)
    Cảm ơn đơn vị đã gửi
    Thành công. Mã giao dịch abc-xyz
    Your data was received, thank you
    Đã nhận bản tin
"""
_DONE: Json = {"error_code": 0, "message": "Thành công"}


def _lines(text: str) -> list[Json]:
    return [{"error_code": 0, "message": line.strip()} for line in text.strip().splitlines()]


AT_ONCE: tuple[Answer, ...] = (
    *_lines(_AT_ONCE),
    {"error_code": "0", "message": "thành công"},
    {"error_code": "00", "message": ""},
    {"error_code": 0, "message": None},
    {"errorCode": 0, "message": "Thành công", "data": None},
    *({**_DONE, "result": one} for one in (None, [], "", {}, True, "OK", "Thành công", [True], ["OK"])),
    lambda sent: {**_DONE, "message": f"Thêm mới thành công hồ sơ {sent['MaHoSo']}"},
    lambda sent: {**_DONE, "message": sent["MaHoSo"]},
    lambda sent: {**_DONE, "message": f"{sent['MaHoSo']}|1"},
    lambda sent: {**_DONE, "result": [{"MaHoSo": sent["MaHoSo"]}]},
    lambda sent: {**_DONE, "result": [sent["MaHoSo"]]},
    lambda sent: {**_DONE, "result": sent["MaHoSo"]},
    lambda sent: {**_DONE, "result": [sent]},
    lambda sent: {
        **_DONE,
        "result": [{"MaHoSo": sent["MaHoSo"], "error_code": "0", "message": "Thành công"}],
    },
    lambda sent: {**_DONE, "result": [{"MaHoSo": sent["MaHoSo"], "KetQua": "Thành công", "LyDo": ""}]},
    lambda sent: {**_DONE, "result": {"success": [sent["MaHoSo"]], "failed": []}},
    {**_DONE, "result": {"SoHoSoThanhCong": 1, "SoHoSoLoi": 0, "DanhSachLoi": []}},
    {**_DONE, "result": {"total": 1, "success": 1, "error": 0, "errors": []}},
    {**_DONE, "result": {"SoThanhCong": "1", "SoLoi": "0"}},
    {**_DONE, "session": "s-1", "errors": [], "error": None, "err_code": "00", "isError": False},
    {**_DONE, "hasError": "false", "success": True, "status": 200, "code": "00"},
    {**_DONE, "error": {"code": 0, "message": "Success"}, "MoTaLoi": "Không có lỗi", "MaLoi": "00"},
    {**_DONE, "status": "success", "statusCode": 201, "description": "OK"},
    {**_DONE, "requestId": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "timestamp": 1772510000000},
    {**_DONE, "ThoiGian": "2026-03-03T08:10:00.000Z", "service": "DongBoHoSoMC", "version": "v2"},
    {**_DONE, "affectedRows": 1, "errorType": "NONE", "warnings": []},
)
ASKED: tuple[Answer, ...] = (
    *_lines(_ASKED),
    {**_DONE, "code": 1},
    {**_DONE, "status": 1, "resultCode": "1"},
    {**_DONE, "result": 7},
    {**_DONE, "hasMore": False, "page": 0},
    {**_DONE, "data": {"HoSoMoi": {"Id": 812, "TenHoSo": "Xác nhận tình trạng hôn nhân"}}},
    {**_DONE, "GhiChu": "Cảm ơn đơn vị"},
)
