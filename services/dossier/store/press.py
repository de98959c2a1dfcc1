"""Prints papers as PDF with typst; the QR code leads to the public look-up."""

import io
import json
from pathlib import Path
from typing import Any

import segno
import typst

from services.dossier.domain.papers import PaperKind

_TEMPLATE = (Path(__file__).parent / "templates" / "paper.typ").read_bytes()
_TITLES = {
    PaperKind.RECEIPT: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    PaperKind.SUPPLEMENT_REQUEST: "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    PaperKind.INTAKE_REFUSAL: "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    PaperKind.APOLOGY: "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
    PaperKind.STOP_NOTICE: "Thông báo dừng giải quyết hồ sơ",
    PaperKind.PAYMENT_NOTICE: "Thông báo thực hiện nghĩa vụ tài chính",
}
_SIGNERS = {
    PaperKind.RECEIPT: "NGƯỜI TIẾP NHẬN HỒ SƠ",
    PaperKind.SUPPLEMENT_REQUEST: "NGƯỜI HƯỚNG DẪN",
    PaperKind.INTAKE_REFUSAL: "NGƯỜI TIẾP NHẬN HỒ SƠ",
    PaperKind.APOLOGY: "THỦ TRƯỞNG CƠ QUAN",
    PaperKind.STOP_NOTICE: "THỦ TRƯỞNG CƠ QUAN",
    PaperKind.PAYMENT_NOTICE: "NGƯỜI THÔNG BÁO",
}
_REASONS = {
    PaperKind.INTAKE_REFUSAL: "Không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể",
    PaperKind.STOP_NOTICE: "Dừng giải quyết hồ sơ với lý do",
}


def print_paper(kind: PaperKind, content: dict[str, Any]) -> bytes:
    """Return the PDF of a paper; takes some tens of milliseconds, so call it in a thread."""
    data = {
        **content,
        "title": _TITLES[kind],
        "signer_label": _SIGNERS[kind],
        "reason_label": _REASONS.get(kind, "Lý do"),
    }
    if "secret" in content:
        # Only the code: the secret is typed, so that a photograph of the QR code alone opens nothing.
        data["qr"] = _qr(f"{content['look_up']}/qr/{content['dossier_code']}")
    printed = typst.compile(
        _TEMPLATE, format="pdf", sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True
    )
    if not isinstance(printed, bytes):
        raise TypeError("a paper is one PDF")
    return printed


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=1)
    return out.getvalue().decode()
