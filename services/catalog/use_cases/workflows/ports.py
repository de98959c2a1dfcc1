"""What the use cases of processes and groups need of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.items import ItemKind
from services.catalog.domain.workflows.drafts import Draft, WorkflowDraftState


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What stands of a code: the version in force (0: none), the last first day, and what is on its way."""

    version: int = 0
    data: Mapping[str, Any] | None = None
    latest: date | None = None
    has_open_draft: bool = False
    has_approved: bool = False


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where a process is used: procedures that name it, and agencies with their staff and office hours."""

    procedures: Sequence[Mapping[str, Any]]
    agencies: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class MemberGrounds:
    """Procedures of a group by code as they are on a day, and the agencies then at work."""

    procedures: Mapping[str, Mapping[str, Any]]
    agencies: Mapping[str, Mapping[str, Any]]


class Workflows(Protocol):
    """Drafts, versions in time, and what they are judged by."""

    async def held(self, kind: ItemKind, codes: Sequence[str]) -> Mapping[str, Held]:
        """Return what stands of each code, nothing held included."""

    async def draft(self, kind: ItemKind, draft_id: UUID) -> tuple[Draft, Held] | None:
        """Return a draft with what stands of its code; its own being open is not told."""

    async def drafts(
        self, kind: ItemKind, state: WorkflowDraftState | None, after: UUID | None, limit: int
    ) -> Sequence[Draft]:
        """Return drafts, newest first, those after one."""

    def add(self, draft: Draft) -> None:
        """Queue a new draft; another open one of the code makes the commit `Stale`."""

    def save(self, draft: Draft) -> None:
        """Queue a changed draft as the version after the one it carries; `Stale` when that moved."""

    def put_in_force(self, draft: Draft, version: int, data: Mapping[str, Any]) -> None:
        """Queue a version and make it the one in force; `Stale` when another came between."""

    async def due(self, today: date) -> tuple[Draft, int] | None:
        """Return the approved draft whose day has come first, with the version in force of its code."""

    async def version(
        self, kind: ItemKind, codes: Sequence[str], on: date, today: date
    ) -> Mapping[str, Any] | None:
        """Return what applies on a day of the first code that has it, approved versions to come included."""

    async def versions(self, kind: ItemKind, code: str) -> Sequence[Mapping[str, Any]]:
        """Return every version with its days and decision, newest first; approved ones to come lead."""

    async def numbered(
        self, kind: ItemKind, code: str, numbers: Sequence[int]
    ) -> Mapping[int, Mapping[str, Any]]:
        """Return versions by number."""

    async def grounds(self, process: str, day: date) -> Grounds:
        """Return where a process is used from a day on."""

    async def members(self, procedures: Sequence[str], day: date) -> MemberGrounds:
        """Return procedures as they are on a day."""

    async def calendars(self, agencies: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the loaded years of each agency's calendar; '' has the province's default."""
