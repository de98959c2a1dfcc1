"""The payment platform beside the portal, version 1.0.6 (section 19): opens, is paid, tells, is asked.

What the contract does not settle is a setting (README.md). Written from the contract alone, so that the two
sides of a signature never share code.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from sandbox.portal.province import Province
from sandbox.portal.state import PortalState
from sandbox.portal.wire import Json, as_text, stamp

INIT = (
    *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan"),
    *("MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich", "ThoiGianGD", "Ip"),
)
RESULT = (
    *("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich", "MaNganHang"),
    *("ThoiGianGD", "ThongTinGiaoDich"),
)
ASK = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
REPLY = ("MaLoi", "MoTaLoi", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
_BILL = frozenset(
    ("MaDichVu", "MaDVC", "MaTTHC", "MaDonVi", "MaHoSo", "PhiLePhi", "HoTenNguoiNop", "DSKhoanNop", "SoQD")
)
PAID, PENDING, FAILED = "1", "3", "4"
_ERRORS = {PAID: "00", PENDING: "01", FAILED: "99"}


class Paying(BaseModel):
    """What the payer does, and what becomes of the news of it."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["paid", "failed"] = "paid"
    amount: int | None = Field(None, gt=0)
    """Another amount than was asked: part of it, or more."""
    news: Literal["told", "lost", "twice", "forged", "held"] = "told"
    """`held`: told only when asked to (`/sandbox/payments/{reference}/news`), minutes or hours late."""


@dataclass(frozen=True)
class Signing:
    """What both sides share."""

    partner: str
    secret: str

    def of(self, message: Json, names: tuple[str, ...]) -> str:
        """Return the signature over these members."""
        joined = "|".join([*(as_text(message.get(name)) for name in names), self.secret])
        return hashlib.sha256(joined.encode("utf-8")).hexdigest()

    def fits(self, message: Json, names: tuple[str, ...]) -> bool:
        """Tell whether a message is signed by who knows the secret."""
        return secrets.compare_digest(
            as_text(message.get("MaXacThuc")).encode(), self.of(message, names).encode()
        )


class PaymentPlatform:
    """Keeps payments in the portal's journal; a payment once paid stays paid."""

    def __init__(self, state: PortalState, province: Province) -> None:
        self._state = state
        self._province = province
        self._signing = Signing(state.settings.payment_partner, state.settings.payment_secret)

    def serve(self, message: Any, base: str) -> Json:
        """Answer INIT, QUERY or GET_BILL; application failures are a `MaLoi`, HTTP is 200."""
        if not isinstance(message, dict):
            return {"MaLoi": "01", "MoTaLoi": "Nội dung không phải đối tượng JSON"}
        kind = as_text(message.get("LoaiBanTin"))
        if as_text(message.get("MaDoiTac")) != self._signing.partner:
            return {"MaLoi": "02", "MoTaLoi": "Mã đối tác không đúng"}
        if not self._signing.fits(message, INIT if kind == "INIT" else ASK):
            return {"MaLoi": "03", "MoTaLoi": "Mã xác thực không đúng"}
        return self._init(message, base) if kind == "INIT" else self._ask(kind, message)

    def _init(self, message: Json, base: str) -> Json:
        bill = message.get("ThongTinBienLai")
        missing = _BILL - set(bill) if isinstance(bill, dict) else _BILL
        if missing or not as_text(message.get("SoTien")).isdecimal():
            return {"MaLoi": "04", "MoTaLoi": f"Thiếu hoặc sai: {', '.join(sorted(missing)) or 'SoTien'}"}
        reference = as_text(message.get("MaThamChieu"))
        held = self.find(reference)
        if held is not None and held["message"] != message:
            return {"MaLoi": "05", "MoTaLoi": "Mã tham chiếu đã được dùng"}
        if held is None:
            self._state.journal.write(
                "INSERT INTO payments (reference, message, amount, state, opened_at) VALUES (?, ?, ?, ?, ?)",
                reference,
                orjson.dumps(message).decode(),
                int(message["SoTien"]),
                PENDING,
                stamp(self._state.clock.now()),
            )
        return {"MaLoi": "00", "UrlThanhToan": f"{base}/thanh-toan/{reference}"}

    def _ask(self, kind: str, message: Json) -> Json:
        held = self.find(as_text(message.get("MaThamChieu")))
        if held is None or held["message"]["ThoiGianGD"] != message.get("ThoiGianGD"):
            return {"MaLoi": "06", "MoTaLoi": "Không có giao dịch này"}
        if kind == "GET_BILL":
            if held["state"] != PAID:
                return {"MaLoi": "07", "MoTaLoi": "Giao dịch chưa thanh toán"}
            return {**self._result(held), "BienLai": held["message"]["ThongTinBienLai"]}
        return {**self._result(held), "TrangThaiGD": held["state"]}

    def _result(self, held: Json) -> Json:
        """Return a result as the platform signs it."""
        sent = held["message"]
        told: Json = {
            "LoaiBanTin": self._state.settings.payment_result_type,
            "MaLoi": _ERRORS[held["state"]],
            "MaDoiTac": self._signing.partner,
            "MaThamChieu": held["reference"],
            "SoTien": str(held["paid"] or held["amount"]),
            "MaTienTe": "VND",
            "MaGiaoDich": held["code"],
            "MaNganHang": "VIETBANK",
            "ThoiGianGD": sent["ThoiGianGD"],
            "ThongTinGiaoDich": sent["ThongTinGiaoDich"],
        }
        return {**told, "ThoiGianThanhToan": held["paid_at"], "MaXacThuc": self._signing.of(told, RESULT)}

    def find(self, reference: str) -> Json | None:
        """Return a payment."""
        row = self._state.journal.row("SELECT * FROM payments WHERE reference = ?", reference)
        return None if row is None else {**dict(row), "message": orjson.loads(row["message"])}

    def all(self) -> list[Json]:
        """Return every payment, oldest first."""
        rows = self._state.journal.rows("SELECT * FROM payments ORDER BY opened_at, reference")
        return [_shown(dict(row)) for row in rows]

    def paid_on(self, day: str) -> Json:
        """Return the list of a day (yyyyMMdd): a message of the sandbox's own, the contract has none."""
        rows = self._state.journal.rows(
            "SELECT reference, code, paid, paid_at FROM payments"
            " WHERE state = '1' AND substr(paid_at, 1, 8) = ? ORDER BY reference",
            day,
        )
        names = ("MaThamChieu", "MaGiaoDich", "SoTien", "ThoiGianThanhToan")
        return {"MaLoi": "00", "DanhSach": [dict(zip(names, map(str, row), strict=True)) for row in rows]}

    async def pay(self, reference: str, paying: Paying) -> Json | None:
        """Let the payer pay (or fail) and let the news go its way; None for a payment nobody opened."""
        held = self.find(reference)
        if held is None:
            return None
        if paying.news == "forged":
            # Nobody paid: somebody only says so.
            return {**_shown(held), "answers": [await self.tell(reference, forged=True)]}
        if held["state"] != PAID:
            is_paid = paying.outcome == "paid"
            self._state.journal.write(
                "UPDATE payments SET state = ?, paid = ?, code = ?, paid_at = ? WHERE reference = ?",
                PAID if is_paid else FAILED,
                (paying.amount or held["amount"]) if is_paid else 0,
                f"GD{secrets.token_hex(6).upper()}",
                stamp(self._state.clock.now()),
                reference,
            )
        times = {"told": 1, "twice": 2}.get(paying.news, 0)
        answers = [await self.tell(reference) for _ in range(times)]
        return {**_shown(self.find(reference) or {}), "answers": answers}

    async def tell(self, reference: str, *, forged: bool = False) -> Json:
        """Send the result down once; a forged one says paid and is signed with another secret."""
        held = self.find(reference)
        if held is None:
            return {}
        message = self._result(held)
        if forged:
            message = {**message, "MaLoi": "00", "MaGiaoDich": "GDGIA"}
            message["MaXacThuc"] = Signing(self._signing.partner, "khoa-gia").of(message, RESULT)
        outcome = await self._province.send(self._state.settings.payment_result_path, message)
        answer = outcome.answer or {}
        is_taken = as_text(answer.get("MaLoi")) == "00" and self._signing.fits(answer, REPLY)
        self._state.journal.write(
            "UPDATE payments SET told = told + 1, taken = taken + ? WHERE reference = ?",
            int(is_taken),
            reference,
        )
        return {"answer": answer, "failure": outcome.failure, "is_taken": is_taken}


def _shown(held: Json) -> Json:
    return {name: value for name, value in held.items() if name != "message"}
