"""What petitions' use cases need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.survey.domain.petitions.indices import DossierCounts, Ended, Recorded
from services.survey.domain.petitions.petition import Office, Petition, PetitionStage
from services.survey.use_cases.ports import Seals
from worktime.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to a petition; no words of it."""

    action: str
    by: str
    at: datetime
    agency: str | None = None
    """Where the petition is after it; None of acts from before this was kept."""
    due_at: datetime | None = None
    """By when it was to be done, where a term is set for it."""
    next_due_at: datetime | None = None
    is_late: bool | None = None
    is_satisfied: bool | None = None

    @classmethod
    def of(cls, action: str, by: str, at: datetime, after: Petition, before: Petition | None = None) -> "Act":
        """Return an act with what it is held against, as it stood at that moment: indices are made of it."""
        return cls(
            action=action,
            by=by,
            at=at,
            agency=after.office.code,
            due_at=before.due_for(action) if before else None,
            next_due_at=after.due_at,
            is_late=before.is_late_for(action, at) if before else False,
            is_satisfied=after.is_satisfied if action == "RATED" else None,
        )


class Petitions(Protocol):
    """All petitions."""

    async def find(self, petition_id: UUID) -> Petition | None:
        """Return one."""

    async def by_reference(self, reference: str) -> Petition | None:
        """Return the one of a reference."""

    async def by_portal(self, portal_id: str) -> Petition | None:
        """Return the one of the portal's number."""

    async def sent_since(self, sender: bytes, since: datetime) -> int:
        """Return how many this sender sent since then; counts those being sent at this moment too."""

    def add(self, petition: Petition, act: Act) -> None:
        """Keep a new petition; `Stale` at the commit when the portal's number came meanwhile."""

    def save(self, petition: Petition, act: Act) -> None:
        """Keep its next version; `Stale` at the commit when somebody else made it."""

    def show(self, petition: Petition) -> None:
        """Keep what stands beside its words, in the same version; nothing where somebody made the next."""

    async def of_sender(self, subjects: Sequence[str], after: UUID | None, limit: int) -> list[Petition]:
        """Return an account's, newest first."""

    async def of_office(
        self,
        agencies: Sequence[str] | None,
        stages: Sequence[PetitionStage],
        after: tuple[datetime, UUID] | None,
        limit: int,
        *,
        source: str | None = None,
    ) -> list[Petition]:
        """Return these agencies', or everybody's, what is due first before all; without their words."""

    async def published(
        self,
        after: tuple[datetime, UUID] | None,
        limit: int,
        *,
        words: Sequence[str] = (),
        agency: str | None = None,
    ) -> list[Petition]:
        """Return what is published and holds all these words, newest first; without what was sent."""

    async def published_one(self, petition_id: UUID) -> Petition | None:
        """Return one that is published; without what was sent."""

    async def unpublished(
        self, agencies: Sequence[str] | None, after: UUID | None, limit: int
    ) -> list[Petition]:
        """Return answered ones nobody has published or keeps secret, what is due first before all."""

    async def recorded(self, begin: datetime, end: datetime) -> list[Recorded]:
        """Return all acts of petitions that arrived anywhere between two moments, each one's in order."""

    async def log_reading(self, petition_id: UUID, subject: str, at: datetime) -> None:
        """Keep that an officer read it, at once: a read commits nothing else."""

    async def acts(self, petition_id: UUID) -> list[Act]:
        """Return what was done to it, oldest first."""


class Offices(Protocol):
    """Agencies and their calendars, as the catalogue told them."""

    async def find(self, code: str, now: datetime) -> Office | None:
        """Return an agency there is now."""

    async def receiving(self, code: str, now: datetime) -> Office | None:
        """Return the agency that receives what is sent to this one: itself, or who goes on for it."""

    async def ended(self, now: datetime) -> Mapping[str, Ended]:
        """Return the agencies that ended, by code: their last day and who goes on."""

    async def kept_by(self, agency: str, now: datetime) -> list[str]:
        """Return an agency and those that ended whose petitions it goes on with, through every merger."""

    async def calendar(self, code: str) -> WorkCalendar | None:
        """Return the calendar of an agency; None while none is known."""


class EndedDossiers(Protocol):
    """Dossiers that ended, as far as an index needs them."""

    async def counts(self, *, agency: str | None, first: date, last: date) -> DossierCounts:
        """Return how many ended on these days, and how many of them were late, petitioned about, disliked."""

    async def spoilt(
        self, *, agency: str | None, first: date, last: date, overdue: bool, after: UUID | None, limit: int
    ) -> list[dict[str, object]]:
        """Return the dossiers behind a number: those late, or those in time somebody petitioned about."""


class PetitionWork(Records, Protocol):
    """One unit of work of petitions."""

    petitions: Petitions
    offices: Offices
    ended_dossiers: EndedDossiers
    seals: Seals
    most_petitions_a_day: int
