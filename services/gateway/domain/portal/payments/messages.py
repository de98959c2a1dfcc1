"""The portal's payment platform, version 1.0.6 (section 19): messages and signatures, pure.

A result whose signature does not fit is never believed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal.payments.signatures import as_named, is_signed, sign
from services.gateway.domain.portal.telling.messages import Json, stamp
from services.gateway.domain.portal.wire.lists import (
    CONTAINERS,
    NoLines,
    dong,
    lines_of,
    member,
    text_told,
    whole_number,
)
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import is_no_moment, moment_of, said_by

VERSION = "1.0.6"
SUCCESS = "00"
REFUSED = "99"
_INIT = (
    "LoaiBanTin",
    "PhienBan",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "LoaiHinhThanhToan",
    "MaKenhThanhToan",
    "MaThietBi",
    "NgonNgu",
    "MaTienTe",
    "MaNganHang",
    "ThongTinGiaoDich",
    "ThoiGianGD",
    "Ip",
)
_RESULT = (
    "LoaiBanTin",
    "MaLoi",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "MaTienTe",
    "MaGiaoDich",
    "MaNganHang",
    "ThoiGianGD",
    "ThongTinGiaoDich",
)
_QUERY = (
    "LoaiBanTin",
    "PhienBan",
    "MaDoiTac",
    "MaThamChieu",
    "ThoiGianGD",
)
_REPLY = (
    "MaLoi",
    "MoTaLoi",
    "MaDoiTac",
    "MaThamChieu",
    "ThoiGianGD",
)
_PAID, _PENDING, _FAILED = 1, 3, 4
_IS_MONEY = {_PAID: True, _PENDING: False, _FAILED: False}
"""What `TrangThaiGD` says of a payment (19.1)."""
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]{1,2000}", re.IGNORECASE)
_DONG = frozenset({"vnd", "704"})
"""By its letters, `VNĐ` too, or by the number of ISO 4217."""
_NO_PAYMENTS = re.compile(r"\bkhong (co|phat sinh)\b.*\bgiao dich\b")
_DEEPEST = 4
"""Levels of wrapping of an answer."""
_PENALTY, _FEE = "1", "2"
"""What a receipt is of: an administrative penalty, or a public service's fee (19.2)."""
_KINDS = {"FEE": "1", "CHARGE": "2"}
_UNUSED = (
    "MaLoaiHinhThuPhat",
    "TenLoaiHinhThuPhat",
    "MaCoQuanQD",
    "TenCoQuanQD",
    "KhoBac",
    "NgayQD",
    "SoQD",
    "ThoiGianViPham",
    "DiaDiemViPham",
    "TenNguoiViPham",
    "TaiKhoanThuNSNN",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAccount:
    """As whom the platform is called, and whose account the money goes to."""

    partner: str
    secret: str
    result_type: str = "RESULT"
    ip: str = "127.0.0.1"
    account_number: str = ""
    bank_code: str = ""
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What the platform said of a transaction, in neutral words; `refused` says why it is not believed."""

    reference: str
    outcome: str
    amount: int
    transaction: str
    paid_at: str | None
    refused: str = ""


def init_message(carried: Mapping[str, Any], account: PaymentAccount) -> Json:
    """Return the message that opens a payment; the same request always gives the same message."""
    bill = carried["bill"]
    message: Json = {
        "LoaiBanTin": "INIT",
        "PhienBan": VERSION,
        "MaDoiTac": account.partner,
        "MaThamChieu": carried["reference"],
        "SoTien": str(carried["amount"]),
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": "1",
        "MaThietBi": "1",
        "NgonNgu": "vi-VN",
        "MaTienTe": "VND",
        "MaNganHang": "PAYMENT",
        "ThongTinGiaoDich": _plain(f"Thanh toan ho so {bill['dossier_code']}"),
        "ThoiGianGD": _time_of(carried),
        "Ip": account.ip,
    }
    return {
        **message,
        "MaXacThuc": sign(message, _INIT, account.secret),
        "ThongTinBienLai": bill_info(carried, account),
    }


def _time_of(carried: Mapping[str, Any]) -> str:
    """Return the request's own time: QUERY must repeat the string that INIT carried."""
    return stamp(datetime.fromisoformat(carried["asked_at"]))


def bill_info(carried: Mapping[str, Any], account: PaymentAccount) -> Json:
    """Return what the receipt says; every member is there, unused ones empty (section 19.2)."""
    bill, payer = carried["bill"], carried["bill"]["payer"]
    lines = bill["lines"]
    return {
        "MaDichVu": _PENALTY if all(line["kind"] == "PENALTY" for line in lines) and lines else _FEE,
        "MaDVC": bill.get("online_service", ""),
        "TenDVC": bill["procedure"]["name"],
        "MaTTHC": bill["procedure"]["code"],
        "TenTTHC": bill["procedure"]["name"],
        "MaDonVi": bill["agency"]["code"],
        "TenDonVi": bill["agency"]["name"],
        "MaHoSo": bill["dossier_code"],
        "TKThuHuong": account.account_number,
        "MaNHThuHuong": account.bank_code,
        "TenTKThuHuong": account.account_name,
        "PhiLePhi": [
            {
                "LoaiPhiLePhi": _KINDS.get(line["kind"], "1"),
                "MaPhiLePhi": line["code"],
                "TenPhiLePhi": line["name"],
                "SoTien": str(line["amount"]),
            }
            for line in lines
        ],
        "NoiDungThanhToan": f"Thanh toán hồ sơ {bill['dossier_code']}",
        "HoTenNguoiNop": payer.get("full_name") or "",
        "SoCMNDNguoiNop": payer.get("identity_number") or "",
        "DiaChiNguoiNop": payer.get("address") or "",
        "HuyenNguoiNop": "",
        "TinhNguoiNop": "",
        "DSKhoanNop": [{"NoiDung": _of_line(line), "SoTien": str(line["amount"])} for line in lines],
        **dict.fromkeys(_UNUSED, ""),
    }


def _of_line(line: Mapping[str, Any]) -> str:
    notice = line.get("notice_number")
    return f"{line['name']} ({notice})" if notice else str(line["name"])


def look_up_answer(carried: Mapping[str, Any], account: PaymentAccount) -> Json:
    """Return what is to be paid of a dossier the portal asks for (section 17.6)."""
    return {"MaTraCuuTT": carried["reference"], **bill_info(carried, account)}


def query_message(carried: Mapping[str, Any], account: PaymentAccount) -> Json:
    """Return the message that asks what became of a payment."""
    message: Json = {
        "LoaiBanTin": "QUERY",
        "PhienBan": VERSION,
        "MaDoiTac": account.partner,
        "MaThamChieu": carried["reference"],
        "ThoiGianGD": _time_of(carried),
    }
    return {**message, "MaXacThuc": sign(message, _QUERY, account.secret)}


def pay_url(answer: Any) -> str:
    """Return where to pay, or raise `ValueError` with the platform's own words."""
    found = _unwrapped(answer)
    url, code = text_told(found, "UrlThanhToan"), text_told(found, "MaLoi")
    if whole_number(code) != 0 or not _ADDRESS.fullmatch(url):
        raise ValueError(f"MaLoi {code[:20] or None} {text_told(found, 'MoTaLoi')[:200]}".strip())
    return url


def _unwrapped(answer: Any) -> Mapping[str, Any]:
    """Return the platform's answer; a province's gateway wraps it in `error_code` and `message`.

    There it stands in `message`, `result` or `data`, as an object, alone in a list or once more as a text
    (section 3.2).
    """
    level = [answer]
    for _ in range(_DEEPEST):
        held = [said_by(one) for one in level]
        held = [said_by(one[0]) if isinstance(one, list) and len(one) == 1 else one for one in held]
        objects = [one for one in held if isinstance(one, Mapping)]
        for one in objects:
            if member(one, "MaLoi") is not None:
                return as_named(one)
        level = [member(one, name) for one in objects for name in ("message", "result", "data")]
    return {}


def result_in(message: Any) -> Mapping[str, Any]:
    """Return a result out of the wrapping of a gateway, by the contract's names; empty for none."""
    found = _unwrapped(message)
    return found or (as_named(message) if isinstance(message, Mapping) else {})


def read_result(message: Any, account: PaymentAccount) -> News:
    """Read a result the platform sent of itself; what is not signed by it is refused."""
    message = result_in(message)
    if not message:
        return _refused("", "không phải đối tượng JSON")
    reference = str(message.get("MaThamChieu") or "")[:64]
    if str(message.get("MaDoiTac") or "") != account.partner:
        return _refused(reference, "không phải mã đối tác của tỉnh")
    if str(message.get("LoaiBanTin") or "") != account.result_type:
        return _refused(reference, "không phải bản tin kết quả")
    if not is_signed(message, _RESULT, account.secret):
        return _refused(reference, "chữ ký không khớp")
    if not text_told(message, "MaLoi"):
        return _refused(reference, "không có mã lỗi")
    outcome = "PAID" if _is_success(message) else "FAILED"
    return _news(message, reference, outcome)


def read_query(answer: Any, carried: Mapping[str, Any], account: PaymentAccount) -> News:
    """Read what became of a payment; it must be the one asked about, of its kind, and signed.

    The last signed member may hold the sign that joins them: an INIT of ours fits its own signature so.
    """
    found = _unwrapped(answer)
    reference = str(carried["reference"])
    is_result = text_told(found, "LoaiBanTin").upper() in {account.result_type.upper(), "QUERY"}
    is_of_us = str(found.get("MaDoiTac") or "").strip() == account.partner
    is_asked_for = is_of_us and str(found.get("MaThamChieu") or "") == reference
    if not is_asked_for or not is_result or not is_signed(found, _RESULT, account.secret):
        return _refused(reference, "câu trả lời tra cứu không khớp hoặc không có chữ ký đúng")
    told = member(found, "TrangThaiGD")
    state = whole_number(told)
    if not is_blank(told) and state not in _IS_MONEY:
        return _refused(reference, "trạng thái giao dịch không đọc được")
    is_paid = state == _PAID and _is_success(found)
    return _news(found, reference, "PAID" if is_paid else "FAILED" if state == _FAILED else "PENDING")


def _is_success(told: Mapping[str, Any]) -> bool:
    """Tell whether `MaLoi` is 00, however many noughts a platform writes: an opening is read so too."""
    return whole_number(text_told(told, "MaLoi")) == 0


def _news(message: Mapping[str, Any], reference: str, outcome: str) -> News:
    amount = dong(message.get("SoTien"))
    if outcome == "PAID" and (amount is None or amount <= 0):
        return _refused(reference, "số tiền không đọc được hoặc bằng 0")
    if outcome == "PAID" and folded(_currency(message)) not in _DONG:
        return _refused(reference, "không phải đồng Việt Nam")
    return News(
        reference=reference,
        outcome=outcome,
        amount=max(0, amount or 0),
        transaction=text_told(message, "MaGiaoDich")[:100],
        paid_at=_moment(str(message.get("ThoiGianThanhToan") or "")),
    )


def _currency(message: Mapping[str, Any]) -> str:
    return str(message.get("MaTienTe") or "VND").strip()


def _moment(text: str) -> str | None:
    found = None if is_no_moment(text) else moment_of(text.strip())
    return found.isoformat() if found else None


def _refused(reference: str, why: str) -> News:
    return News(reference, "PENDING", 0, "", None, why)


def reply(message: Any, account: PaymentAccount, *, why: str = "") -> Json:
    """Return the signed reply to a result: 00 once it is kept, 99 when it is not believed or not kept.

    Nothing that was not signed itself is signed here: whoever has no secret would have their words signed.
    """
    given = result_in(message)
    if not is_signed(given, _RESULT, account.secret):
        given = {}
    members: Json = {
        "MaLoi": REFUSED if why else SUCCESS,
        "MoTaLoi": why or "Thành công",
        "MaDoiTac": account.partner,
        "MaThamChieu": str(given.get("MaThamChieu") or "")[:64],
        "ThoiGianGD": str(given.get("ThoiGianGD") or "")[:20],
    }
    return {**members, "MaXacThuc": sign(members, _REPLY, account.secret)}


def read_list(answer: Any) -> list[Json]:
    """Read the platform's list of a day as rows of a reconciliation; raise `ValueError` for anything else.

    A list that is read in part would show payments as lost that are not: one row nobody can read is a fault.
    """
    lines = lines_of(answer)
    if not lines.items and not lines.unread and not _says_none(answer):
        raise NoLines("không có danh sách")
    of_money = [(row, _is_of_money(row)) for row in lines.items]
    rows = [None if is_money is None else _paid(row) for row, is_money in of_money if is_money is not False]
    if lines.unread or None in rows:
        raise NoLines(f"{lines.unread + rows.count(None)} dòng không đọc được")
    return [row for row in rows if row is not None]


def _says_none(answer: Any) -> bool:
    """Tell whether an answer says that nothing was paid: a list of none or null, or so in words."""
    told = said_by(answer)
    if told is None or isinstance(told, list):
        return True
    if not isinstance(told, Mapping) or whole_number(text_told(told, "MaLoi") or "0") != 0:
        return False
    has_list = any(name.casefold() in CONTAINERS for name in told)
    return has_list or bool(_NO_PAYMENTS.search(folded(text_told(told, "message"))))


def _is_of_money(row: Mapping[str, Any]) -> bool | None:
    """Tell whether a line is of money that was paid: it says so, or nothing of it; None for other words."""
    state, code = member(row, "TrangThaiGD"), whole_number(text_told(row, "MaLoi") or "0")
    is_paid = True if is_blank(state) else _IS_MONEY.get(whole_number(state) or 0)
    if is_paid is False or code not in {0, None}:
        return False
    return is_paid if code == 0 else None


def _paid(row: Mapping[str, Any]) -> Json | None:
    reference, amount = text_told(row, "MaThamChieu"), dong(member(row, "SoTien"))
    at = _moment(text_told(row, "ThoiGianThanhToan"))
    if not reference or at is None or amount is None or amount < 0:
        return None
    transaction = text_told(row, "MaGiaoDich")[:100]
    return {"reference": reference[:64], "transaction": transaction, "amount": amount, "paid_at": at}


def _plain(text: str) -> str:
    """Return a text that cannot end a member of the signature's input."""
    return "".join(char if char.isalnum() or char in " -." else " " for char in text)[:200]
