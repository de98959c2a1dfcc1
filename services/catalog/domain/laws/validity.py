"""From when to when a legal document applies, and what others do to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class RelationKind(StrEnum):
    """What one document does to another."""

    REPLACES = "REPLACES"
    REPEALS = "REPEALS"
    PARTLY_REPEALS = "PARTLY_REPEALS"
    AMENDS = "AMENDS"


class Status(StrEnum):
    """How a document stands on a day."""

    UNKNOWN = "UNKNOWN"
    """No effective day is known and nothing has ended it."""
    NOT_YET = "NOT_YET"
    IN_FORCE = "IN_FORCE"
    AMENDED = "AMENDED"
    PARTLY_REPEALED = "PARTLY_REPEALED"
    REPLACED = "REPLACED"
    REPEALED = "REPEALED"
    EXPIRED = "EXPIRED"


ENDED = frozenset({Status.REPLACED, Status.REPEALED, Status.EXPIRED})
_ENDS = {RelationKind.REPLACES: Status.REPLACED, RelationKind.REPEALS: Status.REPEALED}


@dataclass(frozen=True, slots=True)
class Relation:
    """Document `actor` does something to document `target`, from a day on."""

    actor: str
    kind: RelationKind
    target: str
    from_on: date


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a document as it says of itself; both ends included, None unknown or open."""

    effective_on: date | None = None
    expires_on: date | None = None


def end_of(period: Period, upon: Iterable[Relation]) -> tuple[date, Status] | None:
    """Return the first day a document no longer applies, and why; None while nothing ends it.

    `upon` are the relations whose target it is. The earliest end counts; on one day the reason that says
    who follows comes first.
    """
    ends = [(one.from_on, _ENDS[one.kind]) for one in upon if one.kind in _ENDS]
    if period.expires_on is not None and period.expires_on < date.max:
        ends.append((period.expires_on + timedelta(days=1), Status.EXPIRED))
    order = [Status.REPLACED, Status.REPEALED, Status.EXPIRED]
    return min(ends, key=lambda end: (end[0], order.index(end[1])), default=None)


def status_on(period: Period, upon: Sequence[Relation], day: date) -> Status:
    """Return how a document stands on a day."""
    end = end_of(period, upon)
    if end is not None and day >= end[0]:
        return end[1]
    if period.effective_on is not None and day < period.effective_on:
        return Status.NOT_YET
    begun = {one.kind for one in upon if one.from_on <= day}
    if RelationKind.PARTLY_REPEALS in begun:
        return Status.PARTLY_REPEALED
    if RelationKind.AMENDS in begun:
        return Status.AMENDED
    return Status.UNKNOWN if period.effective_on is None else Status.IN_FORCE


def makes_cycle(new: Relation, known: Iterable[Relation]) -> bool:
    """Say whether documents would replace or repeal each other in a ring."""
    if new.kind not in _ENDS:
        return False
    ahead: dict[str, set[str]] = {}
    for one in known:
        if one.kind in _ENDS:
            ahead.setdefault(one.actor, set()).add(one.target)
    waiting, seen = [new.target], set()
    while waiting:
        at = waiting.pop()
        if at == new.actor:
            return True
        if at not in seen:
            seen.add(at)
            waiting += ahead.get(at, ())
    return False


def successors(key: str, known: Mapping[str, Sequence[Relation]]) -> list[str]:
    """Return the documents that stand in the place of one now, followed to their ends; `known` by target."""
    found: list[str] = []
    waiting, seen = [key], {key}
    while waiting:
        at = waiting.pop(0)
        following = [one.actor for one in known.get(at, ()) if one.kind is RelationKind.REPLACES]
        if not following and at != key:
            found.append(at)
        waiting += [one for one in following if one not in seen]
        seen.update(following)
    return found
