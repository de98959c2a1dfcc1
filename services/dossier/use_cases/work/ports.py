"""What sharing out work needs of the world."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.work.colleagues import Colleague
from services.dossier.domain.work.mirrors import Mirror, Status
from services.dossier.domain.work.search import Index, Sought
from services.dossier.domain.work.slip import SlipRow
from services.dossier.domain.work.tallies import Tally
from services.dossier.domain.work.urgency import Lines
from services.dossier.domain.work.warnings import Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """What an officer asks of their inbox; `whose` is empty for all, `mine` or `unclaimed`."""

    subject: str
    agency: str
    unit: str
    roles: Sequence[str]
    today: date
    lines: Lines
    after: tuple[datetime, UUID]
    limit: int
    state: str = ""
    urgency: str = ""
    procedure: str = ""
    whose: str = ""
    with_counts: bool = False


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Tasks, the most pressing first, and on the first page how many wait, and since when that is true."""

    rows: Sequence[Any]
    tally: Tally
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorGround:
    """What is known about a code of another system, its procedure and its agency."""

    mirror: Mirror | None
    procedure_name: str | None
    sector: str | None
    agency_name: str | None
    dossier_id: UUID | None
    is_worked_here: bool
    is_follower: bool
    member: tuple[UUID, str] | None
    """The submission and the procedure of its member that has this code."""
    times_told: int
    """How often that member was told of."""
    is_destroyed: bool
    """Whether a list destroyed the dossier: nobody is named by it again."""


class Mirrors(Protocol):
    """Dossiers worked elsewhere."""

    async def hold(self, source: str, outside_code: str) -> None:
        """Let nobody else write about this code until the unit ends."""

    async def ground(self, source: str, outside_code: str, procedure: str, agency: str) -> MirrorGround:
        """Return what is known of a code, its procedure and agency."""

    async def is_taken(self, source: str, outside_code: str, dossier_id: UUID) -> bool:
        """Tell whether another dossier's route leads to this code."""

    def keep(self, mirror: Mirror, status: Status, *, is_new: bool) -> None:
        """Keep a mirror as it is now and the status that made it so."""

    async def known(self, source: str, outside_code: str) -> Mirror | None:
        """Return the mirror of a code; after `hold`, nobody changes it."""

    def link(self, mirror: Mirror) -> None:
        """Keep whose mirror this is, so that it is not counted beside the dossier or the submission."""

    async def to_follow(self, now: datetime, after: UUID, limit: int) -> Sequence[UUID]:
        """Return mirrors past one, by id, that a dossier is to be held against by now."""

    async def find(self, mirror_id: UUID) -> Mirror | None:
        """Return a mirror."""

    async def of_agency(self, agency: str, *, before: UUID, limit: int) -> Sequence[Mirror]:
        """Return an agency's mirrors, newest first."""


class Inbox(Protocol):
    """What waits for officers."""

    async def page(self, query: InboxQuery) -> InboxPage:
        """Return a page in one statement."""

    async def of_absent(self, query: InboxQuery) -> Sequence[Any]:
        """Return the steps held by people of the unit who are on leave."""


class Warnings(Protocol):
    """Deadline warnings raised."""

    async def due(
        self, now: datetime, soon: Mapping[str, datetime], limit: int, past: Collection[UUID] = ()
    ) -> Sequence[Warned]:
        """Return dossiers but for some at a threshold nobody was told of; `soon`: by calendar until when."""

    def keep(self, warned: Sequence[Warned], *, at: datetime) -> None:
        """Keep that these were raised."""


class Searching(Protocol):
    """What dossiers are found by."""

    @property
    def identity(self) -> Index:
        """How identity numbers are indexed."""

    @property
    def phone(self) -> Index:
        """How phones are indexed."""

    def put(self, dossier: Dossier) -> None:
        """Queue what a dossier is found by, and by whom: its agencies and who goes on for them."""

    async def put_again(self, after: UUID, limit: int) -> UUID | None:
        """Keep what the next dossiers are found by as is the rule now; return the last, None at the end."""

    async def find(self, what: Sought, agency: str, *, before: UUID, limit: int) -> Sequence[Any]:
        """Return dossiers an agency takes part in, newest first."""


class Slips(Protocol):
    """Control slips."""

    def add(self, row: SlipRow, *, received_at: datetime | None = None) -> None:
        """Keep a hand-over; with `received_at`, one its receiver has confirmed already."""

    def confirm(self, dossier_id: UUID, *, subject: str, name: str, at: datetime) -> None:
        """Let the receiver confirm whatever row of the dossier still waits."""

    def take_back(self, dossier_id: UUID, *, at: datetime) -> None:
        """Mark whatever row still waits as taken back."""

    async def rows(self, dossier_id: UUID) -> Sequence[dict[str, Any]]:
        """Return a dossier's rows, oldest first."""


class Colleagues(Protocol):
    """The staff directory."""

    async def find(self, subject: str) -> Colleague | None:
        """Return somebody with whoever acts for them."""

    async def units(self, agency: str) -> Sequence[str] | None:
        """Return an agency's units; None for an agency nobody knows."""

    async def held_by_absent(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers past one, by id, whose step's holder is on leave while somebody acts for them."""

    async def held_without_place(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers past one, by id, whose step's holder neither works there nor acts for who does."""
