"""Between a dossier and its row: columns for what is searched, one JSON document for the rest."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.dossier.domain.actions import main_task
from services.dossier.domain.archive.errors import RecordDestroyed
from services.dossier.domain.course import (
    Apology,
    ApologyDraft,
    CorrectedBy,
    CorrectionDraft,
    Delay,
    Proposal,
    Settlement,
)
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.heirs import Continuing, Heirs
from services.dossier.domain.holdings import (
    Consultation,
    DoneStep,
    Draft,
    Pins,
    Result,
    Step,
    Undo,
)
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.obligations import Obligation, Obligations
from services.dossier.domain.states import CLOSED, State
from services.dossier.domain.stops import ClockStop, ClockStops
from services.dossier.domain.supplements import Supplement, Supplements
from services.dossier.domain.timers import task_due
from services.dossier.domain.work.elsewhere import Elsewhere


@dataclass(slots=True, kw_only=True)
class _Work:
    """The JSON document of a row."""

    is_verified: bool = False
    fees: tuple[dict[str, Any], ...] = ()
    facts: dict[str, bool] = field(default_factory=dict)
    stops: tuple[ClockStop, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    draft: Draft | None = None
    done: tuple[DoneStep, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    proposal: Proposal | None = None
    apology_draft: ApologyDraft | None = None
    apologies: tuple[Apology, ...] = ()
    correction_draft: CorrectionDraft | None = None
    corrections: tuple[CorrectedBy, ...] = ()
    settlement: Settlement | None = None
    delay: Delay | None = None
    reappointed_due_at: datetime | None = None
    apology_latest_at: datetime | None = None
    withdrawal_asked_at: datetime | None = None
    withdrawal_decide_by: datetime | None = None
    reply_due_at: datetime | None = None
    handover_due_at: datetime | None = None
    result: Result | None = None
    recalled: tuple[Result, ...] = ()
    delivery: dict[str, Any] | None = None
    undo: Undo | None = None
    elsewhere: Elsewhere | None = None
    continuing: dict[str, Continuing] = field(default_factory=dict)
    pins: Pins = field(default_factory=Pins)
    brought: dict[str, Any] = field(default_factory=dict)
    paper_numbers: dict[str, int] = field(default_factory=dict)


_WORK = TypeAdapter(_Work)
_STEP = TypeAdapter(Step)
_AUTHORITY = TypeAdapter(Authority)
_AGENCIES = TypeAdapter(dict[str, Agency])
_SAME = (
    "version",
    "reference",
    "dossier_code",
    "portal_code",
    "origin",
    "channel",
    "procedure_code",
    "procedure_name",
    "sector",
    "procedure_version",
    "process_code",
    "process_version",
    "submitted_at",
    "accepted_at",
    "due_at",
    "original_due_at",
    "ended_at",
    "owner_name",
    "owner_subject",
    "submitter_subject",
    "owner_index",
    "parties_sealed",
    "contact_sealed",
    "form_sealed",
    "secret_hash",
    "result_delivery",
    "history_hash",
    "outside_key",
    "watch_at",
)
_IN_DOCUMENT = tuple(_Work.__dataclass_fields__)


def dossier_of(row: Any, now: datetime) -> Dossier:
    """Return the dossier of a row as it stands now; raise `RecordDestroyed` for what a list has destroyed."""
    if row["destroyed_by"] is not None:
        raise RecordDestroyed
    agencies = _AGENCIES.validate_python(row["agencies"])
    work = _WORK.validate_python(row["work"])
    authority = _authority(row.get("authority"), work.brought)
    return Dossier(
        # The driver's UUID is a subclass that the JSON encoder does not take.
        id=UUID(int=row["id"].int),
        **{name: row[name] for name in _SAME},
        helping_agency=agencies["helping"],
        receiving_agency=agencies["receiving"],
        competent_agency=agencies["competent"],
        state=State(row["state"]),
        prior_state=State(row["prior_state"]) if row["prior_state"] else None,
        step=_STEP.validate_python(row["step"]) if row["step"] else None,
        **_held(work),
        given_files=tuple(UUID(int=one.int) for one in row["given_files"]),
        kept=row,
        authority=authority,
        is_spoken_for=authority is None or authority.holds(now),
    )


def _held(work: _Work) -> dict[str, Any]:
    """Return what a dossier holds of the document, its lists as the collections that have their rules."""
    return {name: getattr(work, name) for name in _IN_DOCUMENT} | {
        "stops": ClockStops(work.stops),
        "supplements": Supplements(work.supplements),
        "obligations": Obligations(work.obligations),
        "continuing": Heirs(work.continuing),
    }


def _document(dossier: Dossier) -> dict[str, Any]:
    """Return the JSON document of a row; the encoder takes plain tuples, and no collection made of one."""
    held = {name: getattr(dossier, name) for name in _IN_DOCUMENT}
    return {name: tuple(value) if isinstance(value, tuple) else value for name, value in held.items()}


def _authority(recorded: dict[str, Any] | None, brought: dict[str, Any]) -> Authority | None:
    """Return what the submitter acts under: the record as it is now, else the paper as it was shown."""
    if recorded is not None:
        return _AUTHORITY.validate_python(recorded)
    until = brought.get("authorized_until")
    return Authority(valid_until=date.fromisoformat(until)) if until else None


def changing_columns(dossier: Dossier) -> dict[str, Any]:
    """Return the columns a change may touch, but for the version the update guards."""
    task = main_task(dossier)
    consulted = {item.agency for item in dossier.consultations} | {item.agency for item in dossier.done}
    if dossier.step is not None:
        consulted.add(dossier.step.agency)
    consulted |= _lists_of_heirs(dossier)
    asked = [item for item in dossier.consultations if item.state == "OPEN"] if _is_worked(dossier) else []
    return {
        "id": dossier.id,
        "version": dossier.version,
        "dossier_code": dossier.dossier_code,
        "procedure_version": dossier.procedure_version,
        "procedure_name": dossier.procedure_name,
        "sector": dossier.sector,
        "process_code": dossier.process_code,
        "process_version": dossier.process_version,
        "state": dossier.state.value,
        "prior_state": dossier.prior_state.value if dossier.prior_state else None,
        "accepted_at": dossier.accepted_at,
        "due_at": dossier.due_at,
        "original_due_at": dossier.original_due_at,
        "ended_at": dossier.ended_at,
        "step": dossier.step,
        "secret_hash": dossier.secret_hash,
        "work": _document(dossier),
        "task_role": task.role if task else None,
        "task_agency": task.agency if task else None,
        "task_unit": task.unit if task else None,
        "task_due_at": task_due(dossier),
        "task_holder": _task_holder(dossier) if task else None,
        "outside_key": dossier.outside_key,
        "asked_desks": sorted({_desk(dossier, item) for item in asked}),
        "asked_due_at": min((item.due_at for item in asked), default=None),
        "consulted_agencies": sorted(
            consulted - {dossier.competent_agency.code, dossier.receiving_agency.code}
        ),
        "continued_from": sorted(dossier.continuing),
        "history_hash": dossier.history_hash,
        "given_files": list(dossier.given_files),
        "watch_at": dossier.watch_at,
    }


def _lists_of_heirs(dossier: Dossier) -> set[str]:
    """Return the heirs whose lists show it by this: of what it was when it ended.

    For those after that it is walked at the agency that ended: this index has no order, and all that an
    agency ever did would be sorted anew for every page.
    """
    heirs = {heir.code for heir in dossier.continuing.values()}
    had_ended = dossier.kept is not None and dossier.kept["state"] in CLOSED
    return heirs & set(dossier.kept["consulted_agencies"]) if had_ended else heirs


def new_columns(dossier: Dossier) -> dict[str, Any]:
    """Return all columns of a new row."""
    agencies = {
        "helping": dossier.helping_agency,
        "receiving": dossier.receiving_agency,
        "competent": dossier.competent_agency,
    }
    same: dict[str, Any] = {name: getattr(dossier, name) for name in _SAME}
    return {
        **same,
        **changing_columns(dossier),
        "agencies": agencies,
        "helping_agency": dossier.helping_agency.code,
        "receiving_agency": dossier.receiving_agency.code,
        "competent_agency": dossier.competent_agency.code,
    }


def _task_holder(dossier: Dossier) -> str | None:
    """Return who holds the task: a step's holder, unless a lead has a drafted request to decide on first."""
    if (
        dossier.state not in {State.PROCESSING, State.AWAITING_FINANCIAL}
        or dossier.step is None
        or dossier.draft
        or dossier.apology_draft
    ):
        return None
    return dossier.step.holder.subject if dossier.step.holder else None


def _is_worked(dossier: Dossier) -> bool:
    """Tell whether opinions are still of use: the dossier is at a step."""
    return dossier.state is State.PROCESSING


def _desk(dossier: Dossier, asked: Consultation) -> str:
    """Return whom an opinion is asked of, as inboxes look for it: `agency|role|unit`, unit empty for any."""
    unit = dossier.unit_at(asked.unit, asked.agency)
    return f"{dossier.now_at(asked.agency)}|{asked.role}|{unit}"
