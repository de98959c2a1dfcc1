"""What statistics keep of a dossier another system works, made of the mirror's own record and nothing else.

The row is a function of that record, so however often it is made anew, it is the same row; late or out of
order, statuses give the same numbers, and the moment the past was amended. What was never told is unknown,
and never good news.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from kernel.core.clock import VIETNAM
from services.dossier.domain.figures.fact import (
    Counted,
    Earlier,
    Ending,
    Fact,
    Punctuality,
    punctuality_of,
)
from services.dossier.domain.work.mirrors import ENDINGS, Mirror, Status, ended_by, in_order, withdrew

_ACCEPTED = frozenset({2, 4, 6, 8, 9, 10})
"""Statuses only an accepted dossier has: 5 and 7 are also told of one that still waits at the counter."""
_STANDING = frozenset({5, 6})
_WITHDRAWAL, _SUPPLEMENT = 7, 5
_ENDED = {9: Ending.RESULT, 10: Ending.RESULT, 8: Ending.STOPPED, 3: Ending.INTAKE_REFUSED}


def fact_of_mirror(mirror: Mirror) -> Fact | None:
    """Return the mirror's row; None while nothing of it is counted.

    One that turns out to be a dossier of ours leaves every number at that moment: it is counted there. Its
    row stays, empty, so that periods closed before are corrected.
    """
    if mirror.dossier_id is not None and mirror.counted_at is None:
        return None
    fact: Fact | None = None
    told: list[Status] = []
    for status in sorted(mirror.statuses, key=lambda one: one.version):
        came = _came(mirror, status)
        if mirror.linked_at is not None and came > mirror.linked_at:
            break
        told.append(status)
        fact = _followed(fact, _as_told(mirror, in_order(told)), came)
    if fact is not None and mirror.follows_since is not None:
        since = mirror.follows_since
        is_past = fact.received_on is not None and fact.received_on < _day(since)
        amended = max(filter(None, (fact.amended_at, since))) if is_past else fact.amended_at
        fact = replace(fact, is_follower=True, amended_at=amended)
    return _emptied(fact, mirror.linked_at) if fact is not None and mirror.linked_at is not None else fact


def _came(mirror: Mirror, status: Status) -> datetime:
    """Return when statistics first knew a status: of mirrors from before, when they were taken in."""
    moments = [one for one in (status.received_at, mirror.counted_at) if one is not None]
    return max(moments, default=status.at)


def _as_told(mirror: Mirror, statuses: Sequence[Status]) -> Fact | None:
    """Return the row these statuses give, in the order of their own times."""
    end = ended_by(statuses)
    received_at = _received(statuses, end)
    if received_at is None and (end is None or end.status != 3):  # noqa: PLR2004 - the portal's status.
        return None
    due_at, stopped_at, earlier = _clock(statuses, received_at) if received_at else (None, None, ())
    asked = _asked(statuses, received_at) if received_at else ()
    ended_at = end.at if end else None
    judged = min(stopped_at, ended_at) if stopped_at and ended_at else ended_at
    return Fact(
        dossier_id=mirror.id,
        # Links are no statuses, yet a rebuild must not put the row of before back.
        version=mirror.version + (mirror.linked_at is not None) + (mirror.follows_since is not None),
        competent_agency=mirror.agency,
        receiving_agency="",
        helping_agency="",
        sector=mirror.sector,
        procedure_code=mirror.procedure_code,
        channel="",
        route=mirror.route,
        received_at=received_at,
        due_at=due_at,
        stopped_at=stopped_at,
        ended_at=ended_at,
        ending=_ending(statuses, end, received_at) if end else Ending.OPEN,
        punctuality=punctuality_of(due_at, judged) if judged and received_at else Punctuality.NONE,
        supplements=len(asked),
        asked_at=asked,
        counted=Counted(),
        earlier=earlier,
        is_mirror=True,
    )


def _received(statuses: Sequence[Status], end: Status | None) -> datetime | None:
    """Return when it was accepted as told last, at the latest when a status says that it had been."""
    told = [one.accepted_at for one in statuses if one.accepted_at is not None][-1:]
    seen = [one.at for one in statuses if one.status in _ACCEPTED][:1]
    if not told and not seen:
        return None
    return min([*told, *seen, *([end.at] if end else [])])


def _clock(
    statuses: Sequence[Status], received_at: datetime
) -> tuple[datetime | None, datetime | None, tuple[Earlier, ...]]:
    """Return due moment, since when the clock stands, and what they were before.

    A due moment told when the clock runs again, or later, stands as told; one told before moves by as long as
    the clock stood (the portal's rule: the end less the supplement's period).
    """
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    earlier: list[Earlier] = []
    for one in statuses:
        due, stopped = due_at, stopped_at
        if one.status in _STANDING:
            stopped = stopped or (one.at if one.at >= received_at else None)
        elif stopped is not None and one.status != _WITHDRAWAL and one.status not in ENDINGS:
            due, stopped = (due + (one.at - stopped) if due else None), None
        due = one.due_at or due
        if (due, stopped) != (due_at, stopped_at) and one.at > received_at:
            earlier.append(Earlier(one.at, due_at, stopped_at))
        due_at, stopped_at = due, stopped
    return due_at, stopped_at, tuple(earlier)


def _ending(statuses: Sequence[Status], end: Status, received_at: datetime | None) -> Ending:
    ending = _ENDED[end.status]
    if ending is Ending.INTAKE_REFUSED and received_at is not None:
        return Ending.REFUSED
    if ending is Ending.STOPPED and withdrew(statuses):
        return Ending.WITHDRAWN
    return ending


def _asked(statuses: Sequence[Status], received_at: datetime) -> tuple[datetime, ...]:
    """Return when papers were asked for; told twice in a row is asked once."""
    asked, before = [], 0
    for one in statuses:
        if one.status == _SUPPLEMENT != before and one.at >= received_at:
            asked.append(one.at)
        before = one.status
    return tuple(asked)


def _followed(before: Fact | None, now: Fact | None, came: datetime) -> Fact | None:
    """Return the row after a status came; what it says of days that were over then is an amendment."""
    if now is None:
        return _emptied(before, came) if before is not None else None
    is_amended = _moves_the_past(before, now, came)
    return replace(now, amended_at=came if is_amended else before.amended_at if before else None)


def _emptied(fact: Fact, at: datetime) -> Fact:
    """Return a row that no number counts any more."""
    if fact.received_at is None and fact.ended_at is None:
        return fact
    return replace(
        fact,
        received_at=None,
        due_at=None,
        stopped_at=None,
        ended_at=None,
        ending=Ending.OPEN,
        punctuality=Punctuality.NONE,
        supplements=0,
        asked_at=(),
        earlier=(),
        amended_at=at,
    )


def _moves_the_past(before: Fact | None, now: Fact, came: datetime) -> bool:
    """Tell whether any number of a day before the one it came on changes."""
    today = _day(came)
    if before is None:
        return any(day < today for day in (now.received_on, now.ended_on) if day is not None)
    for then, since in ((before.received_on, now.received_on), (before.ended_on, now.ended_on)):
        if then != since and any(day < today for day in (then, since) if day is not None):
            return True
    if _final(before) != _final(now) and any(
        day < today for day in (before.ended_on, now.ended_on) if day is not None
    ):
        return True
    over = datetime.combine(today, time(0), VIETNAM)
    moments = {over, *(one.until for one in (*before.earlier, *now.earlier) if one.until < over)}
    was_received = now.received_on is not None and now.received_on < today
    asked = [[at for at in fact.asked_at if at < over] for fact in (before, now)]
    return was_received and (
        asked[0] != asked[1] or any(before.at(moment) != now.at(moment) for moment in moments)
    )


def _final(fact: Fact) -> tuple[object, ...]:
    return (fact.ending, fact.punctuality, fact.supplements)


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
