"""An appointment: booked for a slot, moved, cancelled, kept or missed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.desk.errors import AppointmentOver, NotItsTime
from services.dossier.domain.desk.rules import AppointmentRule


class AppointmentState(StrEnum):
    """Where an appointment is."""

    BOOKED = "BOOKED"
    CHECKED_IN = "CHECKED_IN"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"


@dataclass(slots=True, kw_only=True)
class Appointment:
    """One person's time at a counter group. `code` is what they show; it is hard to guess."""

    id: UUID
    version: int
    code: str
    point: str
    group: str
    slot_at: datetime
    state: AppointmentState
    subject: str
    contact_sealed: str
    priority: str
    dossier_id: UUID | None
    booked_at: datetime
    told_at: datetime | None = None
    ticket_id: UUID | None = None
    ended_at: datetime | None = None

    def belongs_to(self, caller: Caller) -> bool:
        """Tell whether the caller booked it, with whichever of their accounts."""
        return caller.kind is CallerKind.PERSON and self.subject in caller.subjects

    def move_to(self, group: str, slot_at: datetime, now: datetime) -> None:
        """Take another slot; what was told of the old one is told anew."""
        self._require_changeable(now)
        self.group, self.slot_at, self.told_at = group, slot_at, None
        self.version += 1

    def cancel(self, now: datetime) -> None:
        """Give the slot back, before it begins."""
        self._require_changeable(now)
        self.call_off(now)

    def call_off(self, now: datetime) -> None:
        """Give the slot back for the office: nobody is called there then."""
        if self.state is not AppointmentState.BOOKED:
            raise AppointmentOver(extra={"state": self.state.value})
        self.state, self.ended_at = AppointmentState.CANCELLED, now
        self.version += 1

    def check_in(self, ticket_id: UUID, rule: AppointmentRule, now: datetime) -> None:
        """Record that the person is here, around the slot's beginning."""
        if self.state is not AppointmentState.BOOKED:
            raise AppointmentOver(extra={"state": self.state.value})
        begins = self.slot_at - timedelta(minutes=rule.early_minutes)
        if not begins <= now <= self.slot_at + timedelta(minutes=rule.late_minutes):
            raise NotItsTime(extra={"slot_at": self.slot_at.isoformat()})
        self.state, self.ticket_id, self.ended_at = AppointmentState.CHECKED_IN, ticket_id, now
        self.version += 1

    def miss(self, now: datetime) -> None:
        """Nobody came."""
        if self.state is not AppointmentState.BOOKED:
            raise AppointmentOver(extra={"state": self.state.value})
        self.state, self.ended_at = AppointmentState.MISSED, now
        self.version += 1

    def tell(self, now: datetime) -> None:
        """Record that the person was told what comes near, once a slot."""
        self.told_at = now
        self.version += 1

    def _require_changeable(self, now: datetime) -> None:
        if self.state is not AppointmentState.BOOKED or now >= self.slot_at:
            raise AppointmentOver(extra={"state": self.state.value})
