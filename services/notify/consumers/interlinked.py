"""Reads one submission over several dossiers: the citizen is told one receipt, one appointment, one end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """Something with a code and a name."""

    code: str
    name: str


class MemberFields(_Read):
    """A procedure of the submission."""

    procedure: NamedFields
    agency: NamedFields
    continuing_agency: NamedFields | None = None
    status: str


class QuestionFields(_Read):
    """What an officer of the lead agency has to decide."""

    procedure: str
    kind: str


class SubmissionFields(_Read):
    """The submission, as far as notices need it."""

    interlinked_dossier_id: UUID
    reference: str
    group: NamedFields
    lead_agency: NamedFields
    continuing_agency: NamedFields | None = None
    submitted_at: datetime
    due_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    owner_subject: str | None = None
    submitter_subject: str | None = None
    contact: str | None = None
    members: list[MemberFields]
    questions: list[QuestionFields] = []


class ChangeFields(_Read):
    """What happened."""

    at: datetime
    previous_due_at: datetime | None = None
    cause: str | None = None
    because_of: str | None = None


class InterlinkedChanged(_Read):
    """The part of any `interlinked_dossier.*` event that notices are written from."""

    interlinked_dossier: SubmissionFields
    change: ChangeFields


_STATUSES = {
    "GRANTED": "đã có kết quả",
    "REFUSED": "kết thúc, không có kết quả",
    "WITHDRAWN": "đã rút",
    "SKIPPED": "không thực hiện",
}
_CAUSES = {
    "REAPPOINTED": "cơ quan giải quyết xin lỗi và hẹn lại",
    "PAUSED": "thời gian tạm dừng chờ bổ sung hoặc nghĩa vụ tài chính",
    "LATE": "cơ quan giải quyết chậm",
}
_QUESTIONS = {
    "ENDED_WITHOUT_RESULT": "kết thúc không có kết quả",
    "LATE": "quá hạn",
    "NOT_OPENED": "chưa mở được hồ sơ",
}


def occurrence_of(data: InterlinkedChanged, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words."""
    told, change = data.interlinked_dossier, data.change
    lead = told.continuing_agency or told.lead_agency
    names = {one.procedure.code: one.procedure.name for one in told.members}
    people = dict.fromkeys(one for one in (told.submitter_subject, told.owner_subject) if one)
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=told.interlinked_dossier_id,
        contact=told.contact,
        subjects=tuple(people),
        step=None,
        one_stop=Desk(lead.code, role="ONE_STOP_OFFICER"),
        agencies=tuple(
            dict.fromkeys([lead.code, *((one.continuing_agency or one.agency).code for one in told.members)])
        ),
        sealed_facts={},
        facts={
            "code": told.reference,
            "procedure": told.group.name,
            "agency": lead.name,
            "submitted_at": told.submitted_at,
            "due_at": told.due_at,
            "previous_due_at": change.previous_due_at,
            "is_office_late": change.cause != "PAUSED",
            "why": _CAUSES.get(change.cause or "", ""),
            "because_of": names.get(change.because_of or "", ""),
            "at": change.at,
            "members": [
                {"name": one.procedure.name, "status": _STATUSES.get(one.status, "đang giải quyết")}
                for one in told.members
            ],
            "questions": [
                {"name": names.get(one.procedure, one.procedure), "kind": _QUESTIONS.get(one.kind, "")}
                for one in told.questions
            ],
        },
    )


async def on_interlinked_changed(
    data: InterlinkedChanged, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Plan what people are told about this change of the whole."""
    await plan_messages(occurrence_of(data, event), work=work, now=now)


class _Gone(_Read):
    interlinked_dossier_id: UUID


class InterlinkedDestroyed(_Read):
    """The part of `interlinked_dossier.destroyed` that is read: which one."""

    interlinked_dossier: _Gone


async def on_interlinked_destroyed(
    data: InterlinkedDestroyed,
    *,
    event: ReceivedEvent,  # noqa: ARG001 - a handler's signature.
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Forget every message about the whole: to whom, what was said, who read it."""
    work.messages.forget(data.interlinked_dossier.interlinked_dossier_id)


HANDLERS = (
    *(
        Handler(f"interlinked_dossier.{name}.v1", InterlinkedChanged, on_interlinked_changed)
        for name in ("submitted", "appointed", "decision_needed", "ended", "reopened")
    ),
    Handler("interlinked_dossier.destroyed.v1", InterlinkedDestroyed, on_interlinked_destroyed),
)
