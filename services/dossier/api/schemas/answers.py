"""What goes out over HTTP."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.dossier.domain.files import Scan


class PortalOut(BaseModel):
    """What became of a portal-born dossier."""

    outcome: Literal["created", "repeated"]
    dossier_id: UUID


class PaperOut(BaseModel):
    """A paper: its PDF is at `/v1/papers/{paper_id}`."""

    paper_id: UUID
    kind: str
    number: str
    issued_at: datetime
    superseded_by: UUID | None = None
    """The paper that took this one's place."""


class Warned(BaseModel):
    """Something the officer or applicant should know; nothing was refused for it."""

    code: str
    title: str
    details: dict[str, Any] = {}


class Receipt(BaseModel):
    """What a write answers: where the dossier is now. `secret` comes with acceptance only."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    state: str
    version: int
    due_at: datetime | None
    step: dict[str, Any] | None
    secret: str | None = None
    paper_ids: list[UUID] = []
    warnings: list[Warned] = []


class LinkedOut(BaseModel):
    """Another dossier that this one hangs on: the one it corrects, or one that corrects it."""

    dossier_id: UUID
    reference: str | None = None
    dossier_code: str | None = None
    state: str | None = None
    outcome: str | None = None
    cause: str | None = None


class CorrectionDecided(Receipt):
    """What a decision about a wrong result answers: the dossier it was given in, and who corrects it."""

    correction: LinkedOut | None = None


class ConsentGiven(BaseModel):
    """Who agreed, at which level of identification, when, and to what."""

    given_by: str
    subject: str
    level: int
    given_at: datetime
    to: str


class TakenFromOut(BaseModel):
    """The store a file was taken from by its owner's choice, and what the store said of the paper."""

    store: Literal["PERSONAL_STORE"]
    look_up_id: UUID
    code: str
    name: str
    number: str
    agency: str
    issued_on: date | None
    valid_to: date | None
    purpose: str
    consent: ConsentGiven
    taken_at: datetime
    reference: str
    sha256: str


class AttachmentOut(BaseModel):
    """A file that was kept."""

    attachment_id: UUID
    sha256: str
    media_type: str
    size: int
    file_name: str
    component_code: str
    purpose: str
    scan: Scan
    signatures: list[dict[str, Any]]
    replaces: UUID | None
    replaced_by: UUID | None
    taken_from: TakenFromOut | None = None
    """Of a file the platform took from a store by its owner's choice; null for an upload."""


class OutsideResultOut(BaseModel):
    """Whether the answer was taken now or before, waits for a dossier that stands, or came too late.

    What comes too late is kept as evidence only.
    """

    outcome: Literal["accepted", "repeated", "kept", "late"]


class DossierItem(BaseModel):
    """A dossier in a list."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    portal_code: str | None
    procedure_code: str
    procedure_name: str
    channel: str
    origin: str
    state: str
    state_name: str
    version: int
    owner_name: str
    receiving_agency: str
    competent_agency: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    is_overdue: bool
    step: dict[str, Any] | None
    task_due_at: datetime | None


class DossierPage(BaseModel):
    """One page of dossiers."""

    items: list[DossierItem]
    next_cursor: str | None = None


class BlockedAction(BaseModel):
    """What state and right allow and something else stands against: a button to show greyed, and why.

    `way` names one way of the action (`DONE`, a legal ground, `APPROVED` ...) while others are open, and is
    empty where there is one way only; the action itself is in `actions` while any way is open.
    """

    action: str
    way: str
    code: str
    reason: str
    details: dict[str, Any]


class DossierOut(BaseModel):
    """Everything a dossier's screen shows; `owner`, papers and files only for whoever may see them."""

    warnings: list[Warned] = []
    dossier_id: UUID
    version: int
    reference: str
    dossier_code: str | None
    portal_code: str | None
    origin: str
    channel: str
    procedure: dict[str, str]
    procedure_version: int
    pins: dict[str, Any]
    helping_agency: dict[str, str]
    receiving_agency: dict[str, str]
    competent_agency: dict[str, str]
    continuing_agency: dict[str, str] | None
    going_on: dict[str, dict[str, Any]] = {}
    """Who stands now for each agency of it that ended, by that one's code."""
    state: str
    state_name: str
    portal_status: int
    clock: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    reappointed_due_at: datetime | None
    apology_latest_at: datetime | None
    reply_due_at: datetime | None
    handover_due_at: datetime | None
    ended_at: datetime | None
    is_overdue: bool
    stops: list[dict[str, Any]]
    obligations: list[dict[str, Any]]
    apologies: list[dict[str, Any]]
    apology_draft: dict[str, Any] | None
    corrects: LinkedOut | None = None
    """The dossier whose result this one corrects."""
    corrections: list[LinkedOut] = []
    """The dossiers opened to correct this one's result, the newest last."""
    correction_draft: dict[str, Any] | None = None
    proposal: dict[str, Any] | None
    delay: dict[str, Any] | None
    step: dict[str, Any] | None
    urgency: str
    holder: dict[str, Any] | None = None
    transfer: dict[str, Any] | None = None
    actions: list[str]
    blocked_actions: list[BlockedAction]
    owner_masked: str
    owner: dict[str, Any] | None
    representative: dict[str, Any] | None
    helper: dict[str, Any] | None
    sender: dict[str, Any] | None
    brought: dict[str, Any]
    form_data: dict[str, Any] | None
    form_corrections: list[dict[str, Any]] = []
    result_delivery: str
    components: list[dict[str, Any]]
    attachments: list[AttachmentOut]
    papers: list[PaperOut]
    fees: list[dict[str, Any]]
    supplements: list[dict[str, Any]]
    draft: dict[str, Any] | None
    consultations: list[dict[str, Any]]
    steps_done: list[dict[str, Any]]
    result: dict[str, Any] | None
    elsewhere: dict[str, Any] | None = None
    secret: str | None


class HistoryEntry(BaseModel):
    """One change."""

    version: int
    type: str
    at: datetime
    state: str
    change: dict[str, Any]


class HistoryOut(BaseModel):
    """A dossier's history, oldest first."""

    items: list[HistoryEntry]


class PapersOut(BaseModel):
    """A dossier's papers, oldest first."""

    items: list[PaperOut]


class PortalView(BaseModel):
    """What the portal driver needs of a dossier at one version."""

    dossier_id: UUID
    version: int
    reference: str
    dossier_code: str | None
    portal_code: str | None
    origin: str
    channel: str
    procedure: dict[str, Any]
    procedure_version: int
    helping_agency: dict[str, str]
    receiving_agency: dict[str, str]
    competent_agency: dict[str, str]
    continuing_agency: dict[str, str] | None
    state: str
    portal_status: int
    submitted_at: str
    accepted_at: str | None
    due_at: str | None
    original_due_at: str | None
    ended_at: str | None
    returned_at: str | None
    step: dict[str, Any] | None
    result_delivery: str
    corrects: str | None = None
    """The code of the dossier whose result it corrects."""
    owner: dict[str, Any]
    fees: list[dict[str, Any]]
    components: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    results: list[dict[str, Any]]
    recalled_results: list[dict[str, Any]]
    supplements: list[dict[str, Any]]
    progress: list[dict[str, Any]]
    change: dict[str, Any]
    note: str
    is_verified: bool
    databases: list[str]
    evidence: dict[str, bool]


class PortalViews(BaseModel):
    """Views in the order they were asked for; none for a dossier, or a version of it, that is not here."""

    views: list[PortalView | None]
