"""When a message may go out: quiet hours, and how long to wait after a failure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kernel.core.clock import VIETNAM
from services.notify.domain.messages import Channel

MAX_ATTEMPTS = 48
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of Vietnam in which no telephone rings; `start` after `end` means over midnight."""

    start: time
    end: time

    def earliest(self, channel: Channel, at: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours it falls in."""
        local = at.astimezone(VIETNAM)
        if channel is not Channel.SMS or self.start == self.end or not self._is_quiet(local.time()):
            return at
        end = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def _is_quiet(self, hour: time) -> bool:
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


def is_too_old(occurred_at: datetime, *, now: datetime, limit: timedelta) -> bool:
    """Tell whether an event is past telling anybody by telephone or mail; exactly at the limit it is not."""
    return now - occurred_at > limit


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after this many attempts, or None when it is time to give up.

    5, 10, 20, ... seconds, growing to five minutes: 48 attempts last about three and a half hours.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return min(_LONGEST, _FIRST * (1 << min(attempts - 1, 10)))
