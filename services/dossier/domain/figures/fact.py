"""What statistics keep of one dossier, and how each change told by its event moves it.

A row of figures is made from the dossier's own events and nothing else, so a rebuild from history gives the
same rows as the changes did one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM

SILENT = frozenset(
    {
        "submitted",
        "intake_supplement_requested",
        "intake_supplement_answered",
        "handed_over",
        "step_completed",
        "supplement_answered",
        "withdrawal_requested",
        "withdrawal_declined",
        "returned",
        "correction_opened",
        "destroyed",
    }
)
"""Changes that move no figure and so write none; whatever is not named here is looked at."""


class Ending(StrEnum):
    """How a dossier ended; OPEN while it has not."""

    OPEN = ""
    RESULT = "RESULT"
    REFUSED = "REFUSED"
    STOPPED = "STOPPED"
    WITHDRAWN = "WITHDRAWN"
    INTAKE_REFUSED = "INTAKE_REFUSED"
    CANCELLED = "CANCELLED"


class Punctuality(StrEnum):
    """The classes of domain.md 3.3; NONE while open, and for what was never accepted."""

    NONE = ""
    EARLY = "EARLY"
    ON_TIME = "ON_TIME"
    OVERDUE = "OVERDUE"


_ENDED = {
    "INTAKE_REFUSED": Ending.INTAKE_REFUSED,
    "CANCELLED": Ending.CANCELLED,
    "STOPPED": Ending.STOPPED,
    "RESULT_READY": Ending.RESULT,
    "RETURNED": Ending.RESULT,
    "ARCHIVED": Ending.RESULT,
}
_NEVER_ACCEPTED = frozenset({Ending.INTAKE_REFUSED, Ending.CANCELLED})


@dataclass(frozen=True, slots=True)
class Counted:
    """How many components a dossier has, how many digitised, how many reused (domain.md 4.2, 4.3)."""

    components: int = 0
    digitised: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """What held until a moment: the due moment then, and since when the clock stood."""

    until: datetime
    due_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dossier in statistics. `counted` None in a change means: as it was."""

    dossier_id: UUID
    version: int
    competent_agency: str
    receiving_agency: str
    helping_agency: str
    sector: str
    procedure_code: str
    channel: str
    route: str
    cause: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending = Ending.OPEN
    punctuality: Punctuality = Punctuality.NONE
    is_electronic: bool = False
    supplements: int = 0
    asked_at: tuple[datetime, ...] = ()
    """When papers were asked for, as far as it was kept: a past day counts only what was asked by then."""
    counted: Counted | None = None
    is_follower: bool = False
    """A child of an interlinked submission that is not its lead: no submission of its own."""
    is_correction: bool = False
    """It corrects the result of another dossier: an error of an office, which nobody handed in."""
    is_mirror: bool = False
    """Worked by another system and no dossier of ours; its id is the mirror's."""
    amended_at: datetime | None = None
    """When something that had been final was last changed: an end taken back, an entry made afterwards."""
    is_said_anew: bool = False
    """Of a change: that it says how the dossier ended, whatever was said of that moment before."""
    earlier: tuple[Earlier, ...] = ()
    """What due moment and clock were before they changed, oldest first: a past day is asked again later."""

    def at(self, moment: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the due moment and since when the clock stood, as they were just before a moment."""
        for one in self.earlier:
            if one.until >= moment:
                return one.due_at, one.stopped_at
        return self.due_at, self.stopped_at

    def supplements_at(self, moment: datetime) -> int:
        """Return how often papers had been asked for just before a moment."""
        return self.supplements - sum(asked >= moment for asked in self.asked_at)

    @property
    def received_on(self) -> date | None:
        """The Vietnamese day of acceptance."""
        return day_of(self.received_at)

    @property
    def ended_on(self) -> date | None:
        """The Vietnamese day of the end."""
        return day_of(self.ended_at)


def day_of(at: datetime | None) -> date | None:
    """Return the day of an instant in Viet Nam."""
    return None if at is None else at.astimezone(VIETNAM).date()


def punctuality_of(due_at: datetime | None, ended_at: datetime) -> Punctuality:
    """Return the class of an end: on a day before the due day, on it and in time, or after."""
    if due_at is None:
        return Punctuality.NONE
    if ended_at > due_at:
        return Punctuality.OVERDUE
    return Punctuality.EARLY if day_of(ended_at) != day_of(due_at) else Punctuality.ON_TIME


def told_by(kind: str, data: Mapping[str, Any]) -> Fact | None:
    """Return what one event tells statistics; None before anything is counted of its dossier.

    Punctuality is measured on the due moment as stops moved it, not on a re-appointed one; a dossier that
    ends while its clock stands ended, for the clock, when it was stopped (the portal's rule: the end less
    the supplement's period).
    """
    state, change = data["dossier"], data["change"]
    received_at, ended_at = _at(state["accepted_at"]), _at(state["ended_at"])
    ending = _ending(state["state"], change) if ended_at else Ending.OPEN
    if received_at is None and ending not in _NEVER_ACCEPTED:
        return None
    due_at, stopped_at = _at(state["due_at"]), _at(state.get("stopped_at"))
    counted = change.get("counted")
    judged = min(stopped_at, ended_at) if stopped_at and ended_at else ended_at
    return Fact(
        dossier_id=UUID(state["dossier_id"]),
        version=state["version"],
        competent_agency=state["competent_agency"]["code"],
        receiving_agency=state["receiving_agency"]["code"],
        helping_agency=state["helping_agency"]["code"],
        sector=state["procedure"]["sector"],
        procedure_code=state["procedure"]["code"],
        channel=state["channel"],
        route=state.get("route") or "PROVINCE",
        cause=_cause(kind, change),
        received_at=received_at,
        due_at=due_at,
        stopped_at=stopped_at,
        ended_at=ended_at,
        ending=ending,
        punctuality=punctuality_of(due_at, judged) if judged and received_at else Punctuality.NONE,
        is_electronic=bool(change.get("result", {}).get("electronic")) if ended_at else False,
        supplements=int(kind == "dossier.supplement_requested.v1"),
        counted=Counted(**counted) if counted else None,
        is_said_anew="outside" in change,
        is_follower=not (state.get("interlinked") or {"is_lead": True})["is_lead"],
        is_correction="corrects" in state,
    )


def follow(before: Fact | None, told: Fact, at: datetime) -> Fact:
    """Return the row after a change: what the change tells, and what it leaves as it was."""
    if before is None:
        is_late = told.received_on is not None and told.received_on != day_of(at)
        return replace(
            told,
            is_said_anew=False,
            counted=told.counted or Counted(),
            asked_at=(at,) * told.supplements,
            amended_at=at if is_late else None,
        )
    has_ended_again = (
        before.ended_at is not None and told.ended_at == before.ended_at and not told.is_said_anew
    )
    after = replace(
        told,
        is_said_anew=False,
        cause=told.cause or before.cause,
        supplements=before.supplements + told.supplements,
        asked_at=(*before.asked_at, *(at,) * told.supplements),
        counted=told.counted or before.counted,
        # The last word of a destroyed dossier no longer says whose result it corrected, nor what it followed.
        is_follower=before.is_follower or told.is_follower,
        is_correction=before.is_correction or told.is_correction,
        # What came after the issue (handing over) says nothing of how it ended.
        ending=before.ending if has_ended_again else told.ending,
        is_electronic=before.is_electronic if has_ended_again else told.is_electronic,
        amended_at=before.amended_at,
        earlier=_earlier(before, told, at),
    )
    return replace(after, amended_at=at) if _is_amended(before, after, at) else after


def _earlier(before: Fact, told: Fact, at: datetime) -> tuple[Earlier, ...]:
    if (before.due_at, before.stopped_at) == (told.due_at, told.stopped_at):
        return before.earlier
    return (*before.earlier, Earlier(at, before.due_at, before.stopped_at))


def mended(before: Fact | None, told: Fact) -> Fact:
    """Return what an event should have told of a dossier that ended while its clock stood.

    Events from before told the end as if the clock had gone on at that moment, and so as late.
    """
    was_forgotten = told.stopped_at is None and told.ending in {Ending.STOPPED, Ending.WITHDRAWN}
    if before is None or before.stopped_at is None or told.ended_at is None or not was_forgotten:
        return told
    judged = min(before.stopped_at, told.ended_at)
    return replace(told, stopped_at=before.stopped_at, punctuality=punctuality_of(told.due_at, judged))


def _is_amended(before: Fact, after: Fact, at: datetime) -> bool:
    has_moved = before.ended_at is not None and _final(before) != _final(after)
    # Another system's word of an end reaches back to the day it ended on.
    has_moved |= before.ended_on is None and after.ended_on is not None and after.ended_on != day_of(at)
    return has_moved or before.received_at != after.received_at or before.counted != after.counted


def _final(fact: Fact) -> tuple[object, ...]:
    return (fact.ended_at, fact.ending, fact.punctuality, fact.cause, fact.is_electronic)


def _ending(state: str, change: Mapping[str, Any]) -> Ending:
    if change.get("outside") and state in _ENDED:
        return Ending[change["outside"]["outcome"]]
    found = _ENDED.get(state, Ending.OPEN)
    if found is Ending.STOPPED and change["from_state"] == "WITHDRAWAL_REQUESTED":
        return Ending.WITHDRAWN
    if found is Ending.RESULT and change.get("result", {}).get("outcome") == "REFUSED":
        return Ending.REFUSED
    return found


_DELAYING = frozenset(
    {"supplement_requested", "payment_requested", "suspended", "reappointed", "ended_elsewhere"}
)


def _cause(kind: str, change: Mapping[str, Any]) -> str:
    """Return why the clock stands or a promise was not kept (data/causes.yaml); the last one told is counted.

    A step's own cause and an apology not yet signed delay nobody; an answer the office let lie for longer
    than it may does.
    """
    name = kind.split(".")[1]
    confirming = change.get("confirming") or {}
    if confirming.get("is_late"):
        return str(confirming["cause"]["code"])
    is_struck = change.get("cancelled") == "PAYMENT_NOTICE"
    if name not in _DELAYING and not is_struck:
        return ""
    told = change.get("cause") or {}
    # Events from before causes were told.
    return str(told.get("code") or ("APPLICANT_PAPERS" if name == "supplement_requested" else ""))


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
