"""What another system's statuses say of a dossier of ours whose route was changed to it: pure (ADR 0031).

The end is made anew of every status each time, so what comes late, twice or out of order gives the same end,
and an end that was taken back is none.
"""

from collections.abc import Sequence
from datetime import date, datetime

from kernel.core.clock import VIETNAM
from services.dossier.domain.states import State
from services.dossier.domain.work.elsewhere import EndElsewhere, Outcome
from services.dossier.domain.work.mirrors import ENDINGS, Status, ended_by, in_order, withdrew

_PROCESSED, _RETURNED, _REFUSED = 9, 10, 3


def may_end(statuses: Sequence[Status]) -> bool:
    """Tell whether any status ever said that it ended: without one there is nothing to follow."""
    return any(one.status in ENDINGS for one in statuses)


def heard_since(statuses: Sequence[Status], again_since: datetime | None) -> Sequence[Status]:
    """Return the statuses that count for a dossier that came home and went there once more."""
    if again_since is None:
        return statuses
    return [one for one in statuses if one.received_at is None or one.received_at > again_since]


def end_of(statuses: Sequence[Status], *, accepted_at: datetime, now: datetime) -> EndElsewhere | None:
    """Return the end these statuses tell now; None while they say that it runs.

    What lies ahead has not been said yet. An end of a day before the dossier was accepted is not this
    dossier's; on that very day it ended no earlier than it began (some systems tell days, at midnight).
    """
    said = in_order([one for one in statuses if one.at <= now])
    ours = [one for one in said if one.status not in ENDINGS or _day(one.at) >= _day(accepted_at)]
    end = ended_by(ours)
    if end is None:
        return None
    last = ours[-1]
    has_result = end.status in {_PROCESSED, _RETURNED}
    return EndElsewhere(
        status=end.status,
        at=max(end.at, accepted_at),
        last_at=max(last.at, accepted_at),
        outcome=_outcome(end, ours),
        state=_state(ours) if has_result else State.STOPPED,
        heard_at=now,
    )


def is_before(statuses: Sequence[Status], accepted_at: datetime) -> bool:
    """Tell whether the end that is told lies on a day before the dossier was accepted here."""
    end = ended_by(in_order(statuses))
    return end is not None and _day(end.at) < _day(accepted_at)


def looked_at_next(statuses: Sequence[Status], now: datetime) -> datetime | None:
    """Return when the next status that lies ahead has come; None where none does."""
    return min((one.at for one in statuses if one.at > now), default=None)


def _outcome(end: Status, statuses: Sequence[Status]) -> Outcome:
    if end.status in {_PROCESSED, _RETURNED}:
        return Outcome.RESULT
    if end.status == _REFUSED:
        return Outcome.REFUSED
    return Outcome.WITHDRAWN if withdrew(statuses) else Outcome.STOPPED


def _state(statuses: Sequence[Status]) -> State:
    """Return whether the result was handed over: of the ends since it last ran."""
    for one in reversed(statuses):
        if one.status == _RETURNED:
            return State.RETURNED
        if one.status not in ENDINGS:
            break
    return State.RESULT_READY


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
