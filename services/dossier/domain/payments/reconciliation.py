"""The day's list of the platform held against our own books: every difference becomes somebody's task."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kernel.core.clock import VIETNAM
from services.dossier.domain.payments.transactions import one_spelling

_CLOCKS_APART = timedelta(hours=1)
"""How far the platform's moment of a payment may lie past the one it was told with."""


class Wrong(StrEnum):
    """How the two sides differ."""

    MISSING_HERE = "MISSING_HERE"
    """The platform was paid, we know nothing of it (or of no such request)."""
    MISSING_THERE = "MISSING_THERE"
    """We booked money the platform does not list."""
    AMOUNT = "AMOUNT"
    """Both know it, with different amounts."""
    UNCONFIRMED = "UNCONFIRMED"
    """A look-up names a further payment of a request; neither a result of it nor the day's list does."""


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


def compared(
    day: date,
    listed: Iterable[Listed],
    booked: Iterable[Booked],
    elsewhere: Iterable[tuple[str, str]] = (),
) -> Compared:
    """Hold the two sides of a day against each other, request by request; what is listed twice counts once.

    A request may be paid by several transactions, on several days. `booked` holds what was booked on the day
    and everything of the requests the list names, whenever it was booked: money paid a minute before midnight
    and booked a minute after is no difference, and what another day's list has counts for none here:
    `elsewhere` has reference and transaction of what other lists named.
    """
    others: dict[str, set[str]] = {}
    for reference, transaction in elsewhere:
        others.setdefault(reference, set()).add(one_spelling(transaction))
    theirs: dict[str, dict[str, Listed]] = {}
    for row in listed:
        theirs.setdefault(row.reference, {}).setdefault(one_spelling(row.transaction), row)
    ours: dict[str, list[Booked]] = {}
    for one in booked:
        if _counts(one, theirs.get(one.reference, {}), others.get(one.reference, set()), day):
            ours.setdefault(one.reference, []).append(one)
    return Compared(
        [row for rows in theirs.values() for row in rows.values()],
        [one for ones in ours.values() for one in ones],
        [
            one
            for reference in (*theirs, *(name for name in ours if name not in theirs))
            for one in _differences(reference, theirs.get(reference, {}), ours.get(reference, []))
        ],
    )


def _counts(one: Booked, theirs: Mapping[str, Listed], others: AbstractSet[str], day: date) -> bool:
    """Tell whether it stands against this list: it names it, may name it, or the money is of its day.

    The platform does not say when it was paid, so that what is heard after midnight is booked a day late:
    what another day's list names is that day's. What was booked without a name may be any of the list's paid
    by then (news may be late); what was paid after it is other money: else one would hide, for good, all that
    is paid under its reference later.
    """
    named = one_spelling(one.transaction)
    is_any = not named or "" in others
    if others and named not in theirs and (named in others or (is_any and not theirs)):
        return False
    if one.paid_at.astimezone(VIETNAM).date() == day or "" in theirs:
        return True
    if named:
        return named in theirs
    return any(row.paid_at <= one.paid_at + _CLOCKS_APART for row in theirs.values())


def _differences(
    reference: str, theirs: Mapping[str, Listed], ours: Sequence[Booked]
) -> Iterator[Difference]:
    listed, booked = sum(row.amount for row in theirs.values()), sum(one.amount for one in ours)
    known = {one_spelling(one.transaction) for one in ours}
    unknown = [row for named, row in theirs.items() if named not in known]
    name = (unknown or [*theirs.values()])[0].transaction if theirs else ""
    if not theirs:
        yield Difference(Wrong.MISSING_THERE, reference, booked, None)
    elif not ours:
        yield Difference(Wrong.MISSING_HERE, reference, None, listed, name)
    elif booked != listed:
        yield Difference(Wrong.AMOUNT, reference, booked, listed, name)
    elif unknown and "" not in known and "" not in theirs:
        # Equal sums, and each side has money the other has not: one is in no book, one is nobody's.
        strange = [one for one in ours if one_spelling(one.transaction) not in theirs] or [*ours]
        yield Difference(Wrong.MISSING_HERE, reference, None, sum(row.amount for row in unknown), name)
        here = sum(one.amount for one in strange)
        yield Difference(Wrong.MISSING_THERE, reference, here, None, strange[0].transaction)
