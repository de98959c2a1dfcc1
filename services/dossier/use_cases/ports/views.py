"""Reads of screens and of the portal's driver."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.keepers import Sight
from services.dossier.use_cases.ports.records import Detail


class Views(Protocol):
    """Reads: one statement a screen."""

    async def detail(self, dossier_id: UUID, reader: str = "") -> Detail:
        """Return a dossier with components, files, papers and the reader's entry; raise `NotFound`."""

    async def portal(self, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Detail]:
        """Return dossiers with their history up to a version (0: all), those that have it."""

    async def own(
        self, subjects: Sequence[str], owner_index: bytes | None, *, state: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers a citizen owns or submitted, newest first."""

    async def of_agency(
        self, agency: str, *, state: str, procedure: str, code: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers an agency takes part in, newest first."""

    async def supervised(
        self, sight: Sight | None, *, state: str, procedure: str, code: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers within a supervisor's sight, newest first; without one everybody's."""

    async def is_provincial(self, agency: str) -> bool:
        """Tell whether an agency is the province's committee or its service centre."""

    async def history(self, dossier_id: UUID) -> tuple[Dossier, list[dict[str, Any]]]:
        """Return a dossier and its history, oldest first; raise `NotFound`."""

    def note_deed(
        self, *, at: datetime, subject: str, kind: str, agency: str, what: str, object_id: UUID
    ) -> None:
        """Queue that somebody did something to what is no dossier, in the log that is chained."""

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
        person: bytes | None = None,
        shown: Sequence[UUID] = (),
    ) -> None:
        """Log a reading at once: of one dossier, of a person asked for by number, of what a page showed."""
