"""Office hours: the sessions of a working day, and the text they are written in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from typing import Self

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


def parse_time(text: str) -> time:
    """Read `07:30`, `7:30` or `07:30:00`; ValueError for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a time of day (HH:MM): {text.strip()!r}")
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ValueError(f"not a time of day (HH:MM): {text.strip()!r}") from None


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """One stretch of office time of a day; both ends belong to it (R0: 11:30:00 is still inside)."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise ValueError("a session is given in local times of day, without a zone")
        if self.opens >= self.closes:
            raise ValueError(f"a session opens before it closes: {self}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `07:30-11:30` (a hyphen or an en dash, spaces allowed)."""
        ends = re.split(r"[-–]", text)
        if len(ends) != 2:  # noqa: PLR2004 - a session has two ends.
            raise ValueError(f"not a session (HH:MM-HH:MM): {text.strip()!r}")
        return cls(parse_time(ends[0]), parse_time(ends[1]))

    def __str__(self) -> str:
        return f"{_text(self.opens)}-{_text(self.closes)}"


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The sessions of one working day, in their order; at least one, none overlapping another."""

    sessions: tuple[Session, ...]

    def __init__(self, sessions: Sequence[Session]) -> None:
        ordered = tuple(sorted(sessions))
        if not ordered:
            raise ValueError("office hours need at least one session; a day without work is an OFF day")
        for earlier, later in pairwise(ordered):
            if later.opens < earlier.closes:
                raise ValueError(f"sessions overlap: {earlier} and {later}")
        object.__setattr__(self, "sessions", ordered)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `07:30-11:30;13:30-17:30`; the order does not matter; ValueError says what is wrong."""
        return cls([Session.parse(part) for part in re.split(r"[;,]", text) if part.strip()])

    @property
    def opening(self) -> time:
        """When the first session opens."""
        return self.sessions[0].opens

    @property
    def closing(self) -> time:
        """When the last session closes."""
        return self.sessions[-1].closes

    def __str__(self) -> str:
        return ";".join(str(session) for session in self.sessions)


def _text(at: time) -> str:
    return at.isoformat("auto" if at.second or at.microsecond else "minutes")
