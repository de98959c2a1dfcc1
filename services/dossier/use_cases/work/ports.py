"""What sharing out work needs of the world."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.work.colleagues import Colleague
from services.dossier.domain.work.slip import SlipRow


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

    async def held_by_absent(self, today: date, limit: int) -> Sequence[tuple[UUID, str]]:
        """Return dossiers whose step's holder is on leave today and has somebody acting for them."""
