"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta

from kernel.core.clock import VIETNAM

TUESDAY_MORNING = datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)
"""An ordinary Tuesday at 08:00: every test begins in office hours."""


class FixedClock:
    """Tells the moment it was set to."""

    def __init__(self, at: datetime = TUESDAY_MORNING) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment set last."""
        return self._at

    def set(self, at: datetime) -> None:
        """Stand at this moment from now on."""
        self._at = at.astimezone(VIETNAM)

    def advance(self, by: timedelta) -> None:
        """Move forward."""
        self._at += by
