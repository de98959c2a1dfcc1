"""Land-tax notices and payment vouchers (section 17.4): whose they are; what they say is for people."""

import html
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from services.gateway.domain.portal.wire.base64_text import NotBase64, base64_content
from services.gateway.domain.portal.wire.leaves import Leaf, Level
from services.gateway.domain.portal.wire.spelling import TAX_FILE, TAX_PAYMENT
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import LongText, NotUnderstood

_NOTICE, _VOUCHER = "nhanthongbaothuedat", "nhanchungtuthuedat"
_MEMBER = b"MA_HSO"
# One member is read, and no more: a notice is never parsed as XML, so it cannot make a parser grow.
_DOSSIER = re.compile(
    rb"<(?:[\w.\-]{1,40}:)?MA_HSO(?:\s[^<>]{0,60})?>\s*(?:<!\[CDATA\[)?\s*(?P<element>[0-9A-Za-z.\-/&#;]{1,100})"
    rb"\s*(?:\]\]>)?\s*</"
    rb"|[\s\"']MA_HSO[\"']?\s*[=:]\s*[\"']\s*(?P<value>[0-9A-Za-z.\-/&#;]{1,100})\s*[\"']",
    re.IGNORECASE,
)
_BEFORE, _LONGEST_MEMBER = 48, 256
_MOST_DOSSIERS, _MOST_MEMBERS = 100, 2_000
_NAMES = frozenset({"mahoso", "mahosoqg", "masohoso", "mahso"})
_CODE = re.compile(r"[0-9A-Za-z.\-/]{1,60}")


def tax_dossiers(message: Any, told: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the codes of the dossiers a notice or voucher names, in its order; raise `NotUnderstood`.

    `told` is what `told_in` found in each file the message does not hold, by what stands in its place.
    """
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    service = message.get("service")
    known = service.strip().casefold() if isinstance(service, str) else ""
    contents = _contents(message)
    if not contents:
        raise NotUnderstood("Thiếu trường bắt buộc data")
    if known not in {"", _NOTICE, _VOUCHER} or not (isinstance(service, str) or is_blank(service)):
        raise NotUnderstood("Dịch vụ không tồn tại")
    codes: dict[str, None] = {}
    for data in contents:
        is_notice = known == _NOTICE or (not known and TAX_FILE in data)
        found = _of_notice(data.get(TAX_FILE), told) if is_notice else (_of_voucher(data),)
        codes |= dict.fromkeys(found)
    return tuple(codes)


def every_dossier(values: Iterable[Leaf | Level]) -> tuple[str, ...]:
    """Return every dossier that is named among single values of a message, under whichever member."""
    codes: dict[str, None] = {}
    for one in values:
        if not isinstance(one, Leaf) or not isinstance(one.value, str) or isinstance(one.value, LongText):
            continue
        if one.name in _NAMES and _CODE.fullmatch(one.value.strip()):
            codes[one.value.strip()] = None
        elif one.name == TAX_FILE.casefold():
            codes |= dict.fromkeys(_of_text(one.value))
        if len(codes) >= _MOST_DOSSIERS:
            break
    return tuple(codes)


def notice_files(message: Any) -> Iterator[str]:
    """Yield what stands in the places of files that are not held."""
    for data in _contents(message) if isinstance(message, Mapping) else ():
        if isinstance(file := data.get(TAX_FILE), LongText):
            yield file


async def told_in(content: AsyncIterator[bytes]) -> tuple[str, ...]:
    """Return the dossiers a notice names; no more of it is held than a member and a piece."""
    tail, codes, members = b"", dict[str, None](), 0
    async for piece in content:
        # In UTF-16 every other byte of a code is zero.
        seen = tail + piece.replace(b"\0", b"")
        found = list(_codes_in(seen))
        members += len(found)
        codes |= dict.fromkeys(code for code in found if code)
        if len(codes) >= _MOST_DOSSIERS or members >= _MOST_MEMBERS:
            break
        tail = seen[-_LONGEST_MEMBER:]
    return tuple(codes)[:_MOST_DOSSIERS]


def _contents(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the contents of a message, which may be several; none when one of them is no object."""
    data = message.get("data")
    told = [one for one in data if one is not None] if isinstance(data, list) else [data]
    return (
        [one for one in told if isinstance(one, Mapping)]
        if all(isinstance(one, Mapping) for one in told)
        else []
    )


def _codes_in(content: bytes) -> Iterator[str]:
    """Yield the code of each member, blank for one without; of very many the first only."""
    capitals, place = content.upper(), -1
    for _ in range(_MOST_MEMBERS):
        place = capitals.find(_MEMBER, place + 1)
        if place < 0:
            return
        found = _DOSSIER.search(content, max(0, place - _BEFORE), place + _LONGEST_MEMBER)
        code = html.unescape((found["element"] or found["value"]).decode()).strip() if found else ""
        yield code if _CODE.fullmatch(code) else ""


def _of_notice(file: Any, told: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = told.get(file, ()) if isinstance(file, LongText) else tuple(_of_text(file))[:_MOST_DOSSIERS]
    if not found:
        raise NotUnderstood("Trường FileThongBaoThue phải là XML mã hóa base64, có MA_HSO")
    return found


def _of_text(file: Any) -> list[str]:
    content = b""
    if isinstance(file, str):
        content = file.encode("utf-8", "replace")
        with suppress(NotBase64):
            content = base64_content(file)
    return [code for code in dict.fromkeys(_codes_in(content.replace(b"\0", b""))) if code]


def _of_voucher(data: Mapping[str, Any]) -> str:
    code = data.get("MaHoSo")
    if not isinstance(code, str) or not _CODE.fullmatch(code.strip()):
        raise NotUnderstood("Thiếu hoặc sai trường bắt buộc MaHoSo")
    paid = data.get(TAX_PAYMENT)
    told = [one for one in paid if one is not None] if isinstance(paid, list) else [paid]
    if not told or not all(isinstance(one, Mapping) for one in told):
        raise NotUnderstood("Thiếu trường bắt buộc ThongTinThanhToan")
    return code.strip()
