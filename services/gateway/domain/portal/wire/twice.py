"""What a message of the portal says twice: the same is one, lists are joined, anything else is kept beside.

Repeated elements of XML come as a member that is said again, and containers hold what their content holds.
Which of two counts is not for a program: the other stands under a numbered name, and who reads a member that
decides something asks people (`told_twice`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal.wire.words import Json

_NUMBERED = re.compile(r"(?P<name>.+) \(\d{1,6}\)", re.DOTALL)


def is_blank(value: Any) -> bool:
    """Tell whether a member says nothing; "no" and nought say something."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(one) for one in value.values())
    if isinstance(value, list):
        return all(is_blank(one) for one in value)
    return value is None


def with_members(pairs: Sequence[tuple[str, Any]]) -> Json:
    """Return an object of members in their order, of which some may be said again, any number of times."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    told: dict[str, list[Any]] = {}
    for name, value in pairs:
        told.setdefault(name, []).append(value)
    found = {}
    for name, values in told.items():
        lay_under(found, name, *values)
    return found


def lay_under(found: Json, name: str, *values: Any) -> None:
    """Put members where another of their name may stand, which counts first unless it is blank.

    Who has several of one name gives them at once: each call looks at all that stand there.
    """
    told = _different((found[name], *values) if name in found else values)
    if len(told) == 1 or all(isinstance(one, list | Mapping) for one in told):
        found[name] = _joined(*told)
    elif _NUMBERED.fullmatch(name):
        found[name] = [one for value in told for one in (value if isinstance(value, list) else [value])]
    else:
        found[name] = told[0]
        lay_under(found, f"{name} (2)", *told[1:])


def told_twice(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands beside a member of its name and says something else, with that name."""
    for name, value in found.items():
        numbered = _NUMBERED.fullmatch(name)
        if numbered is not None and not is_blank(value):
            yield name, numbered["name"]


def _different(values: Sequence[Any]) -> list[Any]:
    """Return the values that say something and differ, in their order; the first where none does."""
    if len(values) == 1:
        return [*values]
    different: dict[str, Any] = {}
    for one in values:
        if not is_blank(one):
            different.setdefault(_key(one), one)
    return list(different.values()) or [values[0]]


def _joined(first: Any, *others: Any) -> Any:
    """Return lists as one, an object alone being one of it; what is all there is stays as it is."""
    if not others:
        return first
    whole = list(first) if isinstance(first, list) else [first]
    seen = {_key(one) for one in whole}
    for other in others:
        more = [one for one in (other if isinstance(other, list) else [other]) if _key(one) not in seen]
        whole += more
        seen |= {_key(one) for one in more}
    return whole


def _key(value: Any) -> str:
    if isinstance(value, list | Mapping):
        return json.dumps(value, sort_keys=True)
    return str(value).strip()
