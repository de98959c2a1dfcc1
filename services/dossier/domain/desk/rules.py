"""The dated rules of the front desk: who goes first by law, how many in a row, when an appointment counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.core.errors import Invalid

NORMAL = "NORMAL"
"""The class of whoever has no right to go first."""


@dataclass(frozen=True, slots=True)
class Priority:
    """A class of people who go first, in force on some days, with the text that says so."""

    code: str
    name: str
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CallingRule:
    """`preferred_run` preferred tickets in a row at most while a normal one waits."""

    preferred_run: int
    least_calls: int


@dataclass(frozen=True, slots=True)
class AppointmentRule:
    """Minutes around the slot's beginning; how soon before it one may book; how many one may hold."""

    early_minutes: int
    late_minutes: int
    lead_minutes: int
    most_open: int
    remind_hours: int


class DeskRules:
    """All of them, asked by day."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._priorities = tuple(
            Priority(row["code"], row["name"], row["source"], row["valid_from"], row.get("valid_to"))
            for row in document["priorities"]
        )
        self._calling = _dated(document["calling"])
        self._appointments = _dated(document["appointments"])

    def priorities(self, on: date) -> list[Priority]:
        """Return the classes in force on a day."""
        return [
            row
            for row in self._priorities
            if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        ]

    def require_priority(self, code: str, on: date) -> None:
        """Raise `Invalid` for a class that is not in force on the day."""
        if code != NORMAL and code not in {row.code for row in self.priorities(on)}:
            raise Invalid(fields=[("priority", "Không phải đối tượng ưu tiên theo quy định hiện hành")])

    def calling(self, on: date) -> CallingRule:
        """Return how people are called on a day."""
        row = _in_force(self._calling, on)
        return CallingRule(row["preferred_run"], row["least_calls"])

    def appointments(self, on: date) -> AppointmentRule:
        """Return how appointments count on a day."""
        row = _in_force(self._appointments, on)
        return AppointmentRule(
            row["early_minutes"],
            row["late_minutes"],
            row["lead_minutes"],
            row["most_open"],
            row["remind_hours"],
        )


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: row["valid_from"])


def _in_force(rows: Sequence[Mapping[str, Any]], on: date) -> Mapping[str, Any]:
    found = [row for row in rows if row["valid_from"] <= on]
    if not found:
        raise LookupError(f"no rule of the front desk is dated before {on}")
    return found[-1]
