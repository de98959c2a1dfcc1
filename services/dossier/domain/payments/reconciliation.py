"""The day's list of the platform held against our own books: every difference becomes somebody's task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Wrong(StrEnum):
    """How the two sides differ."""

    MISSING_HERE = "MISSING_HERE"
    """The platform was paid, we know nothing of it (or of no such request)."""
    MISSING_THERE = "MISSING_THERE"
    """We booked money the platform does not list."""
    AMOUNT = "AMOUNT"
    """Both know it, with different amounts."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A paid transaction as the platform lists it."""

    reference: str
    transaction: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """A transaction as we booked it."""

    reference: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; an amount that a side does not know is None."""

    kind: Wrong
    reference: str
    ours: int | None
    theirs: int | None
    transaction: str = ""


def differences(listed: Iterable[Listed], ours: Mapping[str, Booked]) -> list[Difference]:
    """Return what differs; a transaction listed twice is counted once.

    `ours` holds what was booked on the day and everything the list names, whenever it was booked: money paid
    a minute before midnight and booked a minute after is no difference.
    """
    theirs: dict[str, Listed] = {}
    for one in listed:
        theirs.setdefault(one.reference, one)
    found = []
    for reference, one in theirs.items():
        booked = ours.get(reference)
        if booked is None:
            found.append(Difference(Wrong.MISSING_HERE, reference, None, one.amount, one.transaction))
        elif booked.amount != one.amount:
            found.append(Difference(Wrong.AMOUNT, reference, booked.amount, one.amount, one.transaction))
    found += [
        Difference(Wrong.MISSING_THERE, reference, booked.amount, None)
        for reference, booked in ours.items()
        if reference not in theirs
    ]
    return found
