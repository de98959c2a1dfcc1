"""What the portal driver needs of a dossier at one version: neutral names, identity opened, logged."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.files import HANDED_IN, Scan
from services.dossier.domain.holdings import Result
from services.dossier.domain.intake.evidence import (
    EvidenceKind,
    Flags,
    databases_of,
    flags_of,
    flags_of_files,
    has_consulted,
)
from services.dossier.domain.intake.identifiers import has_number
from services.dossier.domain.payments.account import ItemKind
from services.dossier.domain.payments.events import paid_through
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.portal_results import told_results
from services.dossier.use_cases.portal_supplements import ANSWERED, told_supplements
from services.dossier.use_cases.ports import Attachment, Detail, Work
from services.dossier.use_cases.read_dossiers import log_reading

_TEXTS = {
    "submitted": "Nộp hồ sơ",
    "accepted": "Tiếp nhận hồ sơ",
    "intake_refused": "Từ chối tiếp nhận",
    "intake_supplement_requested": "Yêu cầu hoàn thiện hồ sơ",
    "intake_supplement_answered": "Người nộp đã hoàn thiện hồ sơ",
    "cancelled": "Người nộp rút hồ sơ trước khi tiếp nhận",
    "handed_over": "Chuyển hồ sơ đến bộ phận xử lý",
    "step_completed": "Hoàn thành bước xử lý",
    "supplement_requested": "Yêu cầu bổ sung hồ sơ",
    "supplement_answered": "Người nộp đã bổ sung hồ sơ",
    "resumed": "Tiếp tục giải quyết",
    "payment_requested": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "suspended": "Tạm dừng giải quyết theo quy định của pháp luật",
    "reappointed": "Xin lỗi và hẹn lại ngày trả kết quả",
    "corrected": "Đính chính thông tin chủ hồ sơ",
    "correction_opened": "Xin lỗi về sai sót của kết quả, lập hồ sơ đính chính",
    "due_recomputed": "Tính lại thời hạn theo lịch làm việc mới",
    "supplement_lapsed": "Hết thời hạn bổ sung hồ sơ",
    "archived": "Lưu trữ hồ sơ",
    "withdrawal_requested": "Người nộp đề nghị rút hồ sơ",
    "withdrawal_declined": "Không đồng ý rút hồ sơ",
    "stopped": "Dừng giải quyết",
    "result_issued": "Ban hành kết quả",
    "result_recalled": "Thu hồi kết quả chưa trả",
    "returned": "Trả kết quả",
    "ended_elsewhere": "Hồ sơ kết thúc trên hệ thống khác",
    "reopened_elsewhere": "Hồ sơ được hệ thống khác giải quyết tiếp",
    "work_noted": "Đang xử lý hồ sơ",
}


MOST_VIEWS = 32
"""Views in one answer: some hundred kilobytes."""


async def read_portal_view(
    dossier_id: UUID, version: int, *, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Return the view at a version (0: the newest); raise `NotFound`."""
    _require_portal(by)
    found = await work.views.portal([(dossier_id, version)])
    if not found:
        raise NotFound
    await log_reading(work, by, "portal-view", dossier_id, None, now)
    return _view(found[dossier_id, version], work)


async def read_portal_views(
    wanted: Sequence[tuple[UUID, int]], *, by: Caller, work: Work, now: datetime
) -> list[dict[str, Any] | None]:
    """Return views in the order they were asked for, None for what is not known; one reading is logged."""
    _require_portal(by)
    found = await work.views.portal(list(dict.fromkeys(wanted)))
    if found:
        shown = (dossier_id for dossier_id, _ in found)
        await log_reading(work, by, "portal-view", None, None, now, shown=shown)
    return [_view(found[one], work) if one in found else None for one in wanted]


def _require_portal(by: Caller) -> None:
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.read"):
        raise Forbidden


def _view(detail: Detail, work: Work) -> dict[str, Any]:
    dossier = detail.dossier
    parties = parties_of(dossier, work)
    now_state = detail.history[-1]["data"]["dossier"]
    owner = parties["owner"]
    same = (
        "reference",
        "dossier_code",
        "portal_code",
        "origin",
        "channel",
        "procedure",
        "procedure_version",
        "helping_agency",
        "receiving_agency",
        "competent_agency",
        "continuing_agency",
        "state",
        "portal_status",
        "submitted_at",
        "accepted_at",
        "due_at",
        "original_due_at",
        "ended_at",
        "step",
        "result_delivery",
        "version",
    )
    changes = {item["version"]: item["data"]["change"] for item in detail.history}
    attachments = _attachments(detail)
    standing, recalled = told_results(dossier.result, dossier.recalled, detail.history)
    return {
        "dossier_id": dossier.id,
        **{name: now_state.get(name) for name in same},
        "corrects": corrects.dossier_code if (corrects := corrects_of(dossier.brought)) else None,
        "owner": {
            "full_name": owner.get("full_name"),
            "applicant_type": owner.get("applicant_type", "CITIZEN"),
            "identity_type": owner.get("identity_type"),
            "identity_number": owner.get("identity_number"),
            "representative_number": _representative_number(parties),
            "phone": owner.get("phone"),
            "email": owner.get("email"),
            "address": owner.get("address"),
        },
        "fees": _fees(detail) if now_state["accepted_at"] else [],
        "attachments": attachments,
        "results": [_result(one, detail) for one in standing],
        "recalled_results": [
            {**_result(one, detail), "recalled_at": recall.at, "recalled_in": recall.version}
            for one, recall in recalled
        ],
        "supplements": told_supplements(
            detail.history,
            detail.attachments,
            attachments,
            [one.answered_with for one in dossier.supplements],
        ),
        "progress": _progress(detail.history),
        "returned_at": _returned_at(detail.history),
        "note": _public_note(detail.history[-1]),
        "change": {
            "at": changes[now_state["version"]]["at"],
            "actor": changes[now_state["version"]]["actor"],
            "note": _public_note(detail.history[-1]),
            "legal_basis": str(changes[now_state["version"]].get("legal_basis") or ""),
            "promised_anew": _promised_anew(detail.history),
        },
        "components": _components(detail),
        "is_verified": _is_verified(detail),
        "databases": databases_of(detail.evidence),
        "evidence": {
            "has_digitised_component": any(item.is_digitised for item in _flags(detail).values()),
            "has_reused_component": any(item.reuse for item in _flags(detail).values()),
            "has_component_from_personal_store": any(
                item.is_from_personal_store for item in _flags(detail).values()
            ),
            "has_consulted_database": has_consulted(detail.evidence),
            "is_vneid_verified": _is_verified(detail),
        },
    }


def _promised_anew(history: Sequence[dict[str, Any]]) -> str | None:
    """Return the moment promised by the last version where another was promised before it."""
    told = [item["data"]["dossier"] for item in history]
    promised = [one.get("reappointed_due_at") or one["due_at"] for one in told]
    before = next((one for one in reversed(promised[:-1]) if one), None)
    return promised[-1] if before and promised[-1] != before else None


def _returned_at(history: Sequence[dict[str, Any]]) -> str | None:
    """Return when the result was handed over, also of what was archived since."""
    at = [item["data"]["change"]["at"] for item in history if item["type"] == "dossier.returned.v1"]
    return str(at[-1]) if at else None


def _representative_number(parties: Mapping[str, Any]) -> str | None:
    """Return the number of who represents an owner that has none yet; nobody else's is told."""
    if has_number(parties["owner"]):
        return None
    number: str | None = (parties.get("representative") or {}).get("identity_number")
    return number


def _is_verified(detail: Detail) -> bool:
    """Tell whether an account was verified: by evidence, before evidence was kept by the flag."""
    if not detail.evidence:
        return detail.dossier.is_verified
    return any(item.kind is EvidenceKind.ACCOUNT_VERIFIED for item in detail.evidence)


def _flags(detail: Detail) -> dict[str, Flags]:
    """Return each component's flags as evidence shows them; of older dossiers, as they were received."""
    if detail.evidence:
        return flags_of(detail.evidence)
    return {
        item.component_code: Flags(item.is_digitised, item.reuse, item.is_from_personal_store)
        for item in detail.components
    }


def _fees(detail: Detail) -> list[dict[str, Any]]:
    """Return fees and charges as they are owed and paid now; nothing of taxes and the like."""
    account = detail.account
    if not account.entries:
        return list(detail.dossier.fees)
    way = paid_through(account)
    return [
        {
            "code": item.code,
            "name": item.name,
            "kind": item.kind.value,
            "amount": item.owed,
            "paid_through": way if item.paid and not item.outstanding else None,
        }
        for item in account.items
        if item.kind is not ItemKind.OBLIGATION
    ]


def _components(detail: Detail) -> list[dict[str, Any]]:
    names = {item.id: item.file_name for item in detail.attachments}
    flags = _flags(detail)
    return [
        {
            "component_code": item.component_code,
            "name": item.name,
            **asdict(flags.get(item.component_code, Flags())),
            "files": [{"attachment_id": one, "file_name": names.get(one, "")} for one in item.attachment_ids],
        }
        for item in detail.components
    ]


def _public_note(item: dict[str, Any]) -> str:
    """Return the change's note, unless it is the office's own."""
    return "" if "noted" in item["data"]["change"] else str(item["data"]["change"]["note"])


def _attachments(detail: Detail) -> list[dict[str, Any]]:
    by_id = {item.id: item for item in detail.attachments}
    flags = _flags(detail)
    results = _results_for_components(detail)
    # Where the platform itself took files from the store, each file says so of itself, and no other does.
    taken = {item.component_code for item in detail.attachments if item.taken is not None}
    newest = {item.id: item.replaced_by for item in detail.attachments}
    # Of a replaced file the newest version is told; what the scanner found out about is not told at all.
    by_id = {
        item.id: item
        for item in detail.attachments
        if item.replaced_by is None and item.scan is not Scan.INFECTED
    }
    named: list[dict[str, Any]] = []
    for component in detail.components:
        for one in component.attachment_ids:
            found = by_id.pop(_newest(one, newest), None)
            if found is not None:
                shown = asdict(flags.get(component.component_code, Flags()))
                if component.component_code in taken:
                    shown["is_from_personal_store"] = found.taken is not None
                named.append(
                    {"attachment_id": found.id, "file_name": found.file_name, "name": component.name}
                    | {"component_code": component.component_code, "media_type": found.media_type, **shown}
                    | {"replaced_by": results.get(component.component_code, "")}
                )
    # Slips signed at the counter, results and what is kept here for another dossier are nobody's components.
    later = _handed_in_later(detail)
    rest = [item for item in by_id.values() if item.purpose in HANDED_IN and item.id not in later]
    told = flags_of_files(detail.evidence)
    return named + [
        {"attachment_id": item.id, "file_name": item.file_name, "name": item.file_name}
        | {"component_code": item.component_code, "media_type": item.media_type}
        | asdict(told.get(item.id) or _came_as_file(item, detail))
        | {"replaced_by": ""}
        for item in rest
    ]


def _came_as_file(item: Attachment, detail: Detail) -> Flags:
    """Return the flags of a file nobody told any of; of an answer given on the portal none were told."""
    is_portals = detail.dossier.origin == "PORTAL" and item.purpose == "SUPPLEMENT"
    return Flags(is_digitised=not is_portals, is_from_personal_store=item.taken is not None)


def _handed_in_later(detail: Detail) -> set[UUID]:
    """Return the files of answers this version does not have yet."""
    answered = sum(str(item["type"]).split(".")[1] in ANSWERED for item in detail.history)
    return {file for one in detail.dossier.supplements[answered:] for file in one.answered_with or ()}


def _results_for_components(detail: Detail) -> dict[str, str]:
    """Return by component the code of another dossier's result that stands for it, where its code is known.

    Out of the register by its entry, or carried from an earlier member of an interlinked submission.
    """
    carried = (detail.dossier.brought.get("interlinked") or {}).get("results") or ()
    codes = {one["component"]: one["type"] for one in carried if one["type"] != one["procedure"]}
    return codes | {one.component_code: one.type for one in detail.used_results}


def _newest(one: UUID, replaced_by: Mapping[UUID, UUID | None]) -> UUID:
    while (following := replaced_by.get(one)) is not None:
        one = following
    return one


def _result(result: Result, detail: Detail) -> dict[str, Any]:
    names = {item.id: item.file_name for item in detail.attachments}
    return {
        "code": result.code,
        "name": result.name,
        "number": result.number,
        "outcome": result.outcome,
        "signed_by": result.signed_by,
        "attachments": [
            {"attachment_id": one, "file_name": names.get(one, "")} for one in result.attachment_ids
        ],
    }


def _goes_on(data: dict[str, Any]) -> str:
    """Return who works a dossier from now on where its agency ended, or works again; blank for other news.

    Who goes on for an agency that only received it, or helped, works nothing of it.
    """
    noted, dossier = data["change"].get("noted"), data["dossier"]
    works = dossier["competent_agency"]
    now = dossier.get("going_on", {}).get(works["code"], works)
    named = {
        "AGENCY_CONTINUED": data["change"].get("continuing_agency", {}).get("code"),
        "AGENCY_RESUMED": data["change"].get("resumed_agency"),
    }
    is_of_it = noted in named and named[noted] == now["code"]
    return f"Cơ quan tiếp tục giải quyết hồ sơ: {now['name']}" if is_of_it else ""


def _progress(history: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one entry a change, oldest first, as the portal keeps them."""
    entries = []
    for item in history:
        data, change = item["data"], item["data"]["change"]
        kind = str(item["type"]).split(".")[1]
        step = data["dossier"]["step"]
        text = _goes_on(data) or _TEXTS.get(kind, kind)
        if kind == "step_completed" and step:
            text = f"{text}; tiếp theo: {step['name']}"
        entries.append(
            {
                "version": item["version"],
                "at": change["at"],
                "officer": change["actor"]["name"],
                "unit": change["actor"].get("unit", ""),
                "agency": change["actor"].get("agency", ""),
                "text": text,
                "status": data["dossier"]["portal_status"],
                "due_at": step["due_at"] if step else data["dossier"]["due_at"],
            }
        )
    return entries
