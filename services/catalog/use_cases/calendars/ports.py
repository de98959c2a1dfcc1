"""What the use cases of working calendars need of the world."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.calendars.decisions import CalendarDecision, CalendarDecisionState


@dataclass(frozen=True, slots=True)
class ProposedYear:
    """A forecast of a year's days, who makes it, and what is left to decide."""

    source: str
    days: Sequence[Mapping[str, Any]]
    notes: Sequence[str]


ProposeYear = Callable[[int], ProposedYear]
"""Makes the forecast of a year."""


@dataclass(frozen=True, slots=True)
class HeldYear:
    """One year of one calendar as it applies, and its version; version 0: nothing held."""

    data: Mapping[str, Any] | None
    version: int = 0


class Calendars(Protocol):
    """Years of calendars with their versions, and the decisions that change them."""

    async def held(self, keys: Sequence[str]) -> Mapping[str, HeldYear]:
        """Return years by `code:year`, nothing held included."""

    async def decision(self, decision_id: UUID) -> tuple[CalendarDecision, Mapping[str, HeldYear]] | None:
        """Return a decision with the years it is about, by calendar code."""

    async def decisions(
        self, state: CalendarDecisionState | None, after: UUID | None, limit: int
    ) -> Sequence[CalendarDecision]:
        """Return decisions, newest first, those after one."""

    def add(self, decision: CalendarDecision) -> None:
        """Queue a new draft."""

    def save(self, decision: CalendarDecision) -> None:
        """Queue a changed decision as the version after the one it carries; `Stale` when that moved."""

    def put(self, years: Sequence[tuple[str, int, Mapping[str, Any], str]], at: datetime) -> None:
        """Queue years: `code:year`, version, data, digest of a restated base or empty; `Stale` when moved."""

    async def versions(self, key: str) -> Sequence[Mapping[str, Any]]:
        """Return every version of a year: version, created_at, source, its last decision; newest first."""

    async def numbered(self, key: str, numbers: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return versions of a year by number."""

    async def overview(self, today: date) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, int]]:
        """Return {code, year, status_of_source} of this and next year, and the agencies each code has."""

    async def same_day(self, codes: Sequence[str], today: date) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return by calendar what is done within a day: {code, name, process, critical_hours, times}."""

    async def of_agency(self, agency: str, year: int) -> Mapping[str, Any] | None:
        """Return the year an agency works by; None when the agency or its calendar is unknown."""


class Reminders(Protocol):
    """What editors have been told once."""

    async def raised(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys that have been raised."""

    async def desks(self, role: str) -> Sequence[str]:
        """Return the agencies that have staff of this role."""

    def add(self, key: str, kind: str, data: Mapping[str, Any], at: datetime) -> None:
        """Queue a reminder; one raised meanwhile makes the commit `Stale`."""

    async def latest(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return reminders, newest first."""
