"""Reads the dossier's state changes; only the fields that notices are written from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.notify.domain.notices import Audience, Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AgencyFields(_Read):
    """An agency as the event names it."""

    code: str
    name: str


class ProcedureFields(_Read):
    """A procedure as the event names it."""

    name: str


class StepFields(_Read):
    """The present step."""

    name: str
    agency: str
    unit: str | None = None
    role: str | None = None
    due_at: datetime | None = None


class InterlinkedFields(_Read):
    """Which submission over several dossiers it is a child of."""

    reference: str


class CorrectedFields(_Read):
    """Which dossier's result it corrects."""

    dossier_code: str


class GoingOnFields(_Read):
    """Who goes on for an agency that has ended, with the units it has."""

    code: str
    name: str
    units: tuple[str, ...] = ()


class DossierFields(_Read):
    """The shared state, as far as notices need it."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None = None
    procedure: ProcedureFields
    receiving_agency: AgencyFields
    competent_agency: AgencyFields
    submitted_at: datetime
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    reappointed_due_at: datetime | None = None
    step: StepFields | None = None
    owner_subject: str | None = None
    submitter_subject: str | None = None
    contact: str | None = None
    interlinked: InterlinkedFields | None = None
    corrects: CorrectedFields | None = None
    going_on: dict[str, GoingOnFields] = {}

    def now(self, agency: AgencyFields) -> AgencyFields:
        """Return who works for an agency now."""
        heir = self.going_on.get(agency.code)
        return AgencyFields(code=heir.code, name=heir.name) if heir else agency

    @property
    def desk(self) -> Desk | None:
        """The desk of the present step: the heir's at an ended agency, of the unit where it has one."""
        step = self.step
        if step is None:
            return None
        heir = self.going_on.get(step.agency)
        if heir is None:
            return Desk(step.agency, step.unit or "", step.role or "")
        return Desk(heir.code, step.unit if step.unit in heir.units else "", step.role or "")


_TOLD_BY_THE_WHOLE = frozenset({"dossier.submitted.v1", "dossier.accepted.v1"})
"""Of a child: the submission's one receipt and one appointment stand for these."""
_TOLD_WITH_THE_APOLOGY = "dossier.submitted.v1"
"""Of a correction: who applied handed nothing in; the apology told them of it."""


class ActorFields(_Read):
    """Who did it."""

    kind: str
    name: str = ""


class SupplementItem(_Read):
    """A paper asked for."""

    name: str
    reason: str = ""


class SupplementFields(_Read):
    """What is asked for, and until when."""

    items: list[SupplementItem]
    answer_by: datetime | None = None


class ResultFields(_Read):
    """What was decided."""

    name: str
    number: str | None = None
    electronic: bool = False
    outcome: str | None = None


class ObligationFields(_Read):
    """What has to be paid (VND), and until when."""

    name: str
    amount: int
    owed: int
    pay_by: datetime | None = None


class CorrectionFields(_Read):
    """The dossier that corrects a wrong result."""

    reference: str


class AssigneeFields(_Read):
    """The officer a step is given to."""

    subject: str


_GIVEN_AS = {
    "STEP_ASSIGNED": "Được giao việc",
    "STEP_OFFERED": "Đồng nghiệp bàn giao việc, chờ xác nhận",
    "STEP_REROUTED": "Nhận việc thay người nghỉ phép",
}


class OutsideFields(_Read):
    """How the system its route was changed to ended it."""

    source: str
    outside_code: str
    outcome: str
    at: datetime
    previous_outcome: str | None = None


class ChangeFields(_Read):
    """What happened."""

    at: datetime
    actor: ActorFields
    from_state: str | None = None
    note: str = ""
    supplement: SupplementFields | None = None
    result: ResultFields | None = None
    legal_basis: str | None = None
    obligation: ObligationFields | None = None
    proposed: str | None = None
    answer_by: datetime | None = None
    waits_since: datetime | None = None
    previous_due_at: datetime | None = None
    noted: str | None = None
    assignee: AssigneeFields | None = None
    delivery: str | None = None
    outside: OutsideFields | None = None
    correction: CorrectionFields | None = None


class DossierChanged(_Read):
    """The part of any `dossier.*` event that notices are written from."""

    dossier: DossierFields
    change: ChangeFields


def _is_no_news(data: DossierChanged, event: ReceivedEvent) -> bool:
    """Tell whether the applicant hears of it otherwise, or was told the same end before."""
    outside = data.change.outside
    if event.type == "dossier.ended_elsewhere.v1" and outside is not None:
        return outside.previous_outcome == outside.outcome
    if data.dossier.corrects is not None and event.type == _TOLD_WITH_THE_APOLOGY:
        return True
    return data.dossier.interlinked is not None and event.type in _TOLD_BY_THE_WHOLE


def occurrence_of(data: DossierChanged, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words."""
    dossier, change = data.dossier, data.change
    step, desk = dossier.step, dossier.desk
    receiving, competent = dossier.now(dossier.receiving_agency), dossier.now(dossier.competent_agency)
    people = dict.fromkeys(one for one in (dossier.submitter_subject, dossier.owner_subject) if one)
    agencies = dict.fromkeys(
        [
            receiving.code,
            competent.code,
            *([desk.agency] if desk is not None else []),
        ]
    )
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=dossier.dossier_id,
        contact=dossier.contact,
        subjects=tuple(people),
        step=desk,
        people=(change.assignee.subject,) if change.assignee is not None else (),
        one_stop=Desk(receiving.code, role="ONE_STOP_OFFICER"),
        agencies=tuple(agencies),
        not_told=(Audience.APPLICANT,) if _is_no_news(data, event) else (),
        sealed_facts={},
        facts={
            "code": dossier.dossier_code or dossier.reference,
            "procedure": dossier.procedure.name,
            "agency": receiving.name,
            "competent_agency": competent.name,
            "submitted_at": dossier.submitted_at,
            "accepted_at": dossier.accepted_at,
            "due_at": dossier.due_at,
            "step": step.model_dump() if step is not None else None,
            "at": change.at,
            "officer": change.actor.name if change.actor.kind == "staff" else "",
            "note": change.note,
            "supplement": change.supplement.model_dump() if change.supplement is not None else None,
            "result": change.result.model_dump() if change.result is not None else None,
            "legal_basis": change.legal_basis or "",
            "from_state": change.from_state or "",
            "obligation": change.obligation.model_dump() if change.obligation is not None else None,
            "proposed": change.proposed or "",
            "answer_by": change.answer_by,
            "waits_since": change.waits_since,
            "reappointed_due_at": dossier.reappointed_due_at,
            "previous_due_at": change.previous_due_at,
            "delivery": change.delivery or "",
            "outside": change.outside.model_dump() if change.outside is not None else None,
            "correction": change.correction.reference if change.correction is not None else "",
            "corrects": dossier.corrects.dossier_code if dossier.corrects is not None else "",
            "given_as": _GIVEN_AS.get(change.noted or "", "Việc mới"),
        },
    )


async def on_dossier_changed(data: DossierChanged, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan what people are told about this change."""
    await plan_messages(occurrence_of(data, event), work=work, now=now)


class _Gone(_Read):
    dossier_id: UUID


class DossierDestroyed(_Read):
    """The part of `dossier.destroyed` that is read: which one."""

    dossier: _Gone


async def on_dossier_destroyed(
    data: DossierDestroyed,
    *,
    event: ReceivedEvent,  # noqa: ARG001 - a handler's signature.
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Forget every message about it: to whom, what was said, who read it."""
    work.messages.forget(data.dossier.dossier_id)


_CHANGES = (
    "submitted",
    "accepted",
    "intake_refused",
    "intake_supplement_requested",
    "intake_supplement_answered",
    "cancelled",
    "handed_over",
    "step_completed",
    "work_noted",
    "supplement_requested",
    "supplement_answered",
    "resumed",
    "payment_requested",
    "suspended",
    "reappointed",
    "corrected",
    "correction_opened",
    "due_recomputed",
    "supplement_lapsed",
    "withdrawal_requested",
    "withdrawal_declined",
    "stopped",
    "result_issued",
    "returned",
    "ended_elsewhere",
    "reopened_elsewhere",
)
HANDLERS = (
    *(Handler(f"dossier.{change}.v1", DossierChanged, on_dossier_changed) for change in _CHANGES),
    Handler("dossier.destroyed.v1", DossierDestroyed, on_dossier_destroyed),
    Handler("deadline_warning.answer_neared.v1", DossierChanged, on_dossier_changed),
    Handler("deadline_warning.result_left.v1", DossierChanged, on_dossier_changed),
)
