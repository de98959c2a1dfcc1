"""Commands that count due moments again after a calendar changed, and what each moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dossier.domain.keepers import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCommand:
    """A logged command: ASKED (the preview is being made), PREVIEWED, APPROVED (being applied), DONE.

    `agency` empty: every agency of the calendar. `reached` is the last dossier looked at.
    """

    id: UUID
    version: int
    calendar: str
    agency: str
    reason: str
    legal_basis: str
    state: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    reached: UUID
    approved_by: str = ""
    approved_by_name: str = ""
    approved_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMove:
    """One dossier's due moment before and after, and what came of it; before acceptance that of the reply.

    `outcome` is WAITING, MOVED, BOUND, UNCHANGED or NOT_COUNTED.
    BOUND: its moment stays, or is counted when its clock runs again, by the calendar as it is now.
    NOT_COUNTED: its moment would fall into a year nobody has decided; what was promised stands.
    """

    dossier_id: UUID
    dossier_code: str
    previous_due_at: datetime
    due_at: datetime
    outcome: str = "WAITING"


class DueCommands(Protocol):
    """All commands."""

    def add(self, command: DueCommand) -> None:
        """Keep a new command."""

    def save(self, command: DueCommand) -> None:
        """Keep a changed one; `Stale` at the commit when somebody was faster."""

    async def find(self, command_id: UUID) -> DueCommand | None:
        """Return a command."""

    async def in_state(self, state: str) -> list[DueCommand]:
        """Return the commands of a state, oldest first."""

    async def running(
        self, calendar: str, reaches: Sequence[Reach] | None, after: UUID, limit: int
    ) -> list[UUID]:
        """Return dossiers in which something waits that a calendar counts for, by their ids; None: all."""

    def add_moves(self, command_id: UUID, moves: Sequence[DueMove]) -> None:
        """Keep what would move."""

    async def moves(self, command_id: UUID, outcome: str, after: UUID, limit: int) -> list[DueMove]:
        """Return moves (all, or of an outcome), in order of the dossiers' ids."""

    async def counts(self, command_id: UUID) -> dict[str, int]:
        """Return how many moves there are of each outcome."""

    def settle(self, command_id: UUID, dossier_id: UUID, outcome: str, at: datetime) -> None:
        """Keep what became of a move; `Stale` at the commit when it was settled before."""
