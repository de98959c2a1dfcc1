"""What a procedure promises: a length of time, and what may stop its clock."""

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from worktime.zone import local

STATUTORY_CUTOFF = time(15)
"""R3: "after 15:00" (NĐ 61/2018 Đ.18), for a same-day term that names no cut-off of its own."""

_HOURS_A_DAY = 8
_HOUR = 3_600_000_000
_LONGEST = 100_000


class Unit(StrEnum):
    """What a term is counted in."""

    WORKING_DAY = "WORKING_DAY"
    WORKING_HOUR = "WORKING_HOUR"
    SAME_DAY = "SAME_DAY"
    CALENDAR_DAY = "CALENDAR_DAY"
    MONTH = "MONTH"


class DueTimeMode(StrEnum):
    """At which time of the due day a whole-day term (R1) ends."""

    END_OF_DAY = "END_OF_DAY"
    SAME_TIME = "SAME_TIME"


class ClockPolicy(StrEnum):
    """What a stop does to the term: PAUSE adds the stopped time (R6), RESTART begins anew (R7)."""

    PAUSE = "PAUSE"
    RESTART = "RESTART"


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time, such as 5 working days.

    `value` is zero or more, at most 100,000. Only WORKING_DAY and WORKING_HOUR take fractions: a fraction of
    a working day is 8 hours times that (R2); of a calendar day or a month the law knows none. SAME_DAY has
    no number: 0. `cutoff` speaks to SAME_DAY alone (R3) and is not read for other units; None is 15:00.
    """

    value: Decimal
    unit: Unit
    cutoff: time | None = None
    is_in_hours: bool = field(init=False, repr=False, compare=False)
    count: int = field(init=False, repr=False, compare=False)
    office_time: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.value, float):
            raise TypeError("a term is an exact number: Decimal or int, not float")
        value, unit = Decimal(self.value), Unit(self.unit)
        if not value.is_finite() or not 0 <= value <= _LONGEST:
            raise ValueError(f"a term is a number from 0 to {_LONGEST}: {value}")
        is_whole = value == value.to_integral_value()
        if not is_whole and unit not in (Unit.WORKING_DAY, Unit.WORKING_HOUR):
            raise ValueError(f"{unit} takes whole numbers only: {value}")
        if unit is Unit.SAME_DAY and value:
            raise ValueError(f"SAME_DAY takes no number (0): {value}")
        is_in_hours = unit is Unit.WORKING_HOUR or (unit is Unit.WORKING_DAY and not is_whole)
        hours = value * _HOURS_A_DAY if unit is Unit.WORKING_DAY else value
        put = object.__setattr__
        put(self, "value", value)
        put(self, "unit", unit)
        put(self, "is_in_hours", is_in_hours)
        put(self, "count", 0 if is_in_hours else int(value))
        # Finer than a microsecond no clock can tell.
        put(self, "office_time", int((hours * _HOUR).to_integral_value(ROUND_HALF_UP)) if is_in_hours else 0)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which the clock stands: supplement requested, payment awaited, suspended.

    `resumed_at` is None while it lasts. Consultation, weekends and an officer's leave are no stops.
    """

    stopped_at: datetime
    resumed_at: datetime | None = None

    def __post_init__(self) -> None:
        stopped_at = local(self.stopped_at)
        object.__setattr__(self, "stopped_at", stopped_at)
        if self.resumed_at is not None:
            resumed_at = local(self.resumed_at)
            object.__setattr__(self, "resumed_at", resumed_at)
            if resumed_at < stopped_at:
                raise ValueError(f"resumed at {resumed_at.isoformat()}, before it stopped")
