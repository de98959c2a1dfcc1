"""What the use cases about agencies need of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.agencies.changes import ChangePlan, Held, Offering, Record


@dataclass(frozen=True, slots=True)
class RowWrite:
    """A row to write: version 0 is new; `data` is the whole record."""

    code: str
    seen: int
    data: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The version it gets."""
        return self.seen + 1


@dataclass(slots=True, kw_only=True)
class KeptChange:
    """A change of agencies as it is kept."""

    id: UUID
    kind: str
    number: str
    signed_on: date
    effective_on: date
    state: str
    summary: Mapping[str, Any]
    deferred: Mapping[str, Any]
    questions: Sequence[Mapping[str, Any]]
    made_by: str
    made_at: datetime
    applied_at: datetime | None = None
    withdrawal: Mapping[str, str] | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows with their versions, as a change applies to them."""

    agencies: Mapping[str, tuple[int, Record]] = field(default_factory=dict)
    staff: Mapping[str, tuple[int, Record]] = field(default_factory=dict)
    points: Mapping[str, tuple[int, Record]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """What stands under an agency that has ended and that one alone carries on; `kind`: its register."""

    kind: str
    code: str
    version: int
    data: Record
    under: str
    is_dissolved: bool


class Agencies(Protocol):
    """Agencies, what is decided about them, and what they are competent for."""

    async def agencies(self) -> Mapping[str, tuple[int, Record]]:
        """Return every agency with its version."""

    async def held(self, agencies: Mapping[str, Record], ended: Sequence[str], day: date) -> Held:
        """Return what hangs on agencies that end: staff, places, competence on the day before."""

    async def rows(self, agencies: Sequence[str], staff: Sequence[str], points: Sequence[str]) -> Rows:
        """Return rows as they are now."""

    def save_agencies(self, writes: Sequence[RowWrite]) -> None:
        """Queue agencies; another writer meanwhile makes the commit stale."""

    def save_staff(self, writes: Sequence[RowWrite]) -> None:
        """Queue members of staff likewise."""

    def save_points(self, writes: Sequence[RowWrite]) -> None:
        """Queue one-stop points likewise."""

    def remap(self, plan: ChangePlan, by: str) -> None:
        """Queue the competence that ends and begins."""

    def keep_change(self, change: KeptChange) -> None:
        """Queue a new change."""

    def mark_applied(self, change_id: UUID, at: datetime) -> None:
        """Queue that a pending change has taken effect."""

    def settle_change(self, change: KeptChange) -> None:
        """Queue a change's state, questions and withdrawal; `version` is the one seen."""

    def take_back(self, closed: Sequence[Record], opened: Sequence[Record]) -> None:
        """Queue that competence goes on as before a change, and what it would have opened does not begin."""

    async def resting_on(
        self, change_id: UUID, codes: Sequence[str], created: Sequence[str]
    ) -> Sequence[str]:
        """Return those of the codes that later changes name, and founded ones that anything else names."""

    async def coming(self, day: date) -> Mapping[str, Sequence[Record]]:
        """Return what pending changes until that day make of each agency, the earliest first."""

    async def strays(self, today: date) -> Sequence[Stray]:
        """Return what stands under agencies that ended before today and have one successor."""

    async def due_changes(self, today: date) -> Sequence[KeptChange]:
        """Return pending changes whose day has come, the earliest first."""

    async def changes(self, before: UUID | None, limit: int) -> Sequence[KeptChange]:
        """Return the register of changes, newest first."""

    async def change(self, change_id: UUID) -> KeptChange | None:
        """Return one change."""

    async def line(self, code: str) -> tuple[Mapping[str, tuple[int, Record]], Sequence[tuple[date, Record]]]:
        """Return an agency with all who carry on after it, and what is decided but not yet in effect."""

    async def listed(
        self, *, after: str, limit: int, on: date | None, level: str, parent: str
    ) -> Sequence[Mapping[str, Any]]:
        """Return agencies in the order of their codes."""

    async def offerings(self, agency: str, on: date | None) -> Sequence[Offering]:
        """Return what an agency is competent for."""

    def add_offering(self, offering: Offering, decision: Mapping[str, str], by: str) -> None:
        """Queue a competence."""

    def end_offering(self, offering: Offering, last_day: date) -> None:
        """Queue its end."""

    async def levels(self) -> Mapping[str, tuple[str, date, date | None]]:
        """Return the administrative levels with name and days."""
