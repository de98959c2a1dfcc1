"""The one appointment: the latest way through the members, each counted by its own agency's calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.dossier.domain.interlinked.graph import After, in_order

DueOf = Callable[[str, datetime], datetime | None]
"""When a member would be due if it began then; None where nobody can count it."""


@dataclass(frozen=True, slots=True)
class Latest:
    """When everything is ready, and the members that decide it, first to last."""

    due_at: datetime
    path: tuple[str, ...]


def latest(
    after: After,
    known: Mapping[str, datetime],
    due_of: DueOf,
    *,
    start: datetime,
    left_out: frozenset[str],
    ended: frozenset[str] = frozenset(),
) -> Latest | None:
    """Return the end of the latest path; None where a member's time cannot be counted, or nobody is left.

    `known`: moments members ended at or are due at. Everybody else begins when the last of those before it
    is due; who is left out delays nobody. Who has ended is waited for no more: those after it count on.
    """
    ends: dict[str, datetime] = {}
    come_from: dict[str, str] = {}
    for code in in_order(after):
        if code in left_out:
            continue
        before = [one for one in after[code] if one in ends]
        come_from[code] = max(before, key=ends.__getitem__, default="")
        begins = ends[come_from[code]] if come_from[code] else start
        due = known.get(code) or due_of(code, max(begins, start))
        if due is None:
            return None
        ends[code] = due
    awaited = ends.keys() - ended
    if not awaited:
        return None
    path = [max((code for code in ends if code in awaited), key=ends.__getitem__)]
    while come_from[path[0]]:
        path.insert(0, come_from[path[0]])
    return Latest(ends[path[-1]], tuple(path))
