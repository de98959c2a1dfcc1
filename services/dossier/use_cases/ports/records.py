"""What stores give and take: values, no rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eforms.form import Form
from kernel.core.assurance import LOWEST
from services.dossier.domain.definitions import Agency, Procedure, Process
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.files import Scan
from services.dossier.domain.intake.evidence import Evidence
from services.dossier.domain.mandates import Mandate
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.payments.account import EMPTY, Account
from services.dossier.domain.results.register import ResultState, holds
from services.dossier.domain.situation import LinkedDossier
from worktime.calendar import WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Numbers and addresses the operator sets."""

    supplement_days: int | None = None
    max_attachment_bytes: int = 20_971_520
    public_url: str = "http://127.0.0.1:8000"
    outside_callback_url: str = ""
    default_portal_url: str = "https://dichvucong.gov.vn/"
    receipt_serial: str = "BL"
    identification_level: int = LOWEST
    """Asked for where the procedure names none."""
    has_trust_roots: bool = False
    """Whether anybody's signature can be found trusted; the seals of this house are, without."""
    has_time_stamps: bool = False
    """Whether an authority dates what is signed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came in; its content lies under its own SHA-256."""

    id: UUID
    uploader: str
    component_code: str
    file_name: str
    media_type: str
    size: int
    sha256: bytes
    created_at: datetime
    dossier_id: UUID | None = None
    purpose: str = "COMPONENT"
    scan: Scan = Scan.OFF
    signatures: tuple[dict[str, Any], ...] = ()
    """What was found of each PDF signature when the file came in."""
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    taken: Mapping[str, Any] | None = None
    """What is known of a file the platform took from the personal-paper store; None for what was uploaded."""

    def is_free_of(self, uploaders: Collection[str]) -> bool:
        """Tell whether whoever has these accounts may still give the file to a dossier."""
        return (
            self.uploader in uploaders
            and self.dossier_id is None
            and self.replaced_by is None
            and self.scan is not Scan.INFECTED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedComponent:
    """A component of one dossier, with the evidence flags the portal asks for."""

    component_code: str
    name: str
    form: str
    attachment_ids: tuple[UUID, ...] = ()
    is_digitised: bool = False
    reuse: int = 0
    is_from_personal_store: bool = False


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision on one dossier stands on: the versions pinned to it."""

    procedure: Procedure
    process: Process | None
    calendar: WorkCalendar | None
    calendar_code: str = ""
    calendar_stamp: str = ""
    account: Account = EMPTY
    """What the dossier owes and what came in, read with it in one statement."""
    calendar_in_force: WorkCalendar | None = None
    """As decided by now; `calendar` is what the dossier is bound to since its acceptance or a command."""
    stamp_in_force: str = ""


@dataclass(frozen=True, slots=True)
class Succession:
    """Agencies named that have ended with who carries on, and what the others took over from whom."""

    ended: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    took_over: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    begins: Mapping[str, str] = field(default_factory=dict)
    """The first days (ISO) of agencies named that are still to begin."""

    def inherited(self, agency: str, procedure: str) -> frozenset[str]:
        """Return the ended agencies in whose place this one works a procedure."""
        return frozenset(
            item["agency"]
            for item in self.took_over.get(agency, ())
            if (
                procedure in item["procedures"]
                if item["procedures"] is not None
                else procedure not in item["except"]
            )
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """What a submission is held against, read in one query."""

    procedure: Procedure | None
    agencies: Mapping[str, Agency]
    attachments: Mapping[UUID, Attachment]
    existing_id: UUID | None = None
    calendar: WorkCalendar | None = None
    succession: Succession = Succession()
    form: Form | None = None
    form_sequence: int | None = None
    grounds: Grounds | None = None
    duplicates: Sequence[Mapping[str, Any]] = ()
    """Open dossiers of the same owner in the same procedure, newest first."""
    is_code_ours: bool = False
    """Whether the portal's code was given to a dossier here."""


@dataclass(frozen=True, slots=True)
class OutsideRequest:
    """A step another system works."""

    id: UUID
    dossier_id: UUID
    step: str
    system: str
    payload: dict[str, Any]
    state: str = "WAITING"
    attempts: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    last_failure: str = ""
    outcome: str = ""
    answered_at: datetime | None = None
    is_sound: bool = True
    """Whether it is what was kept; one changed by hand is not sent, and its answer decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """A paper as it is kept; without `sha256` it has no file yet."""

    id: UUID
    dossier_id: UUID
    kind: PaperKind
    number: str
    legal_set: str
    content_sealed: str
    sha256: bytes | None
    issued_at: datetime
    superseded_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedResult:
    """An entry of the register that stands for a component; `used_version` is the one that was handed in."""

    component_code: str
    result_id: UUID
    number: str
    used_version: int
    version: int
    state: ResultState
    valid_from: date
    valid_to: date | None
    reason: str = ""
    type: str = ""
    """The result's code in the list of its procedure; empty for one issued without."""

    def stands_on(self, day: date) -> bool:
        """Tell whether the dossier may still be accepted on it."""
        return self.version == self.used_version and holds(self.state, self.valid_from, self.valid_to, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Everything a dossier's screen or the portal's view shows."""

    dossier: Dossier
    components: Sequence[SubmittedComponent] = ()
    attachments: Sequence[Attachment] = ()
    papers: Sequence[dict[str, Any]] = ()
    history: Sequence[dict[str, Any]] = ()
    evidence: Sequence[Evidence] = ()
    account: Account = EMPTY
    """The money as it stands, for the portal's view only."""
    entry: Mapping[str, Any] | None = None
    """The reader's entry in the staff directory: in whose place they act."""
    mandates: Sequence[Mandate] = ()
    used_results: Sequence[UsedResult] = ()
    """Results that stand for components, as the register has them now."""
    grounds: Grounds | None = None
    """What a decision would stand on now; None where a definition is not known here, or nobody asked."""
    unprinted: int = 0
    """How many of its papers have no file yet."""
    is_packed: bool = False
    """Whether the archive has accepted a package of it."""
    is_with_post: bool = False
    """Whether a letter with its result is on its way."""
    corrections: Sequence[LinkedDossier] = ()
    """The dossiers opened to correct its result, as they are now, the newest last."""
