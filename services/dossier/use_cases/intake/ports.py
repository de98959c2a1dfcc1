"""What the ways in need of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.intake.evidence import Evidence


class EvidenceBook(Protocol):
    """Evidence: added, never changed."""

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


class WaysIn(Protocol):
    """The stores of the ways in."""

    evidence: EvidenceBook
    visits: Visits
    persons: Persons
