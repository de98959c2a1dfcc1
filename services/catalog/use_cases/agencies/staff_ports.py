"""What the use cases about staff need of the store."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.agencies.changes import Record
from services.catalog.domain.agencies.mandates import Absence, Delegation


class Directory(Protocol):
    """The staff directory, with who acts for whom and who is away."""

    async def members(
        self, subjects: Sequence[str]
    ) -> tuple[Mapping[str, tuple[int, Record]], Sequence[Delegation], Sequence[Absence]]:
        """Return members of staff with the delegations and absences that name any of them."""

    async def delegation(self, entry: UUID) -> Delegation | None:
        """Return one delegation."""

    async def absence(self, entry: UUID) -> Absence | None:
        """Return one absence."""

    def add_delegation(self, delegation: Delegation, by: str) -> None:
        """Queue a delegation."""

    def end_delegation(self, entry: UUID, last_day: date) -> None:
        """Queue its last day; a day before its first: it never held."""

    def add_absence(self, absence: Absence, by: str) -> None:
        """Queue an absence."""

    def end_absence(self, entry: UUID, last_day: date) -> None:
        """Queue its last day likewise."""

    async def of_agency(self, agency: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the members of an agency, those seconded to its points last."""

    def second(
        self,
        entry: UUID,
        *,
        subject: str,
        point: str,
        first: date,
        last: date | None,
        decision: Mapping[str, str],
        by: str,
    ) -> None:
        """Queue that somebody sits at a one-stop point; the database refuses two on one day."""
