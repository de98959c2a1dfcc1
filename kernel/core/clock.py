"""The only source of the present moment."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Every civil date and every deadline of the system is of this zone, which knows no summer time."""

APART = timedelta(seconds=90)
"""By so much the clocks of two of our own processes may differ, either way."""


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware, in Vietnam's zone, to the microsecond."""


class SystemClock:
    """The machine's clock, moved by a fixed offset outside production.

    The offset lets a whole stack begin on a Tuesday at 08:00 whatever the hour is outside.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """Return the machine's moment plus the offset."""
        return datetime.fromtimestamp(time.time(), tz=UTC).astimezone(VIETNAM) + self._offset
