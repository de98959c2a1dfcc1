"""What the front desk needs of the world: one store a subject."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.desk.appointments import Appointment
from services.dossier.domain.desk.calling import Waiting
from services.dossier.domain.desk.points import Counter, Group, Point
from services.dossier.domain.desk.post import PostItem, PostList
from services.dossier.domain.desk.rules import DeskRules
from services.dossier.domain.desk.sessions import CounterSession
from services.dossier.domain.desk.tickets import Part, Ticket
from worktime.calendar import WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a display is told: numbers and counters, never a person."""

    point: str
    what: str
    label: str
    group: str
    counter: str
    counter_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group's queue now: enough to say how long somebody will wait."""

    group: Group
    run: int
    waiting: Sequence[Waiting]
    measured_seconds: Sequence[int]
    open_counters: Sequence[Sequence[str]]


class Points(Protocol):
    """Points as the catalogue told them, their groups, counters, kiosks and roster."""

    async def point(self, code: str) -> Point:
        """Return a point; raise `NotFound`."""

    async def group(self, point: str, code: str) -> tuple[Point, Group]:
        """Return a point and one of its groups; raise `NotFound`."""

    async def booked(self, after: datetime) -> Sequence[tuple[Point, Group, Sequence[datetime]]]:
        """Return the groups somebody booked after a moment, each with its slots; none of a changed point."""

    async def groups(self, point: str) -> Sequence[Group]:
        """Return a point's groups by code."""

    async def counters(self, point: str) -> Sequence[Mapping[str, Any]]:
        """Return a point's counters, each with who sits there."""

    async def counter(self, point: str, code: str) -> Counter:
        """Return a counter; raise `NotFound`."""

    def save_group(self, group: Group) -> None:
        """Keep a group: version 1 is new, another replaces the one before it."""

    def save_counter(self, counter: Counter) -> None:
        """Keep a counter likewise."""

    async def kiosk_point(self, subject: str) -> str:
        """Return where a kiosk stands, empty for none."""

    def save_kiosk(self, subject: str, point: str, name: str, *, is_active: bool) -> None:
        """Register a kiosk, move it or take it out of use."""

    async def roster(self, point: str, day: date) -> tuple[int, Sequence[Mapping[str, Any]]]:
        """Return the version of a day's roster (0: none) and who sits where."""

    def save_roster(
        self, point: str, day: date, version: int, entries: Sequence[Mapping[str, Any]], by: str
    ) -> None:
        """Keep a day's roster as this version."""

    async def calendar(self, code: str) -> WorkCalendar | None:
        """Return a working calendar, None where none is loaded."""


class Queues(Protocol):
    """Tickets and their lines."""

    async def next_number(self, point: str, group: str, day: date, most: int | None) -> int | None:
        """Return the group's next number of the day, held until the unit ends; None past `most`."""

    async def taken_by(self, kiosk: str, since: datetime) -> int:
        """Return how many tickets a kiosk gave since a moment."""

    def add(self, ticket: Ticket, *, by: str) -> None:
        """Keep a new ticket."""

    async def load(self, ticket_id: UUID) -> Ticket:
        """Return a ticket; raise `NotFound`."""

    async def in_hand_of(self, session_id: UUID) -> Ticket | None:
        """Return the ticket a counter has called or serves."""

    async def hold_lines(self, point: str, day: date, groups: Sequence[str]) -> Mapping[str, int]:
        """Let nobody else call from these groups until the unit ends; return the runs of preferred calls."""

    async def heads(self, point: str, day: date, groups: Sequence[str], now: datetime) -> Sequence[Waiting]:
        """Return of each group the first preferred and the first normal ticket, due and not yet due."""

    def save(self, ticket: Ticket, *, part: Part | None = None, shown: Shown | None = None) -> None:
        """Keep a changed ticket, what was measured and what displays are told; all in one commit."""

    def set_run(self, point: str, group: str, day: date, run: int) -> None:
        """Keep how many preferred tickets were called in a row."""

    async def ensure_line(self, point: str, group: str, day: date) -> None:
        """Begin a group's day where nobody has taken a ticket yet, and hold it."""

    async def lines(self, point: str, day: date, group: str = "") -> Sequence[Line]:
        """Return the queues of a point, or one of them."""

    async def listed(self, point: str, day: date, group: str, state: str, limit: int) -> Sequence[Any]:
        """Return tickets of a day in the order of their numbers."""

    async def look_up(self, code: str) -> Any | None:
        """Return where a dossier stands, by its legal code; no person in it."""

    async def left_open(self, before: date, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return tickets of past days that were never closed, but for some."""

    async def figures(self, point: str, first: date, last: date, group: str) -> Sequence[Any]:
        """Return measured waiting and service time by day and group."""


class Sessions(Protocol):
    """Who sits at which counter."""

    async def hold_counter(self, point: str, counter: str, officer: str) -> bool:
        """Let nobody else open this counter, nor this officer another; tell whether either is open."""

    def add(self, session: CounterSession) -> None:
        """Keep a new session."""

    async def load(self, session_id: UUID, *, hold: bool = False) -> CounterSession:
        """Return a session, held until the unit ends if asked; raise `NotFound`."""

    async def of_officer(self, officer: str) -> CounterSession | None:
        """Return the officer's open session."""

    async def in_hand(self, session_id: UUID) -> bool:
        """Tell whether the counter has a ticket called or being served."""

    def save(self, session: CounterSession) -> None:
        """Keep a changed session."""

    async def left_open(self, before: datetime, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return sessions opened before a moment and never closed, but for some."""


class DisplayClient(Protocol):
    """One display's place in the stream."""

    async def next(self, seconds: float) -> bytes | None:
        """Return the next piece of the stream, a heartbeat after so many seconds, None at its end."""


class DisplayBoard(Protocol):
    """Streams what is called to the displays of this process."""

    async def join(self, point: str, after: int | None, today: date) -> DisplayClient:
        """Begin a stream, after the event seen last; raise `TooManyWatchers` when there is no room."""

    def leave(self, client: DisplayClient) -> None:
        """End it."""


class Appointments(Protocol):
    """Appointments and the places of their slots."""

    async def hold_person(self, subjects: Sequence[str]) -> Sequence[Appointment]:
        """Let this person book nothing else until the unit ends; return what they hold."""

    async def take_place(self, point: str, group: str, slot_at: datetime, capacity: int) -> bool:
        """Take a place in a slot; False when there is none."""

    async def free_place(self, point: str, group: str, slot_at: datetime) -> None:
        """Give a place back."""

    async def swap_place(
        self, point: str, old: tuple[str, datetime], new: tuple[str, datetime], capacity: int
    ) -> bool:
        """Give one place back and take another; False when there is none."""

    async def taken(self, point: str, group: str, slots: Sequence[datetime]) -> Mapping[datetime, int]:
        """Return how many places are taken, by slot."""

    def add(self, appointment: Appointment) -> None:
        """Keep a new appointment."""

    def save(self, appointment: Appointment) -> None:
        """Keep a changed appointment."""

    async def load(self, appointment_id: UUID) -> Appointment:
        """Return an appointment; raise `NotFound`."""

    async def by_code(self, code: str) -> Appointment:
        """Return the appointment of a code; raise `NotFound`."""

    async def own(self, subjects: Sequence[str], before: UUID, limit: int) -> Sequence[Appointment]:
        """Return a person's appointments, newest first."""

    async def of_day(self, point: str, first: datetime, until: datetime) -> Sequence[Appointment]:
        """Return a point's appointments of a day."""

    async def before(self, moment: datetime, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return booked appointments whose slot began before a moment, but for some."""

    async def approaching(
        self, now: datetime, ahead: timedelta, limit: int, past: Collection[UUID]
    ) -> Sequence[UUID]:
        """Return what begins within this time, was booked before it and not told yet, but for some."""

    async def in_slots(
        self, slots: Sequence[tuple[str, str, datetime]], limit: int, past: Collection[UUID]
    ) -> Sequence[UUID]:
        """Return what is booked in one or more slots (point, group, moment), soonest first, but for some."""


class Post(Protocol):
    """Results on their way by post."""

    def add(self, made: PostList, items: Sequence[PostItem]) -> None:
        """Keep a new list; the commit is stale where one of its dossiers is under way already."""

    def save_list(self, found: PostList) -> None:
        """Keep a signed list."""

    def save_item(self, item: PostItem) -> None:
        """Keep a changed item."""

    async def load(self, list_id: UUID) -> tuple[PostList, list[PostItem]]:
        """Return a list and its items; raise `NotFound`."""

    async def lists(self, agencies: Sequence[str], before: UUID, limit: int) -> Sequence[PostList]:
        """Return these agencies' lists, newest first."""

    async def lists_of_post(self, operator: str, served: str, before: UUID, limit: int) -> Sequence[PostList]:
        """Return an operator's lists of an agency and those beneath it, newest first, without withdrawn."""

    async def operators(self, agency: str) -> Sequence[str]:
        """Return the operators whose agents serve an agency, as the staff directory has them."""

    async def item(self, item_id: UUID) -> PostItem:
        """Return an item; raise `NotFound`."""

    async def open_item(self, dossier_id: UUID) -> PostItem | None:
        """Return the item of a dossier that is on a list or with the post."""

    async def are_listed(self, dossier_ids: Sequence[UUID]) -> bool:
        """Tell whether any of these is on a list or under way."""

    async def next_number(self, agency: str, day: date) -> int:
        """Return the next list's number of an agency's day."""

    async def hold_tracking(self, operator: str, number: str) -> UUID | None:
        """Let nobody else use this number until the unit ends; return the item it names."""

    async def status_digest(self, operator: str, event_id: str) -> bytes | None:
        """Return the digest of a report kept before."""

    def keep_status(
        self,
        *,
        operator: str,
        event_id: str,
        item_id: UUID,
        status: str,
        at: datetime,
        digest: bytes,
        now: datetime,
    ) -> None:
        """Keep a report."""


class Desk(Protocol):
    """All of the front desk."""

    points: Points
    queues: Queues
    sessions: Sessions
    appointments: Appointments
    post: Post
    rules: DeskRules
    board: DisplayBoard
