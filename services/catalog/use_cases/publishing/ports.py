"""What drafts, decisions and the library of reasons need of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.catalog.domain.items import ItemKind, Known
from services.catalog.domain.parts import Publication
from services.catalog.domain.publishing.decisions import Decision
from services.catalog.domain.publishing.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardReason:
    """A reason officers choose instead of typing into an empty box; no sectors: it fits all."""

    code: str
    kind: str
    text: str
    hint: str | None = None
    sectors: Sequence[str] = ()
    is_active: bool = True
    version: int = 1


class Publishing(Protocol):
    """Drafts, decisions, reasons and what is published."""

    async def known(self, codes: Sequence[str]) -> Mapping[tuple[ItemKind, str], Known]:
        """Return everything held, of these procedures every part with its data."""

    async def calendar_years(self, code: str) -> Sequence[Mapping[str, Any]]:
        """Return the loaded years of a calendar."""

    async def draft(self, draft_id: UUID) -> Draft | None:
        """Return a draft."""

    async def drafts(self, ids: Sequence[UUID]) -> Mapping[UUID, Draft]:
        """Return drafts by id; those that are not there are missing."""

    async def open_draft(self, code: str, agency: str, part: str) -> UUID | None:
        """Return the draft that is being written on this part, if any."""

    async def draft_page(
        self, *, state: str, code: str, after: UUID | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return drafts without their data, newest first."""

    def add_draft(self, draft: Draft) -> None:
        """Queue a new draft."""

    def keep_drafts(self, drafts: Sequence[Draft]) -> None:
        """Queue changed drafts, each one version further; anybody faster makes the commit `Stale`."""

    async def decision(self, decision_id: UUID) -> Decision | None:
        """Return a decision."""

    async def number_used(self, agency: str, number: str) -> UUID | None:
        """Return the decision that has this number already."""

    async def decision_page(self, *, state: str, after: UUID | None, limit: int) -> Sequence[Decision]:
        """Return decisions, newest first."""

    def add_decision(self, decision: Decision, now: datetime) -> None:
        """Queue a new decision."""

    def keep_decision(self, decision: Decision) -> None:
        """Queue a changed decision, one version further."""

    def save(self, publication: Publication) -> None:
        """Queue everything a publication writes."""

    async def reasons(self, kind: str, sector: str) -> Sequence[StandardReason]:
        """Return the library's reasons of a kind (empty: all) that fit a sector (empty: any)."""

    async def reason(self, code: str) -> StandardReason | None:
        """Return one reason."""

    def keep_reason(self, reason: StandardReason, *, by: str, now: datetime) -> None:
        """Queue a reason: version 1 is new, else one version further."""

    async def versions(self, code: str, agency: str) -> Sequence[Mapping[str, Any]]:
        """Return the days of every version that kept a day, oldest first, without their records."""

    async def version(self, code: str, version: int) -> Mapping[str, Any] | None:
        """Return one version's record with its days."""

    async def offerings(self, code: str, agency: str, on: date | None) -> Sequence[Mapping[str, Any]]:
        """Return who performs it when: {agency, code, valid_from, valid_to}, adjoining days joined."""

    async def in_force(self, day: date) -> Sequence[Mapping[str, Any]]:
        """Return the records worked here and in force on a day, as far as figures need them."""
