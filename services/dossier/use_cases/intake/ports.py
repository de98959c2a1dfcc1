"""What the ways in need of the world."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.definitions import Procedure
from services.dossier.domain.intake.authorizations import Authorization
from services.dossier.domain.intake.batches import Batch, Sheet
from services.dossier.domain.intake.copies import CertifiedCopy, CopyFigure, CopyRequest, ElectronicCopy
from services.dossier.domain.intake.drafts import SubmissionDraft
from services.dossier.domain.intake.evidence import Evidence
from services.dossier.domain.intake.handovers import HandOverList, PapersHeld
from services.dossier.domain.intake.late_entries import LateEntry
from services.dossier.domain.intake.look_ups import Purposes
from services.dossier.domain.keepers import Reach


class EvidenceBook(Protocol):
    """Evidence: added, never changed."""

    async def count_from_before(self, dossier_id: UUID) -> None:
        """Count what was kept in an earlier commit for a dossier that begins now."""

    async def hold(self, dossier_id: UUID) -> None:
        """Let nobody else add evidence to a dossier that stays as it is until the unit ends."""
        ...

    def add(self, evidence: Sequence[Evidence]) -> None:
        """Keep what was seen, in the commit of what it was seen with."""

    async def of(self, dossier_id: UUID) -> list[Evidence]:
        """Return a dossier's evidence, oldest first."""


class Visits(Protocol):
    """Dossiers brought in one visit to one agency's counter."""

    def add(self, visit_id: UUID, dossier_id: UUID, *, agency: str, officer: str, at: datetime) -> None:
        """Count a dossier to a visit; a visit begins with its first dossier."""

    async def dossiers(self, visit_id: UUID, agency: str) -> list[Any]:
        """Return the visit's dossiers as lists show them, in the order they were received at this agency."""


class Persons(Protocol):
    """People who came before."""

    async def last_known(self, owner_index: bytes, agency: str) -> str | None:
        """Return the sealed parties of the owner's newest dossier this agency took part in."""


class Drafts(Protocol):
    """What people have not handed in yet."""

    async def count_open(self, subject: str) -> int:
        """Return how many a person keeps, nobody else of that person adding one until the unit ends."""

    def add(self, draft: SubmissionDraft) -> None:
        """Keep a new draft, sealed."""

    async def find(self, draft_id: UUID, subjects: Sequence[str]) -> SubmissionDraft:
        """Return a person's own draft; raise `NotFound`."""

    async def of(self, subjects: Sequence[str]) -> list[SubmissionDraft]:
        """Return a person's open drafts, the last changed first."""

    def save(self, draft: SubmissionDraft) -> None:
        """Keep a changed draft; `Stale` at the commit when somebody was faster."""

    async def expire(self, now: datetime, limit: int) -> int:
        """Forget drafts whose time is over, at once; return how many."""

    async def to_notice(
        self, now: datetime, until: datetime, limit: int
    ) -> list[tuple[SubmissionDraft, str, str]]:
        """Mark and return open drafts that expire before a moment and nobody was told of.

        Each comes with its procedure's and its group's name, empty where none is known.
        """


class Authorizations(Protocol):
    """Recorded authorisations."""

    def add(self, authorization: Authorization) -> None:
        """Keep a new one."""

    async def find(self, authorization_id: UUID) -> Authorization | None:
        """Return one."""

    async def of(self, index: bytes) -> list[Authorization]:
        """Return those a person gave or holds, newest first."""

    def save(self, authorization: Authorization) -> None:
        """Keep a changed one; `Stale` at the commit when somebody was faster."""

    def use(self, authorization_id: UUID, at: datetime) -> None:
        """Count a use; `Stale` at the commit when it was revoked meanwhile."""


class LateEntries(Protocol):
    """Entries made afterwards."""

    def add(self, entry: LateEntry) -> None:
        """Keep a new entry, waiting."""

    async def find(self, entry_id: UUID, agencies: Sequence[str]) -> LateEntry:
        """Return an entry of this agency; raise `NotFound`."""

    async def waiting(self, agencies: Sequence[str], after: UUID, limit: int) -> list[LateEntry]:
        """Return what waits at these agencies past an entry, oldest first."""

    def save(self, entry: LateEntry) -> None:
        """Keep a decided entry; `Stale` at the commit when somebody was faster."""


class CopyBook(Protocol):
    """The book of certified copies."""

    async def next_numbers(self, agency: str, year: int, how_many: int) -> int:
        """Return the first of the next numbers; given back when the unit does not commit."""

    def add(self, copies: Sequence[CertifiedCopy]) -> None:
        """Keep lines of the book."""

    async def line(self, copy_id: UUID) -> tuple[CertifiedCopy, ElectronicCopy | None] | None:
        """Return a line of the book and what there is of its electronic copy."""

    async def electronic_of(
        self, person: bytes, before: UUID, limit: int
    ) -> list[tuple[CertifiedCopy, ElectronicCopy]]:
        """Return a person's issued electronic copies, newest first."""

    def draft(self, copy: ElectronicCopy) -> None:
        """Keep what the signer is to sign; `Stale` at the commit when there is a draft already."""

    def issue(self, copy: ElectronicCopy) -> None:
        """Keep the sealed file; `Stale` at the commit when somebody was faster."""

    def ask(self, requests: Sequence[CopyRequest]) -> None:
        """Keep what is asked for."""

    async def asked(self, ids: Sequence[UUID], agencies: Sequence[str]) -> list[CopyRequest]:
        """Return requests of an agency by their ids, in the order they were asked."""

    async def waiting(self, agencies: Sequence[str], after: UUID, limit: int) -> list[CopyRequest]:
        """Return what waits for its signer, in the order it was asked."""

    async def of_asking(self, asking_id: UUID) -> list[CopyRequest]:
        """Return everything asked for in one call, in its order."""

    async def ended_before(self, day: date, limit: int) -> list[CopyRequest]:
        """Return requests of days before this one that came to nothing and still name who asked."""

    def forget(self, request: CopyRequest) -> None:
        """Empty who asked and for what."""

    def decide(self, request: CopyRequest) -> None:
        """Keep the decision on a waiting request; `Stale` at the commit when somebody was faster."""

    async def figures(
        self, first: datetime, end: datetime, agencies: Sequence[str] | None
    ) -> list[CopyFigure]:
        """Count the books between two moments by agency: of these, or of all (None)."""

    async def period(
        self, agency: str, first: datetime, end: datetime, after: tuple[int, int], limit: int
    ) -> list[CertifiedCopy]:
        """Return lines certified between two moments, past a year and number, in the book's order."""

    async def page(self, agency: str, year: int, after: int, limit: int) -> list[CertifiedCopy]:
        """Return lines in the order of their numbers."""


class HandOvers(Protocol):
    """Lists of paper files on their way."""

    async def held(self, dossier_ids: Sequence[UUID]) -> dict[UUID, PapersHeld]:
        """Return where the papers of those on no open list lie, and whose dossiers they are."""

    async def names(self, agencies: Sequence[str]) -> dict[str, str]:
        """Return what agencies are called."""

    def add(self, handed: HandOverList) -> None:
        """Keep a list; `Stale` at the commit when papers went on another list meanwhile."""

    async def find(self, list_id: UUID) -> HandOverList:
        """Return a list; raise `NotFound`."""

    async def of(self, reaches: Sequence[Reach], limit: int) -> list[HandOverList]:
        """Return lists with lines an agency gives or gets, those on their way first, then the newest."""

    def confirm(self, handed: HandOverList, lines: Collection[UUID], agency: str) -> None:
        """Keep an agency's signature for these lines; their papers lie there from here on."""


class Batches(Protocol):
    """Company sheets that were tried."""

    def add(self, batch: Batch) -> None:
        """Keep a tried sheet, its rows sealed."""

    async def find(self, batch_id: UUID, agency: str) -> Batch:
        """Return a sheet tried at this agency; raise `NotFound`."""

    def save(self, batch: Batch) -> None:
        """Keep a sheet that was handed in; `Stale` at the commit when somebody was faster."""


class Sheets(Protocol):
    """Workbooks of the company template."""

    def template(self, procedure: Procedure) -> bytes:
        """Return an empty workbook for a procedure."""

    def read(self, content: bytes, procedure: Procedure, most_rows: int) -> Sheet:
        """Return what a filled one says; raise `SheetUnreadable` for what is no such workbook."""


class SlipPress(Protocol):
    """Prints the slip of a visit."""

    def __call__(self, content: dict[str, Any]) -> bytes:
        """Return the PDF; slow enough for a thread."""


class WaysIn(Protocol):
    """The stores of the ways in."""

    evidence: EvidenceBook
    visits: Visits
    persons: Persons
    drafts: Drafts
    authorizations: Authorizations
    late_entries: LateEntries
    copies: CopyBook
    handovers: HandOvers
    batches: Batches
    sheets: Sheets
    print_visit: SlipPress
    purposes: Purposes
