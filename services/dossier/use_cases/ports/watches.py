"""What was told about deadlines, and which dossiers are to be looked at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Watches(Protocol):
    """The scheduler of deadlines: its own column of a dossier's row, and what was told."""

    async def due(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return dossiers to be looked at but for some, the longest waiting first."""

    async def told(self, dossier_id: UUID) -> set[tuple[str, datetime]]:
        """Return what was told about a dossier: kind and moment it was about."""

    def tell(self, dossier_id: UUID, told: Sequence[tuple[str, datetime]], at: datetime) -> None:
        """Keep that this was told; the same a second time changes nothing."""

    def put_off(self, dossier_id: UUID, version: int, until: datetime | None) -> None:
        """Look at it again then; `Stale` at the commit when somebody changed it meanwhile."""
