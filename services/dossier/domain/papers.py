"""The official papers: what each says, frozen at the moment it is issued, and by which set of forms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.course import Apology, Obligation, Settlement
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.dossier import Dossier


class PaperKind(StrEnum):
    """Papers this service issues: the law's numbered forms, and the notice of an amount to be paid."""

    RECEIPT = "FORM_01"
    SUPPLEMENT_REQUEST = "FORM_02"
    INTAKE_REFUSAL = "FORM_03"
    APOLOGY = "FORM_04"
    STOP_NOTICE = "FORM_05"
    PAYMENT_NOTICE = "PAYMENT_NOTICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper that was issued; its content never changes, and its file is made from it once."""

    id: UUID
    dossier_id: UUID
    kind: PaperKind
    number: str
    legal_set: str
    issued_at: datetime
    issued_by: str
    content: dict[str, Any]


def local_text(at: datetime | None) -> str:
    """Return a moment as papers print it: `08:30 17/11/2026`."""
    return "" if at is None else at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def receipt(
    dossier: Dossier,
    procedure: Procedure,
    *,
    parties: dict[str, Any],
    components: list[dict[str, Any]],
    officer: str,
    look_up: str,
    secret: str,
) -> dict[str, Any]:
    """Return form 01: receipt and appointment, with the look-up address and secret."""
    return {
        **_head(dossier, parties, dossier.receiving_agency),
        "components": [
            {"name": item["name"], "form": _FORMS.get(item["form"], item["form"])} for item in components
        ],
        "term": _term_text(procedure, dossier.channel),
        "received_at": local_text(dossier.accepted_at),
        "due_at": local_text(dossier.due_at),
        "delivery": _DELIVERY[dossier.result_delivery],
        "fees": [
            {"name": fee["name"] or "", "amount": fee["amount"]} for fee in dossier.fees if fee["amount"]
        ],
        "officer": officer,
        "look_up": look_up,
        "secret": secret,
    }


def supplement_request(
    dossier: Dossier,
    *,
    parties: dict[str, Any],
    items: list[dict[str, Any]],
    reason: str,
    answer_by: datetime,
    officer: str,
) -> dict[str, Any]:
    """Return form 02: everything that is missing, in one go, with the reason."""
    return {
        **_head(dossier, parties, dossier.receiving_agency),
        "items": [{"name": item["name"], "reason": item.get("reason", "")} for item in items],
        "reason": reason,
        "answer_by": local_text(answer_by),
        "officer": officer,
    }


def intake_refusal(
    dossier: Dossier, *, parties: dict[str, Any], reason: str, legal_basis: str, officer: str
) -> dict[str, Any]:
    """Return form 03: why the dossier is not received, with the legal basis."""
    return {
        **_head(dossier, parties, dossier.receiving_agency),
        "reason": reason,
        "legal_basis": legal_basis,
        "officer": officer,
    }


def stop_notice(
    dossier: Dossier,
    *,
    parties: dict[str, Any],
    reason: str,
    legal_basis: str,
    officer: str,
    stage: str,
    settlement: Settlement,
) -> dict[str, Any]:
    """Return form 05 of the 2025 set: processing stops, papers go back, money is settled."""
    amount = f"{settlement.refund_amount:,} đồng".replace(",", ".") if settlement.refund_amount else ""
    refund = [_REFUNDS[settlement.refund], amount, settlement.refund_basis]
    return {
        **_head(dossier, parties, dossier.competent_agency),
        "reason": reason,
        "legal_basis": legal_basis,
        "officer": officer,
        "facts": [
            ["Giai đoạn giải quyết", stage],
            ["Giấy tờ bản chính trả lại", "; ".join(settlement.originals) or "Không có"],
            ["Phí, lệ phí", "; ".join(part for part in refund if part)],
        ],
    }


def apology(dossier: Dossier, apologised: Apology, *, parties: dict[str, Any]) -> dict[str, Any]:
    """Return form 04: the apology of the agency's head, the reason and the new date."""
    return {
        **_head(dossier, parties, dossier.competent_agency),
        "officer": apologised.signed_by,
        "facts": [
            ["Ngày tiếp nhận hồ sơ", local_text(dossier.accepted_at)],
            ["Ngày hẹn trả kết quả", local_text(apologised.previous_due_at)],
            ["Lý do chậm trả kết quả", apologised.reason],
            ["Ngày hẹn trả kết quả mới", local_text(apologised.new_due_at)],
            [
                "Lời xin lỗi",
                f"{dossier.competent_agency.name} xin lỗi Ông/Bà vì sự chậm trễ này.",
            ],
        ],
    }


def payment_notice(
    dossier: Dossier, obligation: Obligation, *, parties: dict[str, Any], officer: str
) -> dict[str, Any]:
    """Return the notice of an amount to be paid before the work goes on."""
    return {
        **_head(dossier, parties, dossier.competent_agency),
        "reason": obligation.reason,
        "legal_basis": obligation.legal_basis,
        "officer": officer,
        "facts": [
            ["Khoản phải nộp", obligation.name],
            ["Số tiền", f"{obligation.amount:,} đồng".replace(",", ".")],
            ["Thời hạn nộp", local_text(obligation.pay_by) or "Khi người nộp thực hiện"],
        ],
    }


_REFUNDS = {
    "NONE": "Không hoàn trả",
    "PARTIAL": "Hoàn trả một phần",
    "FULL": "Hoàn trả toàn bộ",
    "NOTHING_PAID": "Chưa thu",
}


_DELIVERY = {
    "COUNTER": "Nhận trực tiếp tại Bộ phận Một cửa",
    "POST": "Qua dịch vụ bưu chính công ích",
    "ELECTRONIC": "Nhận bản điện tử",
}
_FORMS = {
    "original": "Bản chính",
    "certified_copy": "Bản sao chứng thực",
    "photocopy": "Bản chụp",
    "electronic": "Bản điện tử",
}
_UNITS = {
    "WORKING_DAY": "ngày làm việc",
    "WORKING_HOUR": "giờ làm việc",
    "CALENDAR_DAY": "ngày",
    "MONTH": "tháng",
}


def _head(dossier: Dossier, parties: dict[str, Any], agency: Agency) -> dict[str, Any]:
    owner = parties["owner"]
    return {
        "agency": agency.name,
        "one_stop": agency.one_stop_name or "Bộ phận Tiếp nhận và Trả kết quả",
        "dossier_code": dossier.dossier_code or dossier.reference,
        "procedure": f"{dossier.procedure_name} ({dossier.procedure_code})",
        "owner": owner["full_name"],
        "address": owner.get("address") or "",
        "phone": owner.get("phone") or "",
        "email": owner.get("email") or "",
    }


def _term_text(procedure: Procedure, channel: str) -> str:
    found = procedure.channel(channel)
    if found is None or found.term is None:
        return ""
    if found.term.unit == "SAME_DAY":
        return "Trong ngày"
    return f"{found.term.value.normalize():f} {_UNITS[found.term.unit]}"
