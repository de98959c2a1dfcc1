"""The day's list of the platform held against our own books: every difference becomes somebody's task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kernel.core.clock import VIETNAM
from services.dossier.domain.payments.transactions import one_spelling


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
    """A transaction as we booked it; `transaction` is blank where the news named none."""

    reference: str
    amount: int
    paid_at: datetime
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; an amount that a side does not know is None."""

    kind: Wrong
    reference: str
    ours: int | None
    theirs: int | None
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of a day as they were compared, and what differs."""

    theirs: Sequence[Listed]
    ours: Sequence[Booked]
    differences: Sequence[Difference]


def compared(day: date, listed: Iterable[Listed], booked: Iterable[Booked]) -> Compared:
    """Hold the two sides of a day against each other, request by request; what is listed twice counts once.

    A request may be paid by several transactions, on several days. `booked` holds what was booked on the day
    and everything of the requests the list names, whenever it was booked: money paid a minute before midnight
    and booked a minute after is no difference, and what another day's list has counts for none here.
    """
    theirs: dict[str, dict[str, Listed]] = {}
    for row in listed:
        theirs.setdefault(row.reference, {}).setdefault(one_spelling(row.transaction), row)
    ours: dict[str, list[Booked]] = {}
    for one in booked:
        if _counts(one, theirs.get(one.reference, {}), day):
            ours.setdefault(one.reference, []).append(one)
    found = [
        _difference(reference, [*theirs.get(reference, {}).values()], ours.get(reference, []))
        for reference in (*theirs, *(name for name in ours if name not in theirs))
    ]
    return Compared(
        [row for rows in theirs.values() for row in rows.values()],
        [one for ones in ours.values() for one in ones],
        [one for one in found if one is not None],
    )


def _counts(one: Booked, theirs: dict[str, Listed], day: date) -> bool:
    """Tell whether it stands against this list: it names it, may name it, or the money is of its day."""
    named = one_spelling(one.transaction)
    is_named = named in theirs or "" in theirs or (bool(theirs) and not named)
    return is_named or one.paid_at.astimezone(VIETNAM).date() == day


def _difference(reference: str, theirs: Sequence[Listed], ours: Sequence[Booked]) -> Difference | None:
    listed, booked = sum(row.amount for row in theirs), sum(one.amount for one in ours)
    if not theirs:
        return Difference(Wrong.MISSING_THERE, reference, booked, None)
    known = {one_spelling(one.transaction) for one in ours}
    names = (row.transaction for row in theirs if one_spelling(row.transaction) not in known)
    unknown = next(names, theirs[0].transaction)
    if not ours:
        return Difference(Wrong.MISSING_HERE, reference, None, listed, unknown)
    return Difference(Wrong.AMOUNT, reference, booked, listed, unknown) if booked != listed else None
