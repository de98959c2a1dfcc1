"""What interlinked submissions need of the world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.event import Event
from services.dossier.domain.ends import Ends
from services.dossier.domain.interlinked.child import Told
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.results.register import Registered
from services.dossier.use_cases.ports.records import Attachment


class Interlinked(Protocol):
    """Submissions over several dossiers, and the catalogue's groups."""

    async def group(self, code: str) -> Mapping[str, Any] | None:
        """Return a group as the catalogue published it last."""

    def add(self, parent: Parent, group: Mapping[str, Any], event: Event, actor: str) -> None:
        """Queue a new submission with its children and its first entry of history."""

    def save(self, parent: Parent, event: Event, actor: str) -> None:
        """Queue a changed one and its entry of history; `Stale` at the commit when somebody was faster."""

    def mark(self, parent: Parent) -> None:
        """Queue that its children's news were looked at; nothing else changed."""

    def child_told(self, parent_id: UUID, procedure: str, told: Told) -> None:
        """Queue what a child's history, or the system that works it, says now, in the commit that says it.

        `Stale` at the commit when something as new was told meanwhile.
        """

    async def hold(self, parent_id: UUID) -> Parent:
        """Return a submission nobody else goes on with until the unit ends; raise `NotFound`."""

    async def load(self, parent_id: UUID) -> Parent:
        """Return a submission with its children; raise `NotFound`, `RowChanged` for one changed by hand."""

    async def unproven(self) -> list[tuple[UUID, str]]:
        """Return the members that told what their own dossiers do not say, each with its submission."""

    async def to_advance(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return submissions but for some whose children have news, or whose look-at moment has come."""

    async def is_taken(self, source: str, outside_code: str, parent_id: UUID, procedure: str) -> bool:
        """Tell whether another member has this outside code."""

    async def results(self, dossier_ids: Sequence[UUID]) -> list[tuple[Registered, list[Attachment]]]:
        """Return the results in force of these dossiers, with their files; a corrected one's as its own."""

    async def to_realign(self, ends: Ends, *, past: Collection[UUID], limit: int) -> list[UUID]:
        """Return submissions, but for some, in which another than who keeps a place now answers for it."""

    async def to_continue(
        self, ends: Ends, *, past: Collection[UUID], limit: int
    ) -> list[tuple[UUID, list[str]]]:
        """Return submissions, ended ones too and but for some, and the ended agencies with a part in them."""

    async def hold_as_last(self, dossier_id: UUID) -> Parent | None:
        """Return the submission all of whose other dossiers are destroyed, held; None for any other."""

    async def entries(self, parent_id: UUID) -> dict[int, dict[str, Any]]:
        """Return what each entry of a submission's history says, by version."""

    def destroy(self, parent: Parent, event: Event, remains: Mapping[int, Mapping[str, Any]]) -> None:
        """Queue what remains of a destroyed one; the database lets only an approved list do this."""

    async def listed(
        self,
        *,
        subjects: Sequence[str],
        index: bytes | None,
        agency: str,
        today: date,
        before: UUID,
        limit: int,
    ) -> list[Parent]:
        """Return a party's submissions, or those an agency has a part in, newest first.

        One handed in for somebody else is its submitter's only while their authority holds today.
        """

    async def history(self, parent_id: UUID) -> list[dict[str, Any]]:
        """Return what happened to a submission, oldest first."""
