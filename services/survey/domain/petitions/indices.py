"""Indices 5.1 to 5.3 of QĐ 766/QĐ-TTg, counted from what was recorded of petitions and dossiers: exact."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from kernel.core.clock import VIETNAM

FORMULA_VERSION = "petitions-1"
_CENT = Decimal("0.0001")
_BEGINS = frozenset({"FILED", "FORWARDED", "RAISED_AGAIN"})
_ENDS = frozenset({"ANSWERED", "REJECTED", "FORWARDED"})


@dataclass(frozen=True, slots=True)
class IndexSet:
    """How the three were weighed from a day on: points a whole index gives, and where 5.3 is whole."""

    code: str
    valid_from: date
    most: int
    whole_at: Fraction
    source: str
    check: bool
    """Whether somebody has still to compare it with its text."""


SETS: Sequence[IndexSet] = (
    IndexSet(
        "766-2022", date(2022, 6, 23), 6, Fraction(1), "QĐ 766/QĐ-TTg, nhóm hài lòng 18 điểm", check=True
    ),
    IndexSet(
        "766-2026", date(2026, 1, 1), 6, Fraction(9, 10), "domain.md 6.1, như Cổng DVCQG năm 2026", check=True
    ),
)


def set_on(day: date) -> IndexSet:
    """Return the set that holds on a day; days before the first have none of their own and get the first."""
    held = [one for one in SETS if one.valid_from <= day]
    return held[-1] if held else SETS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One act as it was recorded: where, by when it was due, what is due after it."""

    petition_id: UUID
    reference: str
    dossier_code: str
    action: str
    at: datetime
    agency: str
    is_late: bool
    next_due_at: datetime | None
    is_satisfied: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One petition at one agency, from its arrival to what ended it there."""

    petition_id: UUID
    reference: str
    dossier_code: str
    agency: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None = None
    how: str = ""
    is_late: bool = False
    is_dissatisfied: bool = False
    is_raised_again: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """An agency that ended: its last day, and who goes on with its petitions."""

    last_day: date
    heir: str


def handlings_of(acts: Iterable[Recorded], ended: Mapping[str, Ended]) -> list[Handling]:
    """Return every handling the acts tell of; acts come petition by petition, each in its order.

    What an agency had not finished by its last day is the handling of who goes on for it: nobody answers for
    an agency that is no more. What it had finished stays its own.
    """
    found: list[Handling] = []
    for _, told in groupby(acts, key=lambda one: one.petition_id):
        found += [_carried_on(one, ended) for one in _of_one(told)]
    return found


def _carried_on(one: Handling, ended: Mapping[str, Ended]) -> Handling:
    day = one.ended_at.astimezone(VIETNAM).date() if one.ended_at else date.max
    agency, past = one.agency, set[str]()
    while agency not in past and (end := ended.get(agency)) and day > end.last_day:
        past.add(agency)
        agency = end.heir
    return replace(one, agency=agency)


def _of_one(acts: Iterable[Recorded]) -> list[Handling]:
    found: list[Handling] = []
    for act in acts:
        if found:
            found[-1] = _after(found[-1], act)
        if act.action in _BEGINS:
            found.append(
                Handling(
                    petition_id=act.petition_id,
                    reference=act.reference,
                    dossier_code=act.dossier_code,
                    agency=act.agency,
                    began_at=act.at,
                    due_at=act.next_due_at,
                )
            )
    return found


def _after(last: Handling, act: Recorded) -> Handling:
    late = last.is_late or act.is_late
    if last.ended_at is None and act.action != "FORWARDED":
        # Who goes on for an agency that ended has taken it on.
        last = replace(last, agency=act.agency)
    if act.action in _ENDS:
        return replace(last, ended_at=act.at, how=act.action, is_late=late)
    if act.action == "RATED":
        return replace(last, is_dissatisfied=act.is_satisfied is False)
    if act.action == "RAISED_AGAIN":
        return replace(last, is_raised_again=True)
    if last.ended_at is None:
        return replace(last, due_at=act.next_due_at, is_late=late)
    return replace(last, is_late=late)


class Number(StrEnum):
    """What a figure opens to."""

    COUNTED = "COUNTED"
    ON_TIME = "ON_TIME"
    LATE = "LATE"
    DISSATISFIED = "DISSATISFIED"
    RAISED_AGAIN = "RAISED_AGAIN"
    IN_TIME = "IN_TIME"
    """Still open and not due yet: in no index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One petition as a figure counts it: once, late when any of its handlings was."""

    petition_id: UUID
    reference: str
    dossier_code: str
    agencies: Sequence[str]
    began_at: datetime
    ended_at: datetime | None
    numbers: frozenset[Number] = field(default_factory=frozenset)


def counted(
    handlings: Iterable[Handling], *, agency: str | None, first: date, last: date, cut_off: datetime
) -> list[Counted]:
    """Return the petitions that arrived on these days, at one agency or in the province, oldest first.

    One that is open and not due yet is IN_TIME and in no index.
    """
    chosen: dict[UUID, list[Handling]] = {}
    for one in handlings:
        day = one.began_at.astimezone(VIETNAM).date()
        if first <= day <= last and agency in {None, one.agency}:
            chosen.setdefault(one.petition_id, []).append(one)
    found = [_counted(together, cut_off) for together in chosen.values()]
    return sorted(found, key=lambda one: (one.began_at, one.petition_id))


def _counted(handlings: Sequence[Handling], cut_off: datetime) -> Counted:
    numbers: set[Number] = set()
    late = any(one.is_late or _is_overdue(one, cut_off) for one in handlings)
    if not late and any(one.ended_at is None for one in handlings):
        numbers.add(Number.IN_TIME)
    else:
        numbers |= {Number.COUNTED, Number.LATE if late else Number.ON_TIME}
        if any(one.is_dissatisfied for one in handlings):
            numbers.add(Number.DISSATISFIED)
        if any(one.is_raised_again for one in handlings):
            numbers.add(Number.RAISED_AGAIN)
    first, last = handlings[0], handlings[-1]
    return Counted(
        petition_id=first.petition_id,
        reference=first.reference,
        dossier_code=first.dossier_code,
        agencies=list(dict.fromkeys(one.agency for one in handlings)),
        began_at=first.began_at,
        ended_at=last.ended_at,
        numbers=frozenset(numbers),
    )


def _is_overdue(one: Handling, cut_off: datetime) -> bool:
    return one.ended_at is None and one.due_at is not None and cut_off > one.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCounts:
    """Dossiers that ended on these days; answers of the survey lead to no dossier and stand apart."""

    ended: int
    overdue: int
    petitioned: int
    disliked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionIndex:
    """One index with what it was computed from; points are a fraction, rounded only to be shown."""

    code: str
    numerator: int
    denominator: int
    points: Fraction
    most: int

    @property
    def percent(self) -> Decimal | None:
        """Return per cent to two places, half up; None where nothing was counted."""
        if self.denominator == 0:
            return None
        whole = Decimal(100) * self.numerator / self.denominator
        return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def shown_points(self) -> Decimal:
        """Return the points to four places, half up."""
        return (Decimal(self.points.numerator) / self.points.denominator).quantize(_CENT, ROUND_HALF_UP)


def indices(
    petitions: Sequence[Counted], dossiers: DossierCounts, weighed: IndexSet
) -> tuple[PetitionIndex, PetitionIndex, PetitionIndex]:
    """Return 5.1, 5.2 and 5.3; where nothing was counted the first two are whole, the third none."""
    judged = [one.numbers for one in petitions if Number.COUNTED in one.numbers]
    bad = {Number.LATE, Number.DISSATISFIED, Number.RAISED_AGAIN}
    on_time = sum(Number.ON_TIME in one for one in judged)
    good = sum(not one & bad for one in judged)
    spoilt = dossiers.overdue + dossiers.petitioned + dossiers.disliked
    clean = max(0, dossiers.ended - spoilt)
    most = weighed.most
    return (
        _index("5.1", on_time, len(judged), most, none=most),
        _index("5.2", good, len(judged), most, none=most),
        _index("5.3", clean, dossiers.ended, most, none=0, whole_at=weighed.whole_at),
    )


def _index(
    code: str, numerator: int, denominator: int, most: int, *, none: int, whole_at: Fraction = Fraction(1)
) -> PetitionIndex:
    points = Fraction(none)
    if denominator:
        points = min(Fraction(most), most * Fraction(numerator, denominator) / whole_at)
    return PetitionIndex(code=code, numerator=numerator, denominator=denominator, points=points, most=most)
