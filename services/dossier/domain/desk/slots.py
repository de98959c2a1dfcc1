"""The slots of a day: office hours cut into equal stretches, as the working calendar has them."""

from datetime import date, datetime, timedelta

from services.dossier.domain.desk.points import Group, Point
from services.dossier.domain.errors import CalendarMissing
from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.zone import VIETNAM


def slots_of(calendar: WorkCalendar | None, day: date, minutes: int) -> list[datetime]:
    """Return when each slot begins; a stretch that would outlast its session is none, a day off has none.

    Raise `CalendarMissing` where the day is not loaded: nobody is to be asked to come on a holiday.
    """
    if calendar is None:
        raise CalendarMissing
    try:
        hours = calendar.hours_on(day)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error
    found: list[datetime] = []
    for session in hours.sessions if hours else ():
        begins = datetime.combine(day, session.opens, VIETNAM)
        ends = datetime.combine(day, session.closes, VIETNAM)
        while begins + timedelta(minutes=minutes) <= ends:
            found.append(begins)
            begins += timedelta(minutes=minutes)
    return found


def is_served(point: Point, group: Group, calendar: WorkCalendar | None, slot_at: datetime) -> bool:
    """Tell whether somebody is there for who booked a slot: the day or its hours may have changed since.

    Days nobody has loaded do not close a counter where people stand.
    """
    at = slot_at.astimezone(VIETNAM)
    if not point.serves_on(at.date()) or not group.keeps_appointments:
        return False
    if calendar is None:
        return True
    try:
        hours = calendar.hours_on(at.date())
    except CalendarNotLoaded:
        return True
    return hours is not None and any(one.opens <= at.time() < one.closes for one in hours.sessions)
