"""How fast and when the portal may be called, as agreed with whoever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from kernel.core.clock import VIETNAM

UNLIMITED = float("inf")


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day in Vietnam with a pace of their own; `last` before `first` reaches past midnight.

    `last` itself is not part of it. A pace of 0 closes the portal: maintenance, say.
    """

    first: time
    last: time
    per_second: float

    def holds(self, at: time) -> bool:
        """Tell whether this time of day lies in it."""
        if self.first <= self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls a second: `per_second` outside all windows (0: as many as there are), else the first window's."""

    per_second: float = 0.0
    windows: Sequence[Window] = ()

    def pace(self, now: datetime) -> float:
        """Return how many calls a second are allowed at this moment; 0 means none, see `UNLIMITED`."""
        at = now.astimezone(VIETNAM).time()
        for window in self.windows:
            if window.holds(at):
                return window.per_second
        return self.per_second or UNLIMITED
