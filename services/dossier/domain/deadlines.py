"""Due moments of dossiers and steps, by the counting rules of domain.md 5 (package worktime)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.dossier.domain.course import Cause, Confirming, Delay
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import CalendarMissing, NotAnswered, TermUnknown
from services.dossier.domain.limits import Limits
from services.dossier.domain.states import State
from services.dossier.domain.stops import ClockStop, Running
from services.dossier.domain.waiting import Decision
from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.deadline import add_working_minutes, due_at, working_minutes
from worktime.term import Stop, Term, Unit
from worktime.zone import VIETNAM


def term_for(procedure: Procedure, channel: str, limits: Limits, day: date) -> Term:
    """Return the term of a channel; a same-day one without a cut-off of its own has the law's of the day.

    Raises `TermUnknown` where the catalogue has a number without a unit.
    """
    found = procedure.channel(channel) or next(iter(procedure.channels.values()))
    term = found.term
    if term is None:
        raise TermUnknown
    if term.unit is Unit.SAME_DAY and term.cutoff is None:
        return replace(term, cutoff=limits.cutoff(day))
    return term


def running_again(
    dossier: Dossier, procedure: Procedure, calendar: WorkCalendar | None, limits: Limits, *, at: datetime
) -> Running:
    """Return the due moments when the open stop ends now; raise `CalendarMissing` rather than guess."""
    if dossier.accepted_at is None:
        raise NotAnswered
    stops = dossier.stops.ended(at)
    term = term_for(procedure, dossier.channel, limits, dossier.accepted_at.astimezone(VIETNAM).date())
    counted, whole = _ended(stops)
    promised, step = dossier.reappointed_due_at, dossier.step
    due = dossier_due(procedure, term, calendar, dossier.accepted_at, stops.counted)
    return Running(
        stops=stops,
        due_at=due,
        apology_latest_at=apology_latest(calendar, due, term, limits),
        reappointed_due_at=_promised_with(calendar, promised, dossier.due_at or due, due, term)
        if promised
        else None,
        step_due_at=_moved(calendar, step.due_at, counted) if step else None,
        opinions_due=_opinions_put_off(dossier, calendar, whole),
    )


def _ended(stops: Sequence[ClockStop]) -> tuple[ClockStop, Stop]:
    """Return what counts of the stop that ended last, and all of it: its end may have been struck out."""
    last = stops[-1]
    before = stops[-2] if len(stops) > 1 else last
    if last.is_counted or before.resumed_at != last.stopped_at:
        return last, last.as_stop
    return before, Stop(before.stopped_at, last.resumed_at)


def _opinions_put_off(dossier: Dossier, calendar: WorkCalendar | None, stop: Stop) -> dict[str, datetime]:
    """Return until when opinions are given that could not be while a dossier stood, by code.

    One whose time was over before stays over. Otherwise a mandatory one would be passed over by any stop
    longer than its own hours.
    """
    return {
        one.code: moved_by_stop(calendar, one.due_at, stop)
        for one in dossier.consultations
        if one.state == "OPEN" and one.due_at > stop.stopped_at
    }


def opinions_after_withdrawal(
    dossier: Dossier, calendar: WorkCalendar | None, *, at: datetime
) -> dict[str, datetime]:
    """Return until when opinions are given that could not be while a withdrawal waited, by code.

    What a stop took beside it is put off when the clock runs again. A signer's word is not held up by a year
    that is not decided: there an opinion is put off by the time that passed.
    """
    asked_at = dossier.withdrawal_asked_at
    if asked_at is None or dossier.prior_state is not State.PROCESSING:
        return {}
    # Money may have ended a stop while the withdrawal waited; until then that stop has counted.
    ended = [one.resumed_at for one in dossier.stops if one.resumed_at is not None]
    waited = Stop(max([asked_at, *ended]), at)
    try:
        return _opinions_put_off(dossier, calendar, waited)
    except CalendarMissing:
        passed = at - waited.stopped_at
        return {
            one.code: one.due_at + passed for one in dossier.consultations if one.due_at > waited.stopped_at
        }


def _promised_with(
    calendar: WorkCalendar | None, promised: datetime, previous: datetime, due: datetime, term: Term
) -> datetime:
    """Return a re-appointed moment, later by as much as the due moment became, by its term (R6).

    A due moment that comes forward, as by a make-up day decided since, takes nothing of what was promised.
    """
    if calendar is None:
        raise CalendarMissing
    if due <= previous:
        return promised
    try:
        if term.is_in_hours:
            return add_working_minutes(calendar, promised, working_minutes(calendar, previous, due))
        days = calendar.working_days(_day(previous), _day(due))
        return calendar.working_day_after(_day(promised), days).closing if days else promised
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def promised_by(calendar: WorkCalendar | None, promised: datetime, due: datetime) -> datetime:
    """Return a re-appointed moment by a changed calendar: on a worked day, never before the due moment.

    A day off rolls forward to the close of the next working day; a day that closes earlier ends earlier.
    """
    if calendar is None:
        raise CalendarMissing
    try:
        closing = calendar.working_day_from(_day(promised)).closing
    except CalendarNotLoaded as error:
        raise CalendarMissing from error
    is_same_day = _day(closing) == _day(promised)
    return max(due, min(promised, closing) if is_same_day else closing)


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _moved(calendar: WorkCalendar | None, due: datetime, stop: ClockStop) -> datetime:
    return moved_by_stop(calendar, due, stop.as_stop) if stop.is_counted else due


def confirming(
    dossier: Dossier, calendar: WorkCalendar | None, limits: Limits, *, at: datetime
) -> Confirming | None:
    """Return how long an answered supplement waited for the office's word; None where none was answered."""
    answered_at = dossier.supplements[-1].answered_at if dossier.supplements else None
    if answered_at is None:
        return None
    if calendar is None:
        raise CalendarMissing
    try:
        minutes = working_minutes(calendar, answered_at, at)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error
    hours = limits.decision_hours(Decision.CONFIRM, _day(answered_at))
    return Confirming(answered_at, minutes, minutes > hours * 60)


def reply_due(calendar: WorkCalendar | None, submitted_at: datetime, limits: Limits) -> datetime | None:
    """Return until when a submission is replied to; None where the calendar is not loaded.

    Nobody's submission is refused for a calendar the province has not decided yet.
    """
    if calendar is None:
        return None
    hours = limits.reply_hours(submitted_at.astimezone(VIETNAM).date())
    try:
        return add_working_minutes(calendar, submitted_at, int(hours * 60))
    except CalendarNotLoaded:
        return None


def reply_until(dossier: Dossier, calendar: WorkCalendar | None, limits: Limits) -> datetime | None:
    """Return until when a submission that waits is replied to: as it was promised, else as it counts now."""
    if dossier.state is not State.SUBMITTED:
        return None
    if dossier.reply_due_at is not None:
        return dossier.reply_due_at
    return reply_due(calendar, dossier.reply_since, limits)


def suspended_until(dossier: Dossier, limits: Limits) -> datetime | None:
    """Return when the last day ends a suspension is expected to take (Bộ luật Dân sự Đ.148 k.6).

    Where no day was named, or one too far to be waited for: the last one after which it is looked at again.
    None once only the year of the next due moment is waited for.
    """
    if dossier.state is not State.SUSPENDED or dossier.stops.is_over:
        return None
    stop = dossier.stops[-1]
    since = _day(stop.stopped_at)
    if stop.until is None:
        return _end_of(since + timedelta(days=limits.review_days(since)))
    return _end_of(min(_day(stop.until), since + timedelta(days=limits.longest_suspension_days(since))))


def fetched_until(calendar: WorkCalendar | None, since: datetime, limits: Limits) -> datetime:
    """Return from when on a result counts as left: the opening of the last working day it is waited for.

    Where the calendar is not loaded days of the clock count: it is told all the same.
    """
    days = limits.fetching_days(_day(since))
    if calendar is not None:
        with suppress(CalendarNotLoaded):
            return calendar.working_day_after(_day(since), days).opening
    return datetime.combine(_day(since) + timedelta(days=days), time.min, VIETNAM)


def decision_due(calendar: WorkCalendar | None, since: datetime, kind: Decision, limits: Limits) -> datetime:
    """Return until when what waits since then is decided.

    Where the calendar is not loaded a day of the clock stands for each eight hours: it is told all the same.
    """
    hours = limits.decision_hours(kind, _day(since))
    if calendar is not None:
        with suppress(CalendarNotLoaded):
            return add_working_minutes(calendar, since, int(hours * 60))
    return since + timedelta(days=float(hours) / 8)


def answered_until(
    calendar: WorkCalendar | None, answered_at: datetime, limits: Limits, *, is_intake: bool
) -> datetime | None:
    """Return until when the office replies to what was submitted again, or confirms what it asked for."""
    if is_intake:
        return reply_due(calendar, answered_at, limits)
    return decision_due(calendar, answered_at, Decision.CONFIRM, limits)


def handover_due(calendar: WorkCalendar | None, accepted_at: datetime, limits: Limits) -> datetime:
    """Return until when an accepted dossier's papers are handed over (NĐ 61/2018 Đ.18).

    The same working day; after the cut-off, or when the day is over, early on the next one.
    """
    if calendar is None:
        raise CalendarMissing
    local = accepted_at.astimezone(VIETNAM)
    try:
        today = calendar.work_day(local.date())
        if today is not None and local.time() <= limits.cutoff(local.date()) and local <= today.closing:
            return today.closing
        first = calendar.working_day_after(local.date()).opening
        return add_working_minutes(calendar, first, int(limits.early_hours(local.date()) * 60))
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def dossier_due(
    procedure: Procedure,
    term: Term,
    calendar: WorkCalendar | None,
    accepted_at: datetime,
    stops: Iterable[Stop] = (),
) -> datetime:
    """Return the due moment under the procedure's own policy; raise `CalendarMissing` rather than guess."""
    if calendar is None:
        raise CalendarMissing
    try:
        return due_at(calendar, accepted_at, term, stops, procedure.clock_policy, procedure.due_time_mode)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def step_due(calendar: WorkCalendar | None, began_at: datetime, hours: Decimal) -> datetime:
    """Return until when a step should be done: its budget in working hours from its beginning."""
    if calendar is None:
        raise CalendarMissing
    try:
        return add_working_minutes(calendar, began_at, int(hours * 60))
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def moved_by_stop(calendar: WorkCalendar | None, due: datetime, stop: Stop) -> datetime:
    """Return a step's due moment after a stop: later by the office time that stood still."""
    if calendar is None or stop.resumed_at is None:
        raise CalendarMissing
    try:
        return add_working_minutes(calendar, due, working_minutes(calendar, stop.stopped_at, stop.resumed_at))
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def counted_anew(
    due: datetime, since: datetime, before: WorkCalendar | None, after: WorkCalendar | None
) -> datetime:
    """Return a moment within a dossier by a changed calendar: as much office time since then as it had.

    It stays where both give the same, where it was over before, and where either does not reach.
    """
    if before is None or after is None or due <= since:
        return due
    try:
        had = working_minutes(before, since, due)
        return due if working_minutes(after, since, due) == had else add_working_minutes(after, since, had)
    except CalendarNotLoaded:
        return due


def said_by(
    kind: Decision, since: datetime, until: datetime, calendar: WorkCalendar | None, limits: Limits
) -> datetime:
    """Return until when what waits since then is said, by a changed calendar; it stays where none is."""
    if calendar is None:
        return until
    try:
        return add_working_minutes(calendar, since, int(limits.decision_hours(kind, _day(since)) * 60))
    except CalendarNotLoaded:
        return until


def closing_of(calendar: WorkCalendar | None, day: date) -> datetime | None:
    """Return when a day's office closes; None for a day off."""
    if calendar is None:
        raise CalendarMissing
    try:
        worked = calendar.work_day(day)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error
    return worked.closing if worked else None


def apology_latest(
    calendar: WorkCalendar | None, due: datetime, term: Term, limits: Limits
) -> datetime | None:
    """Return until when an apology has to be written; None for terms of hours and of one day.

    Their day before may lie before the receipt itself (worktime: `apology_for_term`).
    """
    if calendar is None:
        raise CalendarMissing
    if term.is_in_hours or term.unit is Unit.SAME_DAY or not term.count:
        return None
    day = due.astimezone(VIETNAM).date()
    try:
        return calendar.working_day_before(day, limits.apology_days(day)).closing
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def delay_at(
    dossier: Dossier, calendar: WorkCalendar | None, ended_at: datetime, cause: Cause
) -> Delay | None:
    """Return by how much office time the due moment was missed, and why; None when it was kept."""
    due = dossier.due_at
    if due is None or ended_at <= due:
        return None
    if calendar is None:
        raise CalendarMissing
    try:
        return Delay(working_minutes(calendar, due, ended_at), cause)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def answer_by(calendar: WorkCalendar | None, now: datetime, days: int) -> datetime:
    """Return the end of the day so many days from now: until then the applicant may answer or pay.

    A day off is followed by the next working day (Bộ luật Dân sự Đ.148 k.5), to its end (k.6); where the
    calendar is not loaded the day counts as it is.
    """
    day = _day(now) + timedelta(days=days)
    if calendar is not None:
        with suppress(CalendarNotLoaded):
            day = _day(calendar.working_day_from(day).closing)
    return _end_of(day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), VIETNAM)
