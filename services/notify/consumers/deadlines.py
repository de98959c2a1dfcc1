"""Reads deadline warnings: what nears or has passed, and which officers are told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages

_TITLES = {
    "STEP_LATE": "Bước xử lý đã quá hạn",
    "DUE_SOON": "Hồ sơ sắp đến hạn trả kết quả",
    "OVERDUE": "Hồ sơ đã quá hạn trả kết quả",
    "REPLY_NEAR": "Sắp hết 08 giờ làm việc phải trả lời người nộp",
    "REPLY_LATE": "Đã quá 08 giờ làm việc chưa trả lời người nộp",
    "HANDOVER_LATE": "Đã quá hạn chuyển hồ sơ cho bộ phận chuyên môn",
    "APOLOGY_NEAR": "Không kịp hạn thì phải xin lỗi và hẹn lại ngay hôm nay",
    "PAYMENT_LATE": "Đã quá hạn nộp tiền theo thông báo, hồ sơ đang dừng",
    "CONFIRM_NEAR": "Sắp hết hạn xác nhận hồ sơ bổ sung",
    "CONFIRM_LATE": "Đã quá hạn xác nhận hồ sơ bổ sung, thời hạn giải quyết vẫn đang dừng",
    "WITHDRAWAL_NEAR": "Sắp hết hạn quyết định yêu cầu rút hồ sơ",
    "WITHDRAWAL_LATE": "Đã quá hạn quyết định yêu cầu rút hồ sơ",
    "PROPOSAL_NEAR": "Sắp hết hạn quyết định đề xuất từ chối hoặc dừng hồ sơ",
    "PROPOSAL_LATE": "Đã quá hạn quyết định đề xuất từ chối hoặc dừng hồ sơ",
    "CORRECTION_NEAR": "Sắp hết hạn quyết định đề nghị đính chính kết quả",
    "CORRECTION_LATE": "Đã quá hạn quyết định đề nghị đính chính kết quả",
    "SUSPENSION_NEAR": "Sắp hết thời gian tạm dừng dự kiến hoặc đến ngày phải xem lại việc tạm dừng",
    "SUSPENSION_LATE": "Đã quá thời gian tạm dừng dự kiến hoặc ngày phải xem lại, hồ sơ vẫn đang tạm dừng",
}


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ProcedureFields(_Read):
    """A procedure as the event names it."""

    name: str


class StepFields(_Read):
    """The present step."""

    name: str
    due_at: datetime


class DeskFields(_Read):
    """Officers of one role of a unit."""

    agency: str
    unit: str = ""
    role: str = ""


class WarningRaised(_Read):
    """What has come to pass, and who is told."""

    threshold: str
    dossier_id: UUID
    reference: str
    dossier_code: str | None = None
    procedure: ProcedureFields
    agency: str
    due_at: datetime
    about: datetime | None = None
    step: StepFields | None = None
    desks: list[DeskFields]
    people: list[str]


def occurrence_of(data: WarningRaised, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words; no applicant is told of it."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=data.dossier_id,
        contact=None,
        subjects=(),
        step=None,
        one_stop=None,
        desks=tuple(Desk(one.agency, one.unit, one.role) for one in data.desks),
        people=tuple(dict.fromkeys(data.people)),
        agencies=tuple(dict.fromkeys([data.agency, *(one.agency for one in data.desks)])),
        sealed_facts={},
        facts={
            "title": _TITLES.get(data.threshold, "Nhắc hạn xử lý"),
            "code": data.dossier_code or data.reference,
            "procedure": data.procedure.name,
            "step": data.step.model_dump() if data.step is not None else None,
            "due_at": data.due_at,
            "about": data.about or data.due_at,
        },
    )


@handles("deadline_warning.raised.v1", WarningRaised)
async def on_deadline_warning(data: WarningRaised, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Put the warning into the inboxes of those whose task it is."""
    await plan_messages(occurrence_of(data, event), work=work, now=now)
