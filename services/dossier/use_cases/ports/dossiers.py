"""The store of dossiers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.history import Entry
from services.dossier.domain.situation import LinkedDossier
from services.dossier.use_cases.ports.records import Grounds, SubmittedComponent


class Dossiers(Protocol):
    """All dossiers, with their history and components."""

    async def load(self, dossier_id: UUID) -> tuple[Dossier, Grounds]:
        """Return a dossier and what it stands on; raise `NotFound`."""

    async def load_for_acceptance(
        self, dossier_id: UUID, today: date
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        """Return a dossier, its components and what is in force on a day; raise `NotFound`."""

    def add(self, dossier: Dossier, entry: Entry, components: Sequence[SubmittedComponent]) -> None:
        """Keep a new dossier; all or nothing with the rest of the unit."""

    def save(self, dossier: Dossier, entry: Entry) -> None:
        """Keep a changed dossier; `Stale` at the commit when somebody was faster."""

    async def entries(self, dossier_id: UUID) -> dict[int, dict[str, Any]]:
        """Return what each entry of a dossier's history says, by version."""

    def destroy(
        self, dossier: Dossier, entry: Entry, *, list_id: UUID, remains: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Keep what remains of a destroyed dossier: its emptied row, its reduced history, the last entry."""

    async def linked(self, dossier_ids: Sequence[UUID]) -> Sequence[LinkedDossier]:
        """Return those of the dossiers that are there, in the order given, as others hang on them."""

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        """Return a portal-born dossier and what it stands on; raise `NotFound`."""

    async def hold(self, portal_code: str) -> None:
        """Let nobody else create a dossier of this portal code until the unit ends."""

    async def next_number(self, agency: str, day: date) -> int:
        """Return the next number of an agency's day; given back when the unit does not commit."""
