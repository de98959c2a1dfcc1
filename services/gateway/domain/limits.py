"""Protection as plain arithmetic: token buckets, room for requests in flight, a breaker."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from kernel.core.errors import Kind, Refusal
from services.gateway.domain.routes import Priority


class TooManyRequests(Refusal):
    """The caller asks faster than its class allows (429); `retry_after` is in seconds."""

    code = "too-many-requests"
    kind = Kind.TOO_MANY
    title = "Quá nhiều yêu cầu, hãy thử lại sau"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Overloaded(Refusal):
    """The door is full for requests of this priority (503)."""

    code = "overloaded"
    kind = Kind.UNAVAILABLE
    title = "Hệ thống đang quá tải, hãy thử lại sau ít giây"
    retry_after = 1


class Buckets:
    """One token bucket a caller; the longest unused is forgotten when there are too many.

    Seconds are of any steady clock. A bucket forgotten is a full bucket, so memory stays bounded.
    """

    def __init__(self, per_second: float, burst: int, *, most: int = 50_000) -> None:
        self._rate = per_second
        self._burst = float(burst)
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float) -> None:
        """Take one token; raise `TooManyRequests` when there is none."""
        level, at = self._levels.pop(who, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            self._levels[who] = (level, now)
            raise TooManyRequests(max(1, ceil((1 - level) / self._rate)))
        self._levels[who] = (level - 1, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)


_STREAM_RETRY_SECONDS = 10
_SHARE = {Priority.VITAL: 1.0, Priority.NORMAL: 0.8, Priority.HEAVY: 0.5}


class Room:
    """Counts requests in flight; heavy ones are turned away first, so that vital ones still find room."""

    def __init__(self, most: int) -> None:
        self._limits = {priority: max(1, int(most * share)) for priority, share in _SHARE.items()}
        self.in_flight = 0

    def enter(self, priority: Priority) -> None:
        """Count one in; raise `Overloaded` when its priority has no room."""
        if self.in_flight >= self._limits[priority]:
            raise Overloaded
        self.in_flight += 1

    def leave(self) -> None:
        """Count one out."""
        self.in_flight -= 1


class Streams:
    """Counts answers without an end, apart from the room: so many in all, so many of one address."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._open: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many are open."""
        return sum(self._open.values())

    @contextmanager
    def held(self, who: str) -> Iterator[None]:
        """Hold a place while it streams; raise `Overloaded` or `TooManyRequests` when there is none."""
        if self.count >= self._most:
            raise Overloaded
        if self._open.get(who, 0) >= self._most_of_one:
            raise TooManyRequests(_STREAM_RETRY_SECONDS)
        self._open[who] = self._open.get(who, 0) + 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


@dataclass
class Breaker:
    """Opens after `threshold` failures in a row; while open nothing is sent, then one probe decides."""

    threshold: int = 5
    open_seconds: float = 2.0
    _failures: int = 0
    _open_until: float = 0.0

    def is_open(self, now: float) -> bool:
        """Tell whether to refuse at once; after the pause one caller is let through to probe."""
        if self._failures < self.threshold:
            return False
        if now < self._open_until:
            return True
        self._open_until = now + self.open_seconds
        return False

    def succeeded(self) -> None:
        """Close."""
        self._failures = 0

    def failed(self, now: float) -> None:
        """Count a failure to reach the service."""
        self._failures += 1
        if self._failures >= self.threshold:
            self._open_until = now + self.open_seconds
