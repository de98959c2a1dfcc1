"""An officer's stretch of work at a counter: opened, interrupted, closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import Forbidden
from services.dossier.domain.desk.errors import SessionOver


@dataclass(slots=True, kw_only=True)
class CounterSession:
    """Who sits where since when; `breaks` are past ones, `break_since` the present one."""

    id: UUID
    version: int
    point: str
    counter: str
    counter_name: str
    groups: tuple[str, ...]
    officer: str
    officer_name: str
    agency: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    break_since: datetime | None = None
    breaks: tuple[dict[str, Any], ...] = ()

    @property
    def is_working(self) -> bool:
        """Tell whether people can be called to this counter."""
        return self.closed_at is None and self.break_since is None

    def require_own(self, subject: str) -> None:
        """Raise `Forbidden` for anybody but the officer at the counter."""
        if subject != self.officer:
            raise Forbidden

    def require_working(self) -> None:
        """Raise `SessionOver` while nobody can be called here."""
        if not self.is_working:
            raise SessionOver

    def pause(self, reason: str, at: datetime) -> None:
        """Begin a break."""
        self.require_working()
        self.break_since = at
        self.breaks = (*self.breaks, {"from": at.isoformat(), "reason": reason})
        self.version += 1

    def go_on(self, at: datetime) -> None:
        """End the break."""
        if self.closed_at is not None or self.break_since is None:
            raise SessionOver
        self._end_break(at)
        self.version += 1

    def close(self, by: str, at: datetime) -> None:
        """End the session; a break ends with it."""
        if self.closed_at is not None:
            raise SessionOver
        self._end_break(at)
        self.closed_at, self.closed_by = at, by
        self.version += 1

    def _end_break(self, at: datetime) -> None:
        if self.break_since is not None:
            *before, last = self.breaks
            self.breaks, self.break_since = (*before, {**last, "until": at.isoformat()}), None
