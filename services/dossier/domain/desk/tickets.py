"""A queue ticket: what may happen to it, and what is measured of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.dossier.domain.desk.errors import CalledTooFewTimes, NotYourTicket, TicketMoved
from services.dossier.domain.desk.rules import NORMAL
from services.dossier.domain.desk.sessions import CounterSession


class TicketState(StrEnum):
    """Where a ticket is; to be moved to another group is an outcome of a part, then it waits again."""

    WAITING = "WAITING"
    CALLED = "CALLED"
    SKIPPED = "SKIPPED"
    SERVING = "SERVING"
    DONE = "DONE"
    NO_SHOW = "NO_SHOW"
    LAPSED = "LAPSED"
    """Still open when its day was over."""


_FROM: dict[str, frozenset[TicketState]] = {
    "call": frozenset({TicketState.WAITING}),
    "recall": frozenset({TicketState.CALLED, TicketState.SKIPPED}),
    "skip": frozenset({TicketState.CALLED}),
    "serve": frozenset({TicketState.CALLED}),
    "finish": frozenset({TicketState.SERVING}),
    "no_show": frozenset({TicketState.CALLED, TicketState.SKIPPED}),
    "give_back": frozenset({TicketState.CALLED, TicketState.SERVING}),
    "transfer": frozenset({TicketState.CALLED, TicketState.SERVING}),
    "lapse": frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.SKIPPED, TicketState.SERVING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A measured stretch in one group: waited until first called there, served until it ended (seconds)."""

    number: int
    group: str
    counter: str
    officer: str
    waited_seconds: int
    served_seconds: int
    outcome: str
    ended_at: datetime


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One person's turn on one day. `label` is what they hold; it stays when they are sent elsewhere."""

    id: UUID
    version: int
    point: str
    group: str
    day: date
    issued_group: str
    number: int
    label: str
    priority: str
    channel: str
    state: TicketState
    taken_at: datetime
    due_at: datetime
    part_number: int
    part_since: datetime
    counter: str = ""
    counter_name: str = ""
    session_id: UUID | None = None
    called_at: datetime | None = None
    last_called_at: datetime | None = None
    calls: int = 0
    served_at: datetime | None = None
    ended_at: datetime | None = None
    dossier_id: UUID | None = None
    appointment_id: UUID | None = None

    @property
    def is_preferred(self) -> bool:
        """Tell whether the ticket goes first: by law, or by an appointment kept."""
        return self.priority != NORMAL or self.appointment_id is not None

    def can(self, move: str) -> bool:
        """Tell whether the state allows a move."""
        return self.state in _FROM[move]

    def call(self, session: CounterSession, at: datetime) -> None:
        """Call to a counter for the first time in this group."""
        self._move("call", TicketState.CALLED)
        self._at(session, at)
        self.called_at, self.calls = at, 1

    def recall(self, session: CounterSession, at: datetime) -> None:
        """Call again; one who was passed over may be called by any counter of the group."""
        if self.state is TicketState.SKIPPED and self.group not in session.groups:
            raise NotYourTicket
        if self.state is TicketState.CALLED:
            self.require_at(session)
        self._move("recall", TicketState.CALLED)
        self._at(session, at)
        self.calls += 1

    def skip(self, session: CounterSession) -> None:
        """Pass over who is not there; they may still be called again."""
        self.require_at(session)
        self._move("skip", TicketState.SKIPPED)
        self.session_id = None

    def serve(self, session: CounterSession, at: datetime) -> None:
        """Begin: the person is at the counter."""
        self.require_at(session)
        self._move("serve", TicketState.SERVING)
        self.served_at = at

    def finish(self, session: CounterSession, at: datetime) -> Part:
        """End the service."""
        self.require_at(session)
        self._move("finish", TicketState.DONE)
        return self._end("DONE", session.officer, at)

    def miss(self, session: CounterSession, at: datetime, *, least_calls: int) -> Part:
        """Record that the person did not come, after calling often enough."""
        if self.state is TicketState.CALLED:
            self.require_at(session)
        if self.can("no_show") and self.calls < least_calls:
            raise CalledTooFewTimes
        self._move("no_show", TicketState.NO_SHOW)
        return self._end("NO_SHOW", session.officer, at)

    def transfer(self, session: CounterSession, group: str, at: datetime) -> Part:
        """Send to another group: the place in its line counts from when the ticket was due first."""
        self.require_at(session)
        self._move("transfer", TicketState.WAITING)
        part = self._part("TRANSFERRED", session.officer, at)
        self.group, self.part_number, self.part_since = group, self.part_number + 1, at
        self._at_none()
        return part

    def give_back(self) -> None:
        """Wait again at the same place: who called is gone. What was begun is begun anew."""
        self._move("give_back", TicketState.WAITING)
        self._at_none()

    def lapse(self, at: datetime) -> Part:
        """Close what was left open when its day was over."""
        self._move("lapse", TicketState.LAPSED)
        return self._end("LAPSED", "", at)

    def require_at(self, session: CounterSession) -> None:
        """Raise `NotYourTicket` unless this counter has it in hand."""
        if self.session_id != session.id and self.state in {TicketState.CALLED, TicketState.SERVING}:
            raise NotYourTicket

    def _move(self, move: str, target: TicketState) -> None:
        if not self.can(move):
            raise TicketMoved(extra={"state": self.state.value})
        self.state = target
        self.version += 1

    def _at(self, session: CounterSession, at: datetime) -> None:
        self.counter, self.counter_name, self.session_id = session.counter, session.counter_name, session.id
        self.last_called_at = at

    def _at_none(self) -> None:
        self.counter, self.counter_name, self.session_id = "", "", None
        self.called_at, self.last_called_at, self.served_at, self.calls = None, None, None, 0

    def _end(self, outcome: str, officer: str, at: datetime) -> Part:
        self.ended_at, self.session_id = at, None
        return self._part(outcome, officer, at)

    def _part(self, outcome: str, officer: str, at: datetime) -> Part:
        called, served = self.called_at or at, self.served_at
        return Part(
            number=self.part_number,
            group=self.group,
            counter=self.counter,
            officer=officer,
            waited_seconds=max(0, int((called - self.part_since).total_seconds())),
            served_seconds=int((at - served).total_seconds()) if served else 0,
            outcome=outcome,
            ended_at=at,
        )


def label_of(letter: str, number: int) -> str:
    """Return what is printed and called: A007."""
    return f"{letter}{number:03d}"
