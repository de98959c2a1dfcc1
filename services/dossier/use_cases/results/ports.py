"""What the register of results needs of the world."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dossier.domain.results.register import Numbering, Registered
from services.dossier.use_cases.ports.records import Attachment


@dataclass(frozen=True, slots=True)
class Superseded:
    """The entry that took its force, and the one that took its place."""

    result_id: UUID
    replaced_by: UUID


class Results(Protocol):
    """Registered results; the rows are queued with the change that makes them."""

    def add(self, entry: Registered) -> None:
        """Queue an entry."""

    async def recall(self, dossier_id: UUID, *, reason: str, at: datetime) -> None:
        """Queue that the result of a dossier was taken back before it was returned."""

    async def supersede(self, wrong: UUID, right: UUID, *, reason: str, at: datetime) -> Superseded | None:
        """Queue that the result of one dossier takes the place of another's; None where either has none."""

    def revoke(self, entry: Registered, *, reason: str, legal_basis: str, by: str, at: datetime) -> None:
        """Queue the end of an entry; `Stale` when somebody was there before."""

    async def named(self, result_ids: Sequence[UUID]) -> Sequence[Registered]:
        """Return those of the entries that are there."""

    def use(self, entry: Registered, dossier_id: UUID, component_code: str, at: datetime) -> None:
        """Queue that this version of an entry stands for a component of a dossier."""

    async def used_by(self, dossier_id: UUID) -> Sequence[tuple[str, int, Registered]]:
        """Return the entries a dossier uses, with component and version, as the entries are now."""

    async def find(self, result_id: UUID) -> Registered | None:
        """Return an entry."""

    async def of_holder(
        self, subjects: Sequence[str], index: bytes | None, *, before: UUID, limit: int
    ) -> Sequence[Registered]:
        """Return somebody's entries, newest first."""

    async def at_issue(
        self, given: Numbering, attachment_ids: Sequence[UUID], uploaders: Collection[str], *, limit: int
    ) -> tuple[dict[UUID, Attachment], Sequence[Registered]]:
        """Return the files free for these accounts, and what other dossiers have of number, agency and year.

        One reading, because both are asked of every result that is issued; entries newest first.
        """

    async def numbered(self, number: str, limit: int) -> Sequence[Registered]:
        """Return entries of a number, newest first."""
