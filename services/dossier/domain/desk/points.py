"""A one-stop point with its counter groups and counters, and who may work there."""

from dataclasses import dataclass
from datetime import date

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden

DESK_ROLES = ("ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "CASHIER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point as the catalogue tells of it."""

    code: str
    name: str
    agency: str
    address: str
    calendar: str
    covered: frozenset[str]
    valid_from: date
    valid_to: date | None

    def serves_on(self, day: date) -> bool:
        """Tell whether the point exists on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def require_officer(self, by: Caller) -> None:
        """Raise `Forbidden` for whoever does not work at this point's counters."""
        if not self._is_of_here(by) or not by.has_role(*DESK_ROLES):
            raise Forbidden

    def require_manager(self, by: Caller) -> None:
        """Raise `Forbidden` for whoever does not lead this point."""
        if not self._is_of_here(by) or not by.has_role("ONE_STOP_MANAGER"):
            raise Forbidden

    def _is_of_here(self, by: Caller) -> bool:
        return by.kind is CallerKind.STAFF and (by.agency == self.agency or by.agency in self.covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A counter group: what its tickets begin with, how many it gives, how its slots are cut."""

    point: str
    code: str
    version: int
    name: str
    letter: str
    is_open: bool
    most_tickets: int
    expected_minutes: int
    slot_minutes: int
    slot_capacity: int
    booking_days: int

    @property
    def takes_appointments(self) -> bool:
        """Tell whether anybody may book."""
        return self.is_open and self.slot_capacity > 0

    @property
    def keeps_appointments(self) -> bool:
        """Tell whether who booked is served.

        Closing alone ends the day's numbers (a full queue) and is undone the next hour: it takes nobody's
        place. Closed and without places for anybody, the group has ended.
        """
        return self.is_open or self.slot_capacity > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter and the groups it serves."""

    point: str
    code: str
    version: int
    name: str
    groups: tuple[str, ...]
