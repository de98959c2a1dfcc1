"""Land-tax notices and payment vouchers (section 17.4): whose they are; what they say is for people."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.gateway.domain.portal_base64 import NotBase64, base64_content
from services.gateway.domain.portal_words import NotUnderstood

FILE = "FileThongBaoThue"
_NOTICE, _VOUCHER = "NhanThongBaoThueDat", "NhanChungTuThueDat"
# One member is read, and no more: a notice is never parsed as XML, so it cannot make a parser grow.
_DOSSIER = re.compile(
    rb"<MA_HSO(?:\s[^<>]{0,60})?>\s*(?:<!\[CDATA\[)?\s*([0-9A-Za-z.\-/]{1,60})\s*(?:\]\]>)?\s*</MA_HSO\s?>"
)
_LONGEST_MEMBER = 256
_CODE = re.compile(r"[0-9A-Za-z.\-/]{1,60}")


def tax_dossier(message: Any, notice: bytes | None = None) -> str:
    """Return the code of the dossier a notice or voucher belongs to; raise `NotUnderstood`.

    `notice` is what of a long notice's file `told_in` found, where the message does not hold the file.
    """
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    data, service = message.get("data"), message.get("service")
    if not isinstance(data, Mapping):
        raise NotUnderstood("Thiếu trường bắt buộc data")
    if service not in {None, "", _NOTICE, _VOUCHER}:
        raise NotUnderstood("Dịch vụ không tồn tại")
    if service == _NOTICE or (not service and FILE in data):
        return _of_notice(data.get(FILE) if notice is None else notice)
    return _of_voucher(data)


def notice_file(message: Any) -> str:
    """Return what stands in the place of a notice's file, blank when nothing does."""
    data = message.get("data") if isinstance(message, Mapping) else None
    file = data.get(FILE) if isinstance(data, Mapping) else None
    return file if isinstance(file, str) else ""


async def told_in(content: AsyncIterator[bytes]) -> bytes:
    """Return the member that says whose a notice is, blank when there is none; no more of it is held."""
    tail = b""
    async for piece in content:
        # In UTF-16 every other byte of a code is zero.
        seen = tail + piece.replace(b"\0", b"")
        found = _DOSSIER.search(seen)
        if found is not None:
            return found[0]
        tail = seen[-_LONGEST_MEMBER:]
    return b""


def _of_notice(file: Any) -> str:
    try:
        content = base64_content(file) if isinstance(file, str) else file
    except NotBase64:
        content = b""
    found = _DOSSIER.search(content.replace(b"\0", b"")) if isinstance(content, bytes) else None
    if found is None:
        raise NotUnderstood("Trường FileThongBaoThue phải là XML mã hóa base64, có MA_HSO")
    return found[1].decode()


def _of_voucher(data: Mapping[str, Any]) -> str:
    code = data.get("MaHoSo")
    if not isinstance(code, str) or not _CODE.fullmatch(code.strip()):
        raise NotUnderstood("Thiếu hoặc sai trường bắt buộc MaHoSo")
    paid = data.get("ThongTinThanhToan")
    told = [one for one in paid if one is not None] if isinstance(paid, list) else [paid]
    if not told or not all(isinstance(one, Mapping) for one in told):
        raise NotUnderstood("Thiếu trường bắt buộc ThongTinThanhToan")
    return code.strip()
