"""What differs between two versions of a process or a group, steps and members matched by their codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MATCHED_BY = {"steps": "code", "facts": "name", "members": "procedure"}
_NOT_COMPARED = frozenset({"version", "edition", "critical_hours", "approved_by", "valid_from", "valid_to"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One place: `path` as steps[ky].hours; `before` is None for what is new, `after` for what is gone."""

    path: str
    change: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return every difference in reading order; the same content in another order of steps is none."""
    return list(_between("", before, after))


def _between(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        if not path and name in _NOT_COMPARED:
            continue
        place = f"{path}.{name}" if path else name
        old, new = before.get(name), after.get(name)
        if (old or None) == (new or None):
            continue
        if name in _MATCHED_BY and not path:
            yield from _matched(name, _MATCHED_BY[name], old or [], new or [])
        else:
            change = "ADDED" if old in (None, [], "") else "REMOVED" if new in (None, [], "") else "CHANGED"
            yield Difference(place, change, old, new)


def _matched(
    name: str, key: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    old, new = ({item[key]: item for item in items} for items in (before, after))
    for code in dict.fromkeys((*old, *new)):
        place = f"{name}[{code}]"
        if code not in new:
            yield Difference(place, "REMOVED", old[code], None)
        elif code not in old:
            yield Difference(place, "ADDED", None, new[code])
        else:
            yield from _between(place, old[code], new[code])
