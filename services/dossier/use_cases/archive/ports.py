"""What the archive needs of the world."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from services.dossier.domain.archive.bags import Bag
from services.dossier.domain.archive.destruction import DestructionList, Line
from services.dossier.domain.archive.holds import Hold
from services.dossier.domain.archive.packages import Acknowledgement, Batch, Judgement, Package
from services.dossier.domain.archive.retention import Ended, Ending, Record, Retention, RetentionRules
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.keepers import Keepers, Reach

if TYPE_CHECKING:
    from services.dossier.use_cases.ports.materials import Files


class Records(Protocol):
    """Records of ended dossiers, and how long each is kept."""

    def fix(self, dossier: Dossier, told: Ended, retention: Retention) -> None:
        """Queue a record; one that is there stays as it was fixed, unless it ended otherwise since."""

    async def find(self, dossier_id: UUID) -> Record | None:
        """Return a record, with its holds counted."""

    async def keepers(self, today: date) -> Keepers:
        """Return who keeps the records of agencies that ended."""

    async def listed(
        self, reaches: Sequence[Reach], *, state: str, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[Record]:
        """Return records in a state, the longest ended first."""

    async def to_submit(
        self, reaches: Sequence[Reach], *, until: date, handed_over: Collection[Ending], limit: int
    ) -> Sequence[Record]:
        """Return records of these endings by a day, which no batch has, the longest ended first."""

    def move(self, dossier_ids: Sequence[UUID], state: str, *, archive_code: str = "") -> None:
        """Queue another state of records, all of which must be there."""

    async def lock(self, dossier_id: UUID) -> Record | None:
        """Return a record with its holds; nobody else holds or moves it until the unit ends."""

    async def stands(self, dossier_id: UUID, today: date) -> bool:
        """Tell whether it goes on, its correction waits, or a dossier that corrects it is still kept."""

    async def over(
        self, reaches: Sequence[Reach], *, today: date, handed_over: Collection[Ending], limit: int
    ) -> Sequence[Record]:
        """Return records that may be listed for destruction, the longest over first."""

    async def missing(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Return ended dossiers without a record, by id: those from before there were records."""


class Packages(Protocol):
    """Batches and their packages."""

    def add(self, batch: Batch, packages: Sequence[Package]) -> None:
        """Queue a new batch."""

    def save(self, batch: Batch) -> None:
        """Queue a changed batch."""

    def save_package(self, package: Package) -> None:
        """Queue a changed package, given with its new version."""

    async def load(self, batch_id: UUID) -> tuple[Batch, Sequence[Package]]:
        """Return a batch and its packages by code; raise `NotFound`."""

    async def package(self, package_id: UUID) -> Package | None:
        """Return a package."""

    async def live(self, dossier_id: UUID) -> Package | None:
        """Return the package of a dossier that was neither taken out nor refused."""

    async def listed(self, agencies: Sequence[str], *, before: UUID, limit: int) -> Sequence[Batch]:
        """Return agencies' batches, newest first."""

    async def building(self) -> Sequence[UUID]:
        """Return batches with packages to make, the oldest first."""

    async def to_send(self, now: datetime) -> Sequence[UUID]:
        """Return batches to deliver now."""

    async def next_number(self, agency: str, year: int, book: str) -> int:
        """Return the next number of the agency's book; its row stays locked until the unit ends."""

    async def agency_name(self, agency: str) -> str:
        """Return what an agency is called now; its code where it is not known."""

    async def is_accepted(self, dossier_id: UUID) -> bool:
        """Tell whether the archive has accepted a package of a dossier."""

    async def accepted_unarchived(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers whose package was accepted and which are not archived yet, by id."""

    async def contents(self, package: Package, batch: Batch) -> "Contents":
        """Return what a package is made of, by what the database says now; raise `NotFound`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package, of which version, and what is still missing."""

    bag: Bag
    dossier_version: int
    lacking: Sequence[str] = ()


class Messages(Protocol):
    """What the archive said, kept with what was made of it."""

    async def judged(self, message_id: str) -> set[UUID] | None:
        """Return the packages a message was judged for; None for a message not seen before."""

    def receive(self, told: Acknowledgement, raw: bytes, *, at: datetime) -> None:
        """Queue a message as it came."""

    def keep(
        self, message_id: str, package_id: UUID, judgement: Judgement, *, reason: str, at: datetime
    ) -> None:
        """Queue what was made of a line."""

    def unreadable(self, name: str, raw: bytes, reason: str, *, at: datetime) -> None:
        """Queue a message that could not be read."""

    async def of(self, batch_id: UUID) -> Sequence[dict[str, Any]]:
        """Return what was said of a batch, oldest first."""


class Holds(Protocol):
    """Holds on records."""

    def add(self, hold: Hold) -> None:
        """Queue a hold."""

    def save(self, hold: Hold) -> None:
        """Queue a released hold."""

    async def find(self, hold_id: UUID) -> Hold | None:
        """Return a hold."""

    async def are_as_told(self) -> bool:
        """Tell whether every hold is as it was sealed, and none that was told of is gone or released."""

    async def of(self, dossier_id: UUID) -> Sequence[Hold]:
        """Return the holds of a dossier, oldest first."""


class Destruction(Protocol):
    """Lists of records to destroy, and the destruction itself."""

    def add(self, found: DestructionList, lines: Sequence[Line]) -> None:
        """Queue a new list."""

    def save(self, found: DestructionList) -> None:
        """Queue a changed list."""

    def save_reviews(self, lines: Sequence[Line]) -> None:
        """Queue what reviewers said."""

    def save_outcome(self, line: Line) -> None:
        """Queue what became of a line; `Stale` for one that had its turn."""

    async def load(self, list_id: UUID) -> tuple[DestructionList, Sequence[Line]]:
        """Return a list and its lines by code; raise `NotFound`."""

    async def listed(self, agencies: Sequence[str], *, before: UUID, limit: int) -> Sequence[DestructionList]:
        """Return agencies' lists, newest first."""

    async def approved(self) -> Sequence[UUID]:
        """Return lists to carry out, the oldest first."""

    async def destroy(self, dossier_id: UUID, list_id: UUID, now: datetime) -> None:
        """Queue the end of all that is of one dossier beside the heart, and the removal of its files."""

    async def to_remove(self, asked_before: datetime, limit: int) -> dict[bytes, bool]:
        """Return contents to remove, and whether something else still needs each."""

    def removed(self, contents: Sequence[bytes], now: datetime) -> None:
        """Queue that contents were removed, or are needed and stay."""


class Archive(Protocol):
    """All of it."""

    rules: RetentionRules
    records: Records
    packages: Packages
    messages: Messages
    holds: Holds
    destruction: Destruction


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """A package as it is delivered."""

    name: str
    sha256: bytes
    size: int
    chunks: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch as it is delivered: its protocol and its packages."""

    batch_id: UUID
    protocol: bytes
    packages: Sequence[PackageFile]


class Unreadable(Exception):  # noqa: N818 - the fact is the name.
    """A message of the archive says nothing that could be understood."""


class HistoricalArchive(Protocol):
    """The archive the province hands over to. Delivering twice is as delivering once."""

    async def deliver(self, delivery: Delivery) -> str:
        """Hand a batch over, whole or not at all; return why not, empty when it is there."""

    async def waiting(self) -> Sequence[str]:
        """Return names of messages to read, in the order they came."""

    async def read(self, name: str) -> bytes:
        """Return a message as it came; it stays until `done`."""

    def understand(self, raw: bytes) -> Acknowledgement:
        """Return what a message says; raise `Unreadable`."""

    async def done(self, name: str, *, is_read: bool) -> None:
        """Put a message aside, read or not to be read; doing so again is harmless."""


class Packer(Protocol):
    """Writes packages."""

    async def __call__(self, bag: Bag, path: Path, files: "Files") -> None:
        """Write a package to a path, in bounded memory; raise `FileLost` for a file that is not as kept."""
