"""Who is called next: people with a right to go first do, and nobody waits for ever behind them.

The rule, in one sentence: in each counter group the oldest preferred ticket goes before the oldest normal
one, but after `preferred_run` preferred calls in a row during which a normal ticket waited the normal one is
called; a counter of several groups takes, of the groups' next tickets, the one whose turn came first.

An appointment counts as preferred from its slot's beginning (`due_at`); one who came early is called before
that only when nobody else waits. So a normal ticket with k normal ones before it in its group is called among
the next (k + 1) * (preferred_run + 1) of that group, however many preferred ones come after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits; `due_at` is since when its turn counts."""

    ticket_id: UUID
    group: str
    number: int
    is_preferred: bool
    due_at: datetime

    @property
    def order(self) -> tuple[datetime, int, str]:
        """First come, first served; of two of one moment the smaller number."""
        return self.due_at, self.number, str(self.ticket_id)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ticket to call, and how many preferred ones will then have been called in a row."""

    ticket: Waiting
    run: int


def choose(
    waiting: Iterable[Waiting], runs: Mapping[str, int], *, preferred_run: int, now: datetime
) -> Chosen | None:
    """Return whom to call; None when nobody waits. `runs` counts by group the preferred calls in a row."""
    tickets = list(waiting)
    due = [ticket for ticket in tickets if ticket.due_at <= now] or tickets
    heads = [
        _head([ticket for ticket in due if ticket.group == group], runs.get(group, 0), preferred_run)
        for group in sorted({ticket.group for ticket in due})
    ]
    return min(heads, key=lambda chosen: (*chosen.ticket.order, chosen.ticket.group), default=None)


def _head(tickets: Sequence[Waiting], run: int, preferred_run: int) -> Chosen:
    preferred = min((one for one in tickets if one.is_preferred), key=lambda one: one.order, default=None)
    normal = min((one for one in tickets if not one.is_preferred), key=lambda one: one.order, default=None)
    if preferred is None:
        return Chosen(_there(normal), 0)
    if normal is None:
        # Nobody is kept waiting by this call, so it does not count.
        return Chosen(preferred, run)
    return Chosen(normal, 0) if run >= preferred_run else Chosen(preferred, run + 1)


def _there(ticket: Waiting | None) -> Waiting:
    if ticket is None:
        raise ValueError("a group without tickets has no head")
    return ticket


def line(waiting: Iterable[Waiting], run: int, *, preferred_run: int, now: datetime) -> list[Waiting]:
    """Return one group's tickets in the order they will be called if nobody else comes."""
    left, order = list(waiting), []
    while left:
        chosen = choose(left, {left[0].group: run}, preferred_run=preferred_run, now=now)
        if chosen is None:
            break
        order.append(chosen.ticket)
        left.remove(chosen.ticket)
        run = chosen.run
    return order
