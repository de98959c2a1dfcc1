"""What happened, as notices are written from it: the facts, whom they concern, the audiences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.notify.domain.messages import Channel


class Audience(StrEnum):
    """Whom a notice is for."""

    APPLICANT = "APPLICANT"
    STEP = "STEP"
    """Those who work the dossier's present step."""
    ONE_STOP = "ONE_STOP"
    """Those who receive and return at the receiving agency."""
    READER = "READER"
    """Somebody who follows a procedure by mail, about no dossier: only the address given."""
    DESKS = "DESKS"
    """Every desk and every officer the event names."""


class Category(StrEnum):
    """Whether people may refuse a notice."""

    STATUTORY = "STATUTORY"
    SURVEY = "SURVEY"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a template says about itself; `channels` are tried in this order, in-app comes always."""

    template: str
    version: int
    events: Sequence[str]
    audience: Audience
    category: Category
    channels: Sequence[Channel]


@dataclass(frozen=True, slots=True)
class Desk:
    """A unit's officers of one role; an empty unit or role means any."""

    agency: str
    unit: str = ""
    role: str = ""

    @property
    def key(self) -> str:
        """The recipient key of these officers' shared inbox."""
        return f"desk:{self.agency}/{self.unit}/{self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event that people may have to be told about."""

    event_id: UUID
    type: str
    occurred_at: datetime
    dossier_id: UUID | None
    contact: str | None
    """Sealed by the publisher for the purpose `contact`."""
    subjects: Sequence[str]
    """Accounts of submitter and owner, as far as they have one."""
    step: Desk | None
    one_stop: Desk | None
    agencies: Sequence[str]
    facts: Mapping[str, Any]
    desks: Sequence[Desk] = ()
    """Desks the event itself names."""
    people: Sequence[str] = ()
    """Officers the event itself names, by account."""
    not_told: Sequence[Audience] = ()
    """Audiences somebody else's notice is for: the applicant of a child hears of the one submission."""
    sealed_facts: Mapping[str, str]
    """Facts that only the recipient may read; sealed for the purpose `contact` too."""


def person_key(subject: str) -> str:
    """Return the recipient key of a signed-in person's or officer's own inbox."""
    return f"person:{subject}"


def desk_keys(agency: str, unit: str, roles: Sequence[str]) -> list[str]:
    """Return the shared inboxes an officer reads: those of own agency that name no other unit or role."""
    if not agency:
        return []
    return [Desk(agency, in_unit, role).key for in_unit in {unit, ""} for role in {*roles, ""}]
