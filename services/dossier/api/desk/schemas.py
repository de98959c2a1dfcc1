"""What the front desk is asked and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, Field, StrictBool, StrictInt, StringConstraints

from services.dossier.api.schemas.requests import Strict

PointCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
CodeInPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
CodeAsked = Annotated[str, Query(pattern=r"^([a-z0-9][a-z0-9-]{0,30})?$")]
ShortText = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=120)
]
Subject = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=120, pattern=r"^[!-~]+$")]
PriorityCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z_]{1,30}$")]


class GroupIn(Strict):
    """A counter group as its manager sets it up; no slots while `slot_capacity` is 0.

    `is_open` false: no more numbers and bookings for now, who booked is let in. With `slot_capacity` 0 too
    the group has ended: what was booked is called off and people are told.
    """

    name: ShortText
    letter: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]$")]
    is_open: StrictBool = True
    most_tickets: Annotated[StrictInt, Field(ge=1, le=999)] = 300
    expected_minutes: Annotated[StrictInt, Field(ge=1, le=240)] = 10
    slot_minutes: Annotated[StrictInt, Field(ge=5, le=240)] = 30
    slot_capacity: Annotated[StrictInt, Field(ge=0, le=100)] = 0
    booking_days: Annotated[StrictInt, Field(ge=1, le=60)] = 14


class GroupOut(GroupIn):
    """A counter group as it is kept."""

    code: str
    version: int


class DeskCounterIn(Strict):
    """A counter and the groups it serves."""

    name: ShortText
    groups: Annotated[list[Code], Field(min_length=1, max_length=20)]


class DeskCounterOut(BaseModel):
    """A counter and who sits there now."""

    code: str
    version: int
    name: str
    groups: list[str]
    session_id: UUID | None = None
    officer_name: str | None = None
    opened_at: datetime | None = None
    break_since: datetime | None = None


class KioskSettingIn(Strict):
    """A kiosk, known by the name of its machine client at the door."""

    name: ShortText
    is_active: StrictBool = True


class RosterEntry(Strict):
    """Who sits where in a part of a day."""

    counter: Code
    part: Literal["MORNING", "AFTERNOON", "DAY"] = "DAY"
    officer: Subject
    officer_name: ShortText


class RosterIn(Strict):
    """A day's roster as a whole."""

    entries: Annotated[list[RosterEntry], Field(max_length=200)]


class RosterOut(BaseModel):
    """A day's roster; version 0: none was made."""

    day: date
    version: int
    entries: list[RosterEntry]


class QueueOut(BaseModel):
    """One group's queue now; `minutes` is what a normal ticket taken now would wait, null if unknown."""

    group: str
    name: str
    letter: str
    is_open: bool
    takes_appointments: bool
    waiting: int
    open_counters: int
    minutes: int | None


class PriorityOut(BaseModel):
    """A class of people who go first, and the text that says so."""

    code: str
    name: str
    source: str


class QueuesOut(BaseModel):
    """A point's queues."""

    point: str
    name: str
    items: list[QueueOut]
    priorities: list[PriorityOut]


class TicketIn(Strict):
    """A number is asked for."""

    group: Code
    priority: PriorityCode = "NORMAL"
    dossier_id: UUID | None = None


class TicketOut(BaseModel):
    """A ticket as officers see it."""

    ticket_id: UUID
    version: int
    point: str
    group: str
    label: str
    number: int
    day: date
    priority: str
    channel: str
    state: str
    counter: str
    counter_name: str
    taken_at: datetime
    called_at: datetime | None
    calls: int
    served_at: datetime | None
    ended_at: datetime | None
    dossier_id: UUID | None
    is_appointment: bool


class PlaceOut(BaseModel):
    """A ticket as whoever holds it sees it: the number, the place, how long still."""

    label: str
    group: str
    state: str
    counter_name: str
    before: int | None
    minutes: int | None


class SessionIn(Strict):
    """Where an officer sits down."""

    point: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    counter: Code


class BreakIn(Strict):
    """Why the counter rests."""

    reason: ShortText


class Nothing(Strict):
    """An empty body."""


class TransferIn(Strict):
    """Where the person goes."""

    group: Code


class SessionOut(BaseModel):
    """A session at a counter."""

    session_id: UUID
    version: int
    point: str
    counter: str
    groups: list[str]
    officer_name: str
    opened_at: datetime
    closed_at: datetime | None
    break_since: datetime | None
    breaks: list[dict[str, Any]]


class FigureOut(BaseModel):
    """One group's measured day; times are seconds of those served or sent on."""

    day: date
    group: str
    tickets: int
    served: int
    absent: int
    lapsed: int
    transferred: int
    by_priority: int
    mean_waited: int | None
    nine_of_ten_waited: int | None
    longest_waited: int | None
    mean_served: int | None


class KioskAnswerOut(BaseModel):
    """What a kiosk shows of a dossier: no person, no procedure, no paper."""

    dossier_code: str
    state: str
    state_name: str
    due_at: datetime | None
    is_result_ready: bool
