"""The official papers: what each says, frozen at the moment it is issued, and by which set of forms."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.codes import masked_identity
from services.dossier.domain.course import Apology, CorrectionDraft, Settlement
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.obligations import Obligation
from services.dossier.domain.payments.account import Account, ItemKind
from services.dossier.domain.states import Clock


class PaperKind(StrEnum):
    """Papers this service issues: the law's numbered forms, and the notice of an amount to be paid."""

    RECEIPT = "FORM_01"
    GROUP_RECEIPT = "FORM_01_GROUP"
    """Form 01 of a whole interlinked submission: kept under its id, which is no dossier's."""
    SUPPLEMENT_REQUEST = "FORM_02"
    INTAKE_REFUSAL = "FORM_03"
    APOLOGY = "FORM_04"
    STOP_NOTICE = "FORM_05"
    PAYMENT_NOTICE = "PAYMENT_NOTICE"
    CORRECTION_APOLOGY = "CORRECTION_APOLOGY"
    """The apology for a wrong result; form 04's words are of a delay and do not fit."""


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


def written_date(at: datetime, agency: Agency) -> str:
    """Return place and date as the header of every form has them (NĐ 30/2020/NĐ-CP, Phụ lục I, II.4).

    The place is the administrative unit the issuing body sits in, of its own level: a commune's papers name
    the commune, those of the province's bodies the province.
    """
    local = at.astimezone(VIETNAM)
    place = place_of(agency)
    date = f"ngày {local:%d} tháng {local:%m} năm {local:%Y}"
    return f"{place}, {date}" if place else date.capitalize()


def place_of(agency: Agency) -> str:
    """Return the place name an agency dates its papers at: its own, else what its address and name tell.

    From an address it is the unit's full name: whether it is named after a person, an event or by a number,
    and so written with its kind, no address tells.
    """
    found = agency.place
    if not found and agency.level == "COMMUNE":
        for text in (agency.address.rpartition(",")[0], agency.name):
            named: list[str] = _COMMUNE.findall(text)
            if named:
                found = named[-1].strip()
                break
    found = found or agency.address.rpartition(",")[2].strip()
    return found[:1].upper() + found[1:]


_COMMUNE = re.compile(r"\b(?:phường|xã|thị trấn|đặc khu)\s+[^,;]+", re.IGNORECASE)


def number_of(dossier: Dossier, kind: PaperKind, earlier: int = 0) -> str:
    """Return the next paper's number: the dossier's own code, from the second of a kind with its place.

    `earlier` is how many were issued before they were counted.
    """
    place = max(dossier.paper_numbers.get(kind.value, 0), earlier) + 1
    code = dossier.dossier_code or dossier.reference
    return f"{code}{f'/{place:02d}' if place > 1 else ''}{_SUFFIXES.get(kind, '')}"


def count_issued(dossier: Dossier, kind: PaperKind, earlier: int = 0) -> None:
    """Count a paper of a kind."""
    issued = dossier.paper_numbers
    dossier.paper_numbers = {**issued, kind.value: max(issued.get(kind.value, 0), earlier) + 1}


_SUFFIXES = {
    PaperKind.SUPPLEMENT_REQUEST: "/HDHS",
    PaperKind.INTAKE_REFUSAL: "/TC",
    PaperKind.APOLOGY: "/PXL",
    PaperKind.STOP_NOTICE: "/TB",
    PaperKind.PAYMENT_NOTICE: "/NVTC",
    PaperKind.CORRECTION_APOLOGY: "/TXL",
}


def receipt(
    dossier: Dossier,
    procedure: Procedure,
    *,
    account: Account,
    parties: dict[str, Any],
    components: list[dict[str, Any]],
    officer: str,
    look_up: str,
    secret: str,
) -> dict[str, Any]:
    """Return form 01: receipt and appointment, with the look-up address and secret.

    Fees are what this applicant owes by the account, exemptions and corrections counted.
    """
    return {
        **head(dossier, parties, dossier.receiving_agency),
        "components": [
            {"name": item["name"], "form": _FORMS.get(item["form"], item["form"])} for item in components
        ],
        "sets": procedure.copies_sets,
        "submitter": (parties.get("representative") or parties["owner"])["full_name"],
        **_register_entry(dossier),
        "term": _term_text(procedure, dossier.channel),
        "received_at": local_text(dossier.accepted_at),
        "due_at": _appointment(dossier),
        "delivery": DELIVERY[dossier.result_delivery],
        "fees": _fees(dossier, account),
        "officer": officer,
        "look_up": look_up,
        "secret": secret,
    }


def _fees(dossier: Dossier, account: Account) -> list[dict[str, Any]]:
    """Return each fee as the account has it (đồng); where that is not what its rule says, that is named too.

    Of a dossier from before accounts were kept: what the version in force at acceptance said.
    """
    if not account.entries:
        return [{"name": fee["name"] or "", "amount": fee["amount"]} for fee in dossier.fees if fee["amount"]]
    found = []
    for item in account.items:
        usual = int(item.data.get("base") or item.owed)
        if item.kind is not ItemKind.OBLIGATION and usual:
            name = item.name if usual == item.owed else f"{item.name} (mức chung {_dong(usual)})"
            found.append({"name": name, "amount": item.owed})
    return found


def _appointment(dossier: Dossier) -> str:
    """Return until when the result is promised; while the clock stands that is counted again after."""
    if dossier.clock is Clock.STOPPED:
        return "Tính lại từ khi hết thời gian tạm dừng giải quyết"
    return local_text(dossier.reappointed_due_at or dossier.due_at)


def supplement_request(
    dossier: Dossier,
    *,
    parties: dict[str, Any],
    items: list[dict[str, Any]],
    procedure: Procedure,
    reason: str,
    answer_by: datetime,
    officer: str,
) -> dict[str, Any]:
    """Return form 02: everything that is missing, in one go, how many of each form, with the reason."""
    return {
        **head(dossier, parties, dossier.receiving_agency),
        "items": [_item(item, procedure) for item in items],
        "contact_phone": dossier.standing_at(dossier.receiving_agency).phone,
        "reason": reason,
        "answer_by": local_text(answer_by),
        "officer": officer,
    }


def intake_refusal(
    dossier: Dossier, *, parties: dict[str, Any], reason: str, legal_basis: str, officer: str
) -> dict[str, Any]:
    """Return form 03: why the dossier is not received, with the legal basis."""
    return {
        **head(dossier, parties, dossier.receiving_agency),
        "reason": reason,
        "legal_basis": legal_basis,
        "submitter": (parties.get("representative") or parties["owner"])["full_name"],
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
        **head(dossier, parties, dossier.competent_agency),
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
        **head(dossier, parties, dossier.competent_agency),
        "officer": apologised.signed_by,
        "delay": {
            "received_at": local_text(dossier.accepted_at),
            "due_at": local_text(apologised.previous_due_at),
            "reason": apologised.reason,
            "new_due_at": local_text(apologised.new_due_at),
        },
    }


def correction_apology(
    dossier: Dossier, draft: CorrectionDraft, *, reference: str, parties: dict[str, Any], officer: str
) -> dict[str, Any]:
    """Return the apology for a wrong result: which one, what is wrong, and the dossier that corrects it."""
    result = dossier.result
    return {
        **head(dossier, parties, dossier.competent_agency),
        "officer": officer,
        "error": {
            "result": result.name if result else "",
            "number": result.number if result else "",
            "issued_at": local_text(result.issued_at) if result else "",
            "returned_at": local_text(_given_at(dossier)),
            "reason": draft.reason,
        },
        "correction": reference,
        "delivery": DELIVERY[dossier.result_delivery],
    }


def _given_at(dossier: Dossier) -> datetime | None:
    at = (dossier.delivery or {}).get("at")
    return datetime.fromisoformat(at) if at else None


def payment_notice(
    dossier: Dossier, obligation: Obligation, *, parties: dict[str, Any], officer: str
) -> dict[str, Any]:
    """Return the notice of an amount to be paid before the work goes on, less what came in already."""
    covered = obligation.amount - obligation.owed
    left = [["Đã nộp thừa trước đó, chuyển sang", _dong(covered)], ["Còn phải nộp", _dong(obligation.owed)]]
    pay_by = [["Thời hạn nộp", local_text(obligation.pay_by) or "Khi người nộp thực hiện"]]
    return {
        **head(dossier, parties, dossier.competent_agency),
        "reason": obligation.reason,
        "legal_basis": obligation.legal_basis,
        "officer": officer,
        "facts": [
            ["Khoản phải nộp", obligation.name],
            ["Số tiền", _dong(obligation.amount)],
            *(left if covered else []),
            *(pay_by if obligation.owed else []),
        ],
    }


def _dong(amount: int) -> str:
    return f"{amount:,} đồng".replace(",", ".")


_REFUNDS = {
    "NONE": "Không hoàn trả",
    "PARTIAL": "Hoàn trả một phần",
    "FULL": "Hoàn trả toàn bộ",
    "NOTHING_PAID": "Chưa thu",
}


DELIVERY = {
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


def _item(item: dict[str, Any], procedure: Procedure) -> dict[str, Any]:
    """Return one line of form 02's table: originals, certified copies and photocopies as published."""
    rule = procedure.components.get(item.get("component_code", ""))
    counts = ("originals", "certified_copies", "photocopies")
    return {
        "name": item["name"],
        "reason": item.get("reason", ""),
        **{name: getattr(rule, name) if rule else 0 for name in counts},
    }


def _register_entry(dossier: Dossier) -> dict[str, str]:
    """Return volume and number in the register: a volume a year, the number is the legal code's own."""
    if dossier.accepted_at is None or dossier.dossier_code is None:
        return {}
    number = dossier.dossier_code.removeprefix(dossier.dossier_code.rsplit("-", 2)[0] + "-")
    return {"register_volume": f"{dossier.accepted_at.astimezone(VIETNAM):%Y}", "register_number": number}


def one_stop_of(agency: Agency) -> str:
    """Return what an agency's one-stop unit is called."""
    return agency.one_stop_name or "Bộ phận Tiếp nhận và Trả kết quả"


def took_over(agency: Agency, of: Agency) -> dict[str, str]:
    """Return from whom an agency took over what a paper is about; nothing where it is its own."""
    return {"took_over_from": of.name} if agency.code != of.code else {}


def head(dossier: Dossier, parties: dict[str, Any], of: Agency) -> dict[str, Any]:
    """Return what every paper begins with: whose it is, and about whom.

    Since an agency has ended its papers are headed by who goes on for it, and say from whom that took over:
    the applicant handed in at the other one.
    """
    agency = dossier.standing_at(of)
    owner = parties["owner"]
    return {
        "agency": agency.name,
        "one_stop": one_stop_of(agency),
        **took_over(agency, of),
        "dossier_code": dossier.dossier_code or dossier.reference,
        "procedure": f"{dossier.procedure_name} ({dossier.procedure_code})",
        "owner": owner["full_name"],
        "identity": masked_identity(str(owner.get("identity_number") or "")),
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
