"""What the national portal's side of the gateway needs of the world."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.gateway.domain.portal.answers.answer import PortalAnswer
from services.gateway.domain.portal.exchange.questions import GivenAnswer, Question, QuestionState
from services.gateway.domain.portal.inbound.messages import Inbound, Ruling
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.domain.portal.telling.ledger import Claimed, LedgerRow, MoneyMoved
from services.gateway.domain.portal.telling.messages import Json


@dataclass(frozen=True, slots=True)
class Spoken:
    """How the portal calls a procedure and its sector: codes people mapped, blank or None where none did."""

    procedure: str | None = None
    sector: str | None = None
    sector_name: str = ""


class Portal(Protocol):
    """The national portal behind one of its drivers; each call raises `PortalSilent` when nobody answers."""

    async def sync_dossier(self, message: Json, *, is_updating: bool) -> PortalAnswer:
        """Create or replace a dossier born here (`DongBoHoSoMC`)."""

    async def add_progress(self, entries: Sequence[Json]) -> PortalAnswer:
        """Add progress entries (`CapNhatTienDoHoSoMC`)."""

    async def tell_status(self, message: Json) -> PortalAnswer:
        """Tell the status of a dossier born on the portal (`DongBoTrangThaiHoSo`)."""

    async def look_up(self, code: str) -> PortalAnswer:
        """Ask what the portal holds (`TraCuuHoSo`)."""


class National(Protocol):
    """The portal's services that are not about one dossier; each call raises `PortalSilent`."""

    async def read(self, service: str, **asked: str) -> PortalAnswer:
        """Ask one of its reading services (section 6)."""

    async def write(self, service: str, data: Sequence[Json]) -> PortalAnswer:
        """Hand a list to one of its writing services."""


class WholePortal(Portal, National, Protocol):
    """Everything a driver offers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of telling a line; `next_attempt_at` None: not told again by itself."""

    state: str
    code: int | None = None
    message: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuestion:
    """A question with what became of it."""

    id: UUID
    question: Question
    state: QuestionState
    given: GivenAnswer | None
    kept_at: datetime
    attempts: int
    portal_code: int | None
    portal_answer: str
    told_at: datetime | None
    version: int

    @property
    def is_taken(self) -> bool:
        """Tell whether the portal took this answer, in its words, and does not show it yet."""
        return bool(self.attempts) and self.portal_code is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSummary:
    """A line of a month's satisfaction as it is told."""

    month: date
    agency: str
    procedure: str
    question: str
    body: Json
    attempts: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What the dossier service answered: `status` is HTTP's, `problem` the code of a refusal."""

    status: int
    dossier_id: str = ""
    problem: str = ""
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """What is wrong with which field of the body."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file on its way through."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]
    """For whoever does not read the content to its end."""


Parts = Callable[[int], AsyncIterator[bytes]]
"""Yields a file's content from a place on."""


class DossierService(Protocol):
    """The dossier service as the portal's side calls it; `Unavailable` when it does not answer."""

    async def view(self, dossier_id: UUID, version: int | None) -> Json | None:
        """Return one version of a dossier (None: the newest); None when it is not known there."""

    async def take_in(self, path: str, body: Json, *, key: str) -> Intake:
        """Hand in what the portal sent."""

    async def bring_file(self, name: str, length: int, parts: Parts, *, key: str) -> UUID | Intake:
        """Bring a file in parts and return what it is called there, or why it is not taken.

        The same key goes on where an attempt before was broken off.
        """

    async def open_file(self, attachment_id: UUID) -> FileContent:
        """Return a file's content as a stream."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a row is not confirmed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one attempt: `confirmed`, `refused`, `silent`, `unmapped` or `defect`."""

    outcome: str
    failure: Failure | None = None
    is_told: bool = False
    is_uncertain: bool = False
    is_said: bool = False
    """Silent, but in words of the portal's: busy, or no session is good."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the ledger keeps of an attempt."""

    claimed: Claimed
    state: str
    attempts: int
    is_told: bool
    is_uncertain: bool | None = None
    """None: as it was."""
    is_silence: bool = False
    is_own: bool = False
    """Whether the portal took others meanwhile."""
    own_silences: int | None = None
    """How often in a row the same was said while others of its kind were taken; None: as it was."""
    failure: Failure | None = None
    next_attempt_at: datetime | None = None
    settled_at: datetime | None = None


class PortalLedger(Protocol):
    """What the portal must be told, and what came of it."""

    def add(self, rows: Sequence[LedgerRow], now: datetime) -> None:
        """Keep rows to be sent."""

    def add_money(self, moved: MoneyMoved, now: datetime) -> None:
        """Keep that a dossier's fees are to be told by themselves, unless a word that waits tells them."""

    async def claim(
        self, *, lease_id: UUID, limit: int, now: datetime, until: datetime, least_tried: bool = False
    ) -> list[Claimed]:
        """Take rows whose turn it is, at most one of each dossier, until the lease ends."""

    def wait_again(self, refused: Sequence[Claimed], now: datetime) -> None:
        """Let rows that were kept as refused wait like after a silence."""

    def renew(self, held: Sequence[Claimed], until: datetime) -> None:
        """Let the leases of these rows end then; rows somebody else holds by now are left alone."""

    def settle(self, results: Sequence[Settled]) -> None:
        """Keep what came of rows, all in one statement; `Stale` at the commit when a lease was lost."""

    def wake_silent(self, now: datetime, *, except_of: AbstractSet[UUID]) -> None:
        """Let everything go at once that waited out a silence of everybody's, but rows just settled."""

    def note_owner(self, dossier_id: UUID, version: int, *, is_ours: bool, has_ended: bool) -> None:
        """Keep whether we own a dossier's status since this version."""

    async def sample(self, limit: int) -> list[LedgerRow]:
        """Return the last row of some dossiers of which the portal was told everything."""

    async def dossier_of(self, code: str) -> UUID | None:
        """Return the dossier with this code, ours or the portal's."""

    async def known_of(self, codes: Sequence[str]) -> Sequence[str]:
        """Return those of the codes that dossiers here have, in their order."""

    async def asked_last(self, code: str, by: datetime) -> tuple[int, datetime] | None:
        """Return the version in which a dossier last asked for papers by a moment, and when it did."""

    async def spoken_of(self, procedure_code: str) -> Spoken:
        """Return a procedure and its sector in the portal's codes."""

    def put_sector(self, procedure_code: str, version: int, sector: str, sector_name: str) -> None:
        """Keep the newest sector of a procedure."""


class Mappings(Protocol):
    """How the portal's codes are called here."""

    async def local_of_each(self, portal_codes: Mapping[CodeKind, str]) -> Mapping[CodeKind, str]:
        """Return our codes of one of the portal's of each kind, those that people mapped."""


class PortalFiles(Protocol):
    """Addresses the portal may fetch files from."""

    async def find(self, token: str) -> tuple[UUID, str] | None:
        """Return the attachment and its name behind a token that was not revoked."""

    async def find_attachment(self, attachment_id: UUID) -> tuple[UUID, str] | None:
        """Return a file given out that is asked for by its own id."""


class PortalInbox(Protocol):
    """What the portal sent down, raw."""

    def keep(self, message: Inbound, *, retry_at: datetime) -> None:
        """Keep a message before it is understood."""

    def settle(self, message: Inbound, ruling: Ruling, *, retry_at: datetime | None, now: datetime) -> None:
        """Keep what became of it as it was read; nothing when people corrected it meanwhile."""

    def keep_part(self, message: Inbound, place: int, part: bytes) -> None:
        """Keep a part of a message that is still coming."""

    async def part(self, message_id: UUID, place: int) -> bytes:
        """Return a part of a message."""

    async def due(self, *, limit: int, now: datetime) -> list[UUID]:
        """Return messages to be tried again, oldest first."""

    async def find(self, message_id: UUID) -> Inbound | None:
        """Return a message with its raw body."""

    async def is_first(self, portal_code: str, message_id: UUID) -> bool:
        """Tell whether no other message brought this dossier before."""

    def name(self, message: Inbound, portal_code: str, *, is_supplement: bool) -> None:
        """Keep whose dossier a message is of."""

    async def has_create_under_way(self, portal_code: str, message: Inbound) -> bool:
        """Tell whether another message creates this dossier just now; who asks next is told of this one."""

    async def has_waiting_before(self, portal_code: str, message: Inbound, *, is_supplement: bool) -> bool:
        """Tell whether an earlier message this one has to wait for is not settled."""


class Turns(Protocol):
    """Turns to call the portal, of all processes together."""

    async def take(self, count: int, per_second: float) -> float:
        """Take so many turns in a row, this many a second; return in how many seconds the first one is."""


class PortalWork(Records, Protocol):
    """One unit of work of the portal's side."""

    portal_ledger: PortalLedger
    portal_files: PortalFiles
    portal_inbox: PortalInbox


class OpenWork(Protocol):
    """Opens units of work that commit when they are left without an error."""

    def __call__(self) -> AbstractAsyncContextManager[Any]:
        """Open one."""
