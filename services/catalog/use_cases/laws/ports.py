"""What the use cases of the law behind procedures need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.laws.citations import Bases, FoundDocument
from services.catalog.domain.laws.validity import Relation

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unread:
    """A version or draft whose legal bases have not been read; `of` names it, `stamp` its state."""

    code: str
    agency: str
    of: str
    stamp: int
    is_draft: bool
    bases: Any


class Laws(Protocol):
    """The register, what procedures cite, and the work that comes of it."""

    async def unread(self, limit: int) -> Sequence[Unread]:
        """Return versions and open drafts not read yet, in the order of their codes."""

    def keep_readings(
        self,
        read: Sequence[tuple[Unread, Bases]],
        documents: Mapping[str, FoundDocument],
        at: datetime,
    ) -> None:
        """Queue what was read: citations, and documents nobody has registered yet."""

    async def find(self, key: str) -> tuple[Row, Sequence[Relation]] | None:
        """Return a document with every relation it stands in."""

    async def search(
        self, key: str, words: str, ended: bool | None, on: date, after: str, limit: int
    ) -> Sequence[Row]:
        """Return documents in the order of their keys, with how many procedures cite them."""

    async def relations(self) -> Sequence[Relation]:
        """Return every relation there is."""

    def save(self, row: Row, seen: int) -> None:
        """Queue a document as the version after the one seen (0: new); `Stale` when that moved."""

    def file(self, rows: Sequence[Row], at: datetime) -> None:
        """Queue the shipped register; what an editor wrote stands, what is the same is not touched."""

    def relate(self, relation: Relation, provisions: str, by: str, at: datetime) -> None:
        """Queue a relation; one that exists makes the commit `Stale`."""

    def unrelate(self, relation: Relation) -> None:
        """Queue a relation's removal; an unknown one makes the commit `Stale`."""

    async def flags(self, on: date, code: str, key: str) -> Sequence[Row]:
        """Return procedures, public on the day or in draft, that cite what has ended by then."""

    async def dirt(self) -> Row:
        """Return counts and samples: lines without a number, documents in doubt, several spellings."""

    async def untold(self, on: date) -> Sequence[Row]:
        """Return documents that became a flag no task stands for yet, with how many procedures."""

    def sync_tasks(self, on: date, at: datetime) -> None:
        """Queue a task for each flag without one, and close those whose flag has gone."""

    async def task(self, task_id: UUID) -> Row | None:
        """Return a task."""

    async def tasks(self, state: str, owner: str, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return tasks in the order of their ids."""

    def save_task(self, row: Row, seen: int) -> None:
        """Queue a changed task; `Stale` when it moved."""


class Reviews(Protocol):
    """Reviews of procedures."""

    def add(self, row: Row) -> None:
        """Queue a new review."""

    def save(self, row: Row, seen: int) -> None:
        """Queue a changed review; `Stale` when it moved."""

    async def find(self, review_id: UUID) -> Row | None:
        """Return a review."""

    async def listed(self, state: str, code: str, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return reviews, newest first."""

    async def figures(self, first: date, last: date) -> Row:
        """Return how many were proposed, accepted, rejected, done in a period, and what was saved."""

    async def is_known(self, code: str, agency: str, on: date) -> bool:
        """Say whether a procedure is public on a day under this publishing agency."""


class NationalEntries(Protocol):
    """Published decisions that must be entered in the national database."""

    async def missing(self) -> Sequence[Row]:
        """Return published decisions without an entry."""

    def add(self, row: Row) -> None:
        """Queue a new entry; one that exists makes the commit `Stale`."""

    def set_due(self, days: Mapping[UUID, date]) -> None:
        """Queue due days of entries that had none, for want of a calendar."""

    def complete(self, row: Row, seen: int) -> None:
        """Queue the completion; `Stale` when it moved."""

    async def find(self, entry_id: UUID) -> Row | None:
        """Return an entry."""

    async def is_known(self, agency: str, number: str) -> bool:
        """Say whether a decision has an entry."""

    async def listed(self, is_open: bool | None, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return entries, the latest first."""


class Postings(Protocol):
    """What hangs at offices."""

    async def of_point(self, point: str, on: date) -> tuple[Row, Sequence[Row]] | None:
        """Return a point and each procedure offered there with its version, and what was found last."""

    def add(self, row: Row) -> None:
        """Queue a check."""

    async def outdated(self, on: date) -> Sequence[Row]:
        """Return checks found with an older version than the public one: point, code, both versions."""
