"""What use cases need of the world: stores, files, seals; PostgreSQL and memory both give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.dossier.domain.definitions import Agency, Procedure, Process
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.history import Entry
from services.dossier.domain.papers import Paper, PaperKind
from worktime.calendar import WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Numbers and addresses the operator sets."""

    supplement_days: int = 30
    max_attachment_bytes: int = 20_971_520
    public_url: str = "http://127.0.0.1:8000"
    outside_callback_url: str = ""
    default_portal_url: str = "https://dichvucong.gov.vn/"


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


@dataclass(frozen=True, slots=True)
class Intake:
    """What a submission is held against, read in one query."""

    procedure: Procedure | None
    agencies: Mapping[str, Agency]
    attachments: Mapping[UUID, Attachment]
    existing_id: UUID | None = None
    calendar: WorkCalendar | None = None


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


class Dossiers(Protocol):
    """All dossiers, with their history and components."""

    async def load(self, dossier_id: UUID) -> tuple[Dossier, Grounds]:
        """Return a dossier and what it stands on; raise `NotFound`."""

    async def load_for_acceptance(
        self, dossier_id: UUID
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        """Return a dossier with its components too; raise `NotFound`."""

    def add(self, dossier: Dossier, entry: Entry, components: Sequence[SubmittedComponent]) -> None:
        """Keep a new dossier; all or nothing with the rest of the unit."""

    def save(self, dossier: Dossier, entry: Entry) -> None:
        """Keep a changed dossier; `Stale` at the commit when somebody was faster."""

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        """Return a portal-born dossier and what it stands on; raise `NotFound`."""

    async def hold(self, portal_code: str) -> None:
        """Let nobody else create a dossier of this portal code until the unit ends."""

    async def next_number(self, agency: str, day: date) -> int:
        """Return the next number of an agency's day; given back when the unit does not commit."""


class Catalogue(Protocol):
    """Local copies of what the catalogue published."""

    async def intake(
        self,
        procedure_code: str,
        agencies: Sequence[str],
        attachment_ids: Sequence[UUID],
        *,
        today: date,
        portal_code: str | None = None,
        calendar_of: str | None = None,
    ) -> Intake:
        """Return what a submission needs; with `calendar_of`, that agency's calendar too."""

    async def component(self, procedure_code: str, component_code: str) -> dict[str, Any] | None:
        """Return a component of the current version of a procedure."""

    def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a procedure unless a later event was kept."""

    def put_process(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a process likewise."""

    def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        """Keep an agency likewise."""

    def put_calendar(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a calendar's year likewise."""


class Attachments(Protocol):
    """Files that came in."""

    def add(self, attachments: Sequence[Attachment]) -> None:
        """Keep files' records."""

    def bind(self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploader: str, purpose: str) -> None:
        """Give free files of this uploader to a dossier; `Stale` at the commit when one is taken."""

    async def unbound(self, attachment_ids: Sequence[UUID], uploader: str) -> dict[UUID, Attachment]:
        """Return those of the files that are free and of this uploader."""

    async def find(self, attachment_id: UUID) -> Attachment | None:
        """Return one file's record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """A paper as it is kept; without `sha256` it has no file yet."""

    id: UUID
    dossier_id: UUID
    kind: PaperKind
    number: str
    content_sealed: str
    sha256: bytes | None


class Papers(Protocol):
    """Issued papers."""

    def add(self, paper: Paper) -> None:
        """Keep a paper's content, sealed; its file is made after the commit, once."""

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        """Return a paper."""

    async def unprinted(self, limit: int) -> list[UUID]:
        """Return papers that have no file yet."""

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        """Name the paper's file at once; False when another process was first."""


class Outside(Protocol):
    """Requests to outside systems."""

    def add(self, request: OutsideRequest) -> None:
        """Keep a request to be sent."""

    async def find(self, request_id: UUID) -> OutsideRequest | None:
        """Return a request."""

    def answer(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep the answer with its evidence."""

    def abandon(self, request_id: UUID) -> None:
        """Wait for this request no more."""

    async def due(self, limit: int) -> list[OutsideRequest]:
        """Return requests to send now."""

    def sent(self, request_id: UUID) -> None:
        """Record that the other system took the request."""

    def failed(self, request_id: UUID, *, failure: str, attempts: int) -> None:
        """Record a failure, to be tried again later."""


class Files(Protocol):
    """Contents under their SHA-256."""

    async def put(self, content: bytes) -> bytes:
        """Return the digest once the content is durable."""

    async def get(self, sha256: bytes) -> bytes:
        """Return a content; raise `FileLost` when it is not there."""


class Seals(Protocol):
    """Seals personal data at rest."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the sealed text."""

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return a keyed index."""


class Press(Protocol):
    """Prints papers."""

    def __call__(self, kind: PaperKind, content: dict[str, Any]) -> bytes:
        """Return the PDF of a paper; slow enough for a thread."""


class Courier(Protocol):
    """Brings requests to outside systems."""

    async def send(self, request: OutsideRequest) -> str:
        """Return an empty text once the request was taken, else why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Everything a dossier's screen or the portal's view shows."""

    dossier: Dossier
    components: Sequence[SubmittedComponent] = ()
    attachments: Sequence[Attachment] = ()
    papers: Sequence[dict[str, Any]] = ()
    history: Sequence[dict[str, Any]] = ()


class Views(Protocol):
    """Reads: one statement a screen."""

    async def detail(self, dossier_id: UUID) -> Detail:
        """Return a dossier with components, files and papers; raise `NotFound`."""

    async def portal(self, dossier_id: UUID, version: int) -> Detail:
        """Return a dossier with its history up to a version (0: all); raise `NotFound`."""

    async def own(
        self, subject: str, owner_index: bytes | None, *, state: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers a citizen owns or submitted, newest first."""

    async def of_agency(
        self, agency: str, *, state: str, procedure: str, code: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers an agency takes part in, newest first."""

    async def inbox(
        self, *, agency: str, unit: str, roles: list[str], after: tuple[datetime, UUID], limit: int
    ) -> list[Any]:
        """Return what waits for these roles, the most pressing first."""

    async def history(self, dossier_id: UUID) -> tuple[Dossier, list[dict[str, Any]]]:
        """Return a dossier and its history, oldest first; raise `NotFound`."""

    async def log_access(
        self,
        *,
        at: datetime,
        subject: str,
        kind: str,
        agency: str,
        what: str,
        dossier_id: UUID | None,
        object_id: UUID | None,
    ) -> None:
        """Log a reading at once; a page of names is of no single dossier."""


class Work(Records, Protocol):
    """One unit of work of this service."""

    dossiers: Dossiers
    catalogue: Catalogue
    attachments: Attachments
    papers: Papers
    outside: Outside
    files: Files
    views: Views
    seals: Seals
    policy: Policy
    press: Press
    courier: Courier
