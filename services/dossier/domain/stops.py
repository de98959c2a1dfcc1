"""The stretches in which a dossier's clock stands: which count, and whose time each was."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.dossier.domain.course import CONFIRMING, ON_ITS_WAY, Cause
from services.dossier.domain.supplements import Answered
from worktime.term import Stop


@dataclass(frozen=True, slots=True)
class ClockStop:
    """A stretch in which the clock stands, in which state, why and on what legal ground.

    `until` is when a suspension is expected to end; it promises nothing. One that the agency called by
    mistake stays on record and is not counted: it moves no due moment.
    """

    stopped_at: datetime
    resumed_at: datetime | None = None
    state: str = "SUPPLEMENT_REQUESTED"
    cause: str = "APPLICANT_PAPERS"
    belongs_to: str = "APPLICANT"
    legal_basis: str = ""
    until: datetime | None = None
    is_counted: bool = True
    over_at: datetime | None = None
    """Since when nothing holds it any more and only the year of the next due moment is not decided yet."""

    def lasts(self, ended_at: datetime | None) -> bool:
        """Tell whether it still lasts, or lasted until its dossier ended: an end is no going on.

        In rows from before, the end was written as if the clock had gone on at that moment.
        """
        return self.resumed_at is None or self.resumed_at == ended_at

    def cut_at(
        self, answered_at: datetime | None, given_at: datetime | None = None
    ) -> tuple["ClockStop", ...]:
        """Return it by whose time it is: the applicant's until the answer was given, ours once it came.

        For whoever reads it only: the law's count knows one stop, to the confirmation (T10, R6).
        """
        parts = [self]
        for at, cause in ((given_at, ON_ITS_WAY), (answered_at, CONFIRMING)):
            if at is not None and (self.resumed_at is None or at < self.resumed_at):
                after = replace(parts[-1], stopped_at=at, cause=cause.code, belongs_to=cause.belongs_to)
                parts[-1:] = [replace(parts[-1], resumed_at=at), after]
        return tuple(parts)

    @property
    def as_stop(self) -> Stop:
        """What the counting rules know of it."""
        return Stop(self.stopped_at, self.resumed_at)


class ClockStops(tuple[ClockStop, ...]):
    """All stops of a dossier, the newest last: only that one may be open. A change makes it anew."""

    __slots__ = ()

    def begun(self, stop: ClockStop) -> "ClockStops":
        """Return it with a stop that begins now."""
        return ClockStops((*self, stop))

    def ended(self, at: datetime) -> "ClockStops":
        """Return it with the open stop ended."""
        return ClockStops(stop if stop.resumed_at else replace(stop, resumed_at=at) for stop in self)

    def over(self, at: datetime) -> "ClockStops":
        """Return it with what the open stop was for ended, though the clock cannot run yet."""
        return ClockStops((*self[:-1], replace(self[-1], over_at=at)))

    @property
    def is_over(self) -> bool:
        """Tell whether the open stop waits for a year to be decided, and for nobody."""
        return bool(self) and self[-1].resumed_at is None and self[-1].over_at is not None

    def struck(self, cause: Cause, *, since: datetime | None = None) -> "ClockStops":
        """Let the open stop count for nothing: the clock should not have stood, and whose doing it was.

        `since`: what was before that moment counts as the stop it was.
        """
        last = self[-1]
        begun = max(since or last.stopped_at, last.stopped_at)
        kept = (replace(last, resumed_at=begun),) if begun > last.stopped_at else ()
        struck = replace(
            last, stopped_at=begun, cause=cause.code, belongs_to=cause.belongs_to, is_counted=False
        )
        return ClockStops((*self[:-1], *kept, struck))

    def without_grounds(self) -> "ClockStops":
        """Return it with when the clock stood and whose time that was, without anybody's own words."""
        return ClockStops(replace(stop, legal_basis="") for stop in self)

    def stands_since(self, ended_at: datetime | None) -> datetime | None:
        """Return since when the clock stands, or stood when its dossier ended; None while it runs."""
        last = self[-1] if self else None
        return last.stopped_at if last is not None and last.lasts(ended_at) else None

    def by_whose_time(self, answers: Mapping[datetime, Answered]) -> tuple[ClockStop, ...]:
        """Return the stops by whose time they are; `answers`: when what began one was answered."""
        never: Answered = (None, None)
        return tuple(part for stop in self for part in stop.cut_at(*answers.get(stop.stopped_at, never)))

    @property
    def counted(self) -> list[Stop]:
        """What the counting rules know of the stops."""
        return [stop.as_stop for stop in self if stop.is_counted]


@dataclass(frozen=True, slots=True)
class Running:
    """Due moments of a clock that runs again."""

    stops: ClockStops
    due_at: datetime
    apology_latest_at: datetime | None
    reappointed_due_at: datetime | None
    step_due_at: datetime | None
    opinions_due: Mapping[str, datetime] = field(default_factory=dict)
    """Of opinions asked for and not given, by code."""


def stood_since(last_stop: Mapping[str, Any] | None, ended_at: datetime | None) -> datetime | None:
    """Return since when the clock of a listed row stands, or stood when it ended; its last stop as kept."""
    if last_stop is None:
        return None
    began, ended = last_stop["stopped_at"], last_stop.get("resumed_at")
    stop = ClockStop(datetime.fromisoformat(began), datetime.fromisoformat(ended) if ended else None)
    return ClockStops((stop,)).stands_since(ended_at)
