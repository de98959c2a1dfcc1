"""When a development stack believes to be: a Tuesday at 08:00, never before what it has seen."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path

from kernel.core.clock import VIETNAM
from worktime.calendar import WorkCalendar
from worktime.deadline import effective_start

_OPENING = time(8, 0)
_TUESDAY = 1


def start_instant(real: datetime, last_seen: datetime | None, calendar: WorkCalendar) -> datetime:
    """Return the last working Tuesday at 08:00, or the office moment after `last_seen` if that is later.

    So a demonstration passes at night, over Tết and at weekends, and a second start never goes back in time.
    """
    day = real.astimezone(VIETNAM).date()
    while day.weekday() != _TUESDAY or not calendar.is_working_day(day):
        day -= timedelta(days=1)
    tuesday = datetime.combine(day, _OPENING, VIETNAM)
    if last_seen is None or last_seen < tuesday:
        return tuesday
    return effective_start(calendar, last_seen + timedelta(seconds=5))


class SeenMoments:
    """Remembers, beside the data, how far a stack's clock has come."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock.json"

    def last(self) -> datetime | None:
        """Return the last moment noted, or None for a new stack."""
        if not self._file.exists():
            return None
        return datetime.fromisoformat(json.loads(self._file.read_text())["last_seen"])

    def note(self, moment: datetime) -> None:
        """Remember this moment; the file is replaced whole."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"last_seen": moment.isoformat()}))
        fresh.replace(self._file)
