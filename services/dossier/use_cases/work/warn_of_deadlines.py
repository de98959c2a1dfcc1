"""Tells officers of deadlines that near or have passed, once a threshold and deadline."""

from datetime import datetime
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.dossier.domain.work.warnings import WORKING_DAY_MINUTES, warning_data
from services.dossier.use_cases.ports import Work
from worktime.calendar import CalendarNotLoaded
from worktime.deadline import add_working_minutes

AT_ONCE = 200


async def warn_of_deadlines(past: set[UUID], *, apart: Apart, work: Work, now: datetime) -> int:
    """Raise what is due to be told and was not; return how many were met, `AT_ONCE` when there may be more.

    What cannot be told of is put among the `past`, which are not met again.

    What counts as soon are the working days before the due moment in which an apology is still in time
    (`limits.yaml`), of each agency's own calendar; where it is not loaded that far,
    nothing is called soon, while late stays late.
    """
    minutes = work.limits.apology_days(now.astimezone(VIETNAM).date()) * WORKING_DAY_MINUTES
    soon: dict[str, datetime] = {}
    for code, calendar in (await work.catalogue.calendars()).items():
        try:
            soon[code] = add_working_minutes(calendar, now, minutes)
        except CalendarNotLoaded:
            continue
    found = await work.warnings.due(now, soon, AT_ONCE, past)
    told = []
    for one in found:
        past.add(one.dossier_id)
        with apart.each(one.dossier_id):
            told.append((one, warning_data(one, at=now)))
            past.discard(one.dossier_id)
    if told:
        work.warnings.keep([one for one, _ in told], at=now)
    for one, data in told:
        key = str(one.dossier_id)
        work.record(Event(type="deadline_warning.raised.v1", key=key, sequence=1, data=data, occurred_at=now))
    return len(found)
