"""Turns dossiers into answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from services.dossier.api.clock import clock_of
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import (
    AttachmentOut,
    BlockedAction,
    DossierItem,
    DossierOut,
    LinkedOut,
    PaperOut,
    Receipt,
    TakenFromOut,
    Warned,
)
from services.dossier.domain.codes import masked_identity, masked_name
from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.course import CorrectionDraft
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import continuing_of, going_on_of, step_of
from services.dossier.domain.intake.answers import answers_of, corrections_of
from services.dossier.domain.intake.personal_papers import shown
from services.dossier.domain.registers import state_name_of
from services.dossier.domain.results.register import ResultState, is_lifted
from services.dossier.domain.situation import LinkedDossier
from services.dossier.domain.states import VIETNAMESE, State
from services.dossier.domain.stops import stood_since
from services.dossier.domain.timers import task_due
from services.dossier.domain.work.elsewhere import Elsewhere
from services.dossier.domain.work.urgency import Lines, urgency_of
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Attachment, Detail, UsedResult, Work
from services.dossier.use_cases.read_dossiers import missing_of, standing_now
from services.dossier.use_cases.secrets import look_up_secret


def receipt_of(dossier: Dossier, response: Response, *, secret: str | None = None) -> Receipt:
    """Return what a write answers, its version in the ETag."""
    response.headers["ETag"] = f'"{dossier.version}"'
    return Receipt(
        dossier_id=dossier.id,
        reference=dossier.reference,
        dossier_code=dossier.dossier_code,
        state=dossier.state.value,
        version=dossier.version,
        due_at=local(dossier.due_at),
        step=step_of(dossier),
        secret=secret,
        paper_ids=dossier.issued,
        warnings=warned(dossier.warnings),
    )


def warned(warnings: Sequence[dict[str, Any]]) -> list[Warned]:
    """Return warnings as answers give them."""
    return [
        Warned(code=one["code"], title=_WARNINGS[one["code"]], details=one["details"]) for one in warnings
    ]


_WARNINGS = {
    "signature-unverified": "Chưa cấu hình gốc chứng thư tin cậy: chữ ký số chưa được xác minh,"
    " kết quả được phát hành như bản giấy kèm bản chụp",
    "signature-untrusted": "Chữ ký số không thuộc chứng thư được tin cậy khi ký:"
    " kết quả được phát hành như bản giấy kèm bản chụp",
    "time-stamp-missing": "Chữ ký số không có dấu thời gian: dịch vụ cấp dấu thời gian không trả lời khi ký;"
    " thời điểm ký chỉ theo lời người ký",
    "result-number-used": "Số văn bản đã cấp cho kết quả của hồ sơ khác trong năm;"
    " nếu không phải cùng một văn bản, hãy thu hồi và cấp số khác",
    "reused-result-ended": "Kết quả dùng thay giấy tờ đã bị thu hồi hoặc hủy bỏ",
    "goes-on-later": "Đã ghi nhận; hồ sơ tiếp tục khi lịch làm việc của năm có hạn trả được quyết định,"
    " thời hạn tính từ bây giờ",
    "component-missing": "Chưa có thành phần mà phiên bản thủ tục đang có hiệu lực bắt buộc",
    "procedure-changed": "Thủ tục đã có phiên bản mới kể từ khi nộp hồ sơ",
    "open-duplicate": "Chủ hồ sơ đang có hồ sơ cùng thủ tục chưa giải quyết xong",
}


def item_of(row: Any, *, now: datetime, masked: bool = False) -> DossierItem:
    """Return a line of a list."""
    state = State(row["state"])
    return DossierItem(
        dossier_id=row["id"],
        **{
            name: row[name]
            for name in (
                "reference",
                "dossier_code",
                "portal_code",
                "procedure_code",
                "procedure_name",
                "channel",
                "origin",
                "version",
                "receiving_agency",
                "competent_agency",
            )
        },
        state=state.value,
        state_name=VIETNAMESE[state],
        owner_name=masked_name(row["owner_name"]) if masked else row["owner_name"],
        submitted_at=row["submitted_at"].astimezone(VIETNAM),
        accepted_at=local(row["accepted_at"]),
        due_at=local(row["due_at"]),
        ended_at=local(row["ended_at"]),
        is_overdue=is_overdue(
            row["due_at"], stood_since(row.get("last_stop"), row["ended_at"]) or row["ended_at"], now
        ),
        step=_step_of_row(row["step"]),
        task_due_at=local(row["task_due_at"]),
    )


def is_overdue(due_at: datetime | None, held_at: datetime | None, now: datetime) -> bool:
    """Tell whether a dossier is or ended past its due moment; derived, never a state.

    `held_at`: since when its clock stands, also of one that ended while it did, else when it ended.
    """
    return due_at is not None and (held_at or now) > due_at


def _step_of_row(step: dict[str, Any] | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {name: step[name] for name in ("code", "name", "kind", "role", "unit", "agency", "due_at")}


def attachment_out(item: Attachment) -> AttachmentOut:
    """Return a file's record."""
    return AttachmentOut(
        attachment_id=item.id,
        sha256=item.sha256.hex(),
        media_type=item.media_type,
        size=item.size,
        file_name=item.file_name,
        component_code=item.component_code,
        purpose=item.purpose,
        scan=item.scan,
        signatures=list(item.signatures),
        replaces=item.replaces,
        replaced_by=item.replaced_by,
        taken_from=TakenFromOut.model_validate(shown(item.taken)) if item.taken else None,
    )


def paper_out(item: dict[str, Any]) -> PaperOut:
    """Return a paper's line."""
    issued_at = datetime.fromisoformat(item["issued_at"]).astimezone(VIETNAM)
    return PaperOut(
        paper_id=UUID(item["paper_id"]),
        kind=item["kind"],
        number=item["number"],
        issued_at=issued_at,
        superseded_by=item.get("superseded_by"),
    )


def detail_of(detail: Detail, *, by: Caller, sees_all: bool, work: Work, now: datetime) -> DossierOut:
    """Return a dossier's screen; without full sight, what happens but not who and what papers."""
    dossier = detail.dossier
    parties = parties_of(dossier, work) if sees_all else {}
    form = work.seals.open(dossier.form_sealed, purpose="form") if sees_all else None
    is_own = not {dossier.owner_subject, dossier.submitter_subject}.isdisjoint(by.subjects)
    ended = [
        {"code": "reused-result-ended", "details": _ended_result(one)}
        for one in detail.used_results
        if one.state is not ResultState.VALID and not is_lifted(dossier, one.component_code)
    ]
    if sees_all and by.kind is CallerKind.STAFF and (missing := missing_of(detail)):
        ended.append({"code": "component-missing", "details": {"missing": missing}})
    standing = standing_now(detail, by=by, work=work, now=now)
    return DossierOut(
        warnings=warned(ended if sees_all else []),
        dossier_id=dossier.id,
        version=dossier.version,
        reference=dossier.reference,
        dossier_code=dossier.dossier_code,
        portal_code=dossier.portal_code,
        origin=dossier.origin,
        channel=dossier.channel,
        procedure={
            "code": dossier.procedure_code,
            "name": dossier.procedure_name,
            "sector": dossier.sector,
        },
        procedure_version=dossier.procedure_version,
        pins={
            "submitted_version": dossier.pins.submitted_version or dossier.procedure_version,
            "form": dossier.pins.form,
            "process": dossier.process_code,
            "process_version": dossier.process_version,
            "calendar": dossier.pins.calendar or None,
        },
        helping_agency=_agency(dossier.helping_agency),
        receiving_agency=_agency(dossier.receiving_agency),
        competent_agency=_agency(dossier.competent_agency),
        continuing_agency=continuing_of(dossier),
        going_on=going_on_of(dossier),
        state=dossier.state.value,
        state_name=state_name_of(dossier),
        portal_status=dossier.portal_status,
        clock=dossier.clock.value,
        submitted_at=dossier.submitted_at.astimezone(VIETNAM),
        accepted_at=local(dossier.accepted_at),
        due_at=local(dossier.due_at),
        original_due_at=local(dossier.original_due_at),
        reappointed_due_at=local(dossier.reappointed_due_at),
        apology_latest_at=local(dossier.apology_latest_at),
        reply_due_at=local(dossier.reply_due_at),
        handover_due_at=local(dossier.handover_due_at),
        ended_at=local(dossier.ended_at),
        is_overdue=is_overdue(dossier.due_at, dossier.stopped_at or dossier.ended_at, now),
        urgency=urgency_of(
            dossier.due_at, _said_by(dossier), Lines.at(now), dossier.state, dossier.prior_state
        ).value,
        step=_step_shown(dossier, sees_office=sees_all and by.kind is CallerKind.STAFF),
        actions=list(standing.actions),
        blocked_actions=[BlockedAction.model_validate(one, from_attributes=True) for one in standing.blocked],
        owner_masked=masked_name(dossier.owner_name),
        owner=_person(parties.get("owner"), is_own=is_own),
        representative=_person(parties.get("representative"), is_own=is_own),
        helper=_person(parties.get("helper"), is_own=False),
        sender=parties.get("sender"),
        brought=dossier.brought if sees_all else {},
        corrects=_corrects(dossier),
        corrections=[linked_out(one) for one in detail.corrections],
        form_data=answers_of(form),
        form_corrections=corrections_of(form),
        result_delivery=dossier.result_delivery,
        components=[_component(item) for item in detail.components],
        attachments=[attachment_out(item) for item in detail.attachments] if sees_all else [],
        papers=[paper_out(item) for item in detail.papers] if sees_all else [],
        secret=look_up_secret(work.seals, dossier.id) if is_own and dossier.secret_hash else None,
        **clock_of(dossier, sees_office=sees_all and by.kind is CallerKind.STAFF),
        **_course(dossier, sees_all=sees_all, sees_office=sees_all and by.kind is CallerKind.STAFF),
    )


def _step_shown(dossier: Dossier, *, sees_office: bool) -> dict[str, Any] | None:
    """Return the step; the office also sees by which request an outside system answers for it."""
    told = step_of(dossier)
    if told is None or dossier.step is None or dossier.step.request_id is None or not sees_office:
        return told
    return {**told, "request_id": str(dossier.step.request_id), "system": dossier.step.system}


def _course(dossier: Dossier, *, sees_all: bool, sees_office: bool) -> dict[str, Any]:
    """Return how the work went; what colleagues wrote to each other stays in the office."""
    result = dossier.result
    draft = dossier.draft
    step = dossier.step if sees_office else None
    holder, transfer = (step.holder, step.transfer) if step else (None, None)
    return {
        "holder": {"subject": holder.subject, "name": holder.name, "since": local(holder.since)}
        | {"on_behalf_of": holder.on_behalf_of}
        if holder
        else None,
        "transfer": {"to": transfer.to, "to_name": transfer.to_name, "by_name": transfer.by_name}
        | {"at": local(transfer.at), "note": transfer.note}
        if transfer
        else None,
        "fees": list(dossier.fees),
        "supplements": [
            {
                "items": list(item.items) if sees_all else [],
                "asked_at": local(item.asked_at),
                "answer_by": local(item.answer_by),
                "answered_at": local(item.answered_at),
                "given_at": local(item.given_at or item.answered_at),
                "is_intake": item.is_intake,
            }
            for item in dossier.supplements
        ],
        "correction_draft": _correction_draft(dossier.correction_draft) if sees_office else None,
        "draft": {"items": list(draft.items), "reason": draft.reason, "by": draft.by_name}
        if draft and sees_office
        else None,
        "consultations": [
            {"code": item.code, "name": item.name, "agency": item.agency, "state": item.state}
            | {"due_at": local(item.due_at), "note": item.note if sees_office else "", "waits": item.waits}
            | {"question": item.question if sees_office else ""}
            for item in dossier.consultations
        ],
        "steps_done": [
            {"code": item.code, "name": item.name, "role": item.role, "by": item.by_name, "unit": item.unit}
            | {"agency": item.agency, "at": local(item.at), "due_at": local(item.due_at)}
            | {"outcome": item.outcome, "note": item.note if sees_office else ""}
            for item in dossier.done
        ],
        "result": {
            "name": result.name,
            "number": result.number,
            "outcome": result.outcome,
            "electronic": result.is_electronic,
            "signed_by": result.signed_by,
            "issued_at": local(result.issued_at),
            "reason": result.reason if sees_all else "",
            "attachment_ids": list(result.attachment_ids) if sees_all else [],
        }
        if result
        else None,
        "elsewhere": _elsewhere(dossier.elsewhere) if dossier.elsewhere else None,
    }


def _elsewhere(away: Elsewhere) -> dict[str, Any]:
    """Return which system works it under which code, and how and when that says it ended; not why it went."""
    end = away.end
    told = (
        {
            "status": end.status,
            "outcome": end.outcome.value,
            "at": local(end.at),
            "last_at": local(end.last_at),
            "heard_at": local(end.heard_at),
        }
        if end
        else None
    )
    same = {name: getattr(away, name) for name in ("route", "source", "outside_code")}
    return {**same, "since": local(away.since), "end": told}


def _corrects(dossier: Dossier) -> LinkedOut | None:
    found = corrects_of(dossier.brought)
    if found is None:
        return None
    return LinkedOut(dossier_id=found.dossier_id, dossier_code=found.dossier_code, cause=found.cause.code)


def linked_out(one: LinkedDossier) -> LinkedOut:
    """Return a dossier that another hangs on."""
    return LinkedOut(
        dossier_id=one.dossier_id,
        reference=one.reference,
        dossier_code=one.dossier_code,
        state=one.state.value,
        outcome=one.outcome or None,
    )


def _said_by(dossier: Dossier) -> datetime | None:
    """Return until when its step is done, an outside one too, or what waits for somebody's word is said."""
    step = dossier.step if dossier.state is State.PROCESSING else None
    return step.due_at if step else task_due(dossier)


def _correction_draft(draft: CorrectionDraft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    told = {"reason": draft.reason, "cause": draft.cause.code, "belongs_to": draft.cause.belongs_to}
    told |= {"found_by": draft.found_by, "by": draft.by_name, "taken_back": draft.taken_back}
    return {**told, "at": local(draft.at), "decide_by": local(draft.decide_by)}


def _ended_result(one: UsedResult) -> dict[str, Any]:
    """Return what whoever sees all of the dossier is told of a result that was taken back."""
    return {
        "component_code": one.component_code,
        "result_id": str(one.result_id),
        "number": one.number,
        "state": one.state.value,
        "reason": one.reason,
    }


def _agency(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}


def _person(person: dict[str, Any] | None, *, is_own: bool) -> dict[str, Any] | None:
    """Return a party; the number is masked for everybody but the party's own account."""
    if not person:
        return None
    number = str(person.get("identity_number") or "")
    shown = number if is_own else masked_identity(number)
    return {**person, "identity_number": shown} if number else dict(person)


def _component(item: Any) -> dict[str, Any]:
    return {
        "component_code": item.component_code,
        "name": item.name,
        "form": item.form,
        "attachment_ids": [str(one) for one in item.attachment_ids],
        "is_digitised": item.is_digitised,
    }
