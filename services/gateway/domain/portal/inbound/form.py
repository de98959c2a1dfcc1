"""The answers of a portal's form: an object, a text that says one, or a list of names with their values."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.portal.wire.words import Json, LongText, said_by

_NAMES = ("key", "name", "id", "ma", "ten")
_VALUES = ("value", "giatri", "val")
_MOST_SAID = 8
AS_IT_CAME = "(như bản tin)"
"""Behind the name of what is told as it stood in the message."""


def form_of(told: Any) -> Json | None:
    """Return the answers by their names; None for what is no form.

    A list of one object is that object; `[{"key": "a", "value": "b"}]` is `{"a": "b"}`, and a name that comes
    again has its values in a list, none lost. What else such an answer says (its label) stays with its value.
    Objects that are no answers are one under another where no name is in two, else each under its place.
    """
    found = said_by(told)
    if not found:
        return {}
    if isinstance(found, Mapping):
        return dict(found)
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        return None
    pairs = [_pair(one) or _labelled(one) for one in found]
    if not all(pairs):
        return _one_under_another(found)
    answers: dict[str, list[Any]] = {}
    for name, value in (pair for pair in pairs if pair):
        answers.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in answers.items()}


def is_form(told: Any) -> bool:
    """Tell whether answers can be read."""
    return form_of(told) is not None


def long_answers(told: Any) -> Iterator[str]:
    """Yield where in a form a long text or a file's stands, by names and places in lists."""
    inner: Any = (
        told.items() if isinstance(told, Mapping) else enumerate(told) if isinstance(told, list) else ()
    )
    for name, value in inner:
        if isinstance(value, str):
            if isinstance(value, LongText) or value.lstrip()[:5].lower() == "data:":
                yield str(name)
        else:
            yield from (f"{name}.{place}" for place in long_answers(value))


def _one_under_another(found: list[Any]) -> Json:
    names = [name for one in found for name in one]
    if len(set(names)) == len(names):
        return {name: value for one in found for name, value in one.items()}
    return {str(place): one for place, one in enumerate(found, start=1)}


def _labelled(one: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return the name of an answer that says more than its value, with all else; None for any other."""
    members = {name.casefold(): name for name in one}
    key = next((members[name] for name in _NAMES[:2] if name in members), "")
    is_answer = any(name in members for name in _VALUES) and isinstance(one.get(key), str) and one[key]
    if not is_answer or len(one) > _MOST_SAID:
        return None
    return one[key], {name: value for name, value in one.items() if name != key}


def _pair(one: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return a name and its value; None for an object that is more or less than that."""
    members = {name.casefold(): value for name, value in one.items()}
    name = next((members[key] for key in _NAMES if key in members), None)
    values = [key for key in _VALUES if key in members]
    if len(members) != 2 or not isinstance(name, str) or not name or not values:  # noqa: PLR2004 - a pair.
        return None
    return name, members[values[0]]
