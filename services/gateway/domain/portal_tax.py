"""Land-tax notices and payment vouchers (section 17.4): whose they are; what they say is for people."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from services.gateway.domain.portal_reading import NotUnderstood

_NOTICE, _VOUCHER = "NhanThongBaoThueDat", "NhanChungTuThueDat"
# One member is read, and no more: a notice is never parsed as XML, so it cannot make a parser grow.
_DOSSIER = re.compile(rb"<MA_HSO>\s*([0-9A-Za-z.\-/]{1,60})\s*</MA_HSO>")
_CODE = re.compile(r"[0-9A-Za-z.\-/]{1,60}")


def tax_dossier(message: Any) -> str:
    """Return the code of the dossier a notice or voucher belongs to; raise `NotUnderstood`."""
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    data, service = message.get("data"), message.get("service")
    if not isinstance(data, Mapping):
        raise NotUnderstood("Thiếu trường bắt buộc data")
    if service not in {None, "", _NOTICE, _VOUCHER}:
        raise NotUnderstood("Dịch vụ không tồn tại")
    if service == _NOTICE or (not service and "FileThongBaoThue" in data):
        return _of_notice(data.get("FileThongBaoThue"))
    return _of_voucher(data)


def _of_notice(file: Any) -> str:
    try:
        content = base64.b64decode(file, validate=True) if isinstance(file, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    found = _DOSSIER.search(content)
    if found is None:
        raise NotUnderstood("Trường FileThongBaoThue phải là XML mã hóa base64, có MA_HSO")
    return found[1].decode()


def _of_voucher(data: Mapping[str, Any]) -> str:
    code = data.get("MaHoSo")
    if not isinstance(code, str) or not _CODE.fullmatch(code.strip()):
        raise NotUnderstood("Thiếu hoặc sai trường bắt buộc MaHoSo")
    if not isinstance(data.get("ThongTinThanhToan"), Mapping):
        raise NotUnderstood("Thiếu trường bắt buộc ThongTinThanhToan")
    return code.strip()
