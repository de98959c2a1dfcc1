"""A form as fields of a page, from its data alone: the reference of how a front end reads `eforms`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eforms.form import Form
from eforms.layouts import HOLDERS, Element

_KINDS = {"integer": "number", "number": "number", "boolean": "checkbox"}
_FORMATS = {"date": "date", "email": "email", "time": "time"}
_WHOLE, _EXACT = re.compile(r"-?\d{1,15}"), re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing on the page; `name` is its path with dots, also the name of its input."""

    kind: str
    label: str = ""
    name: str = ""
    value: str = ""
    help: str = ""
    error: str = ""
    is_required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    fields: tuple["Field", ...] = ()
    may_grow: bool = False


def read_answers(form: Form, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what was typed as the form's values; what is not shown is left out.

    What cannot be read as its type stays text, so that the catalogue says what is wrong with it.
    """
    answers: dict[str, Any] = {}
    _read(form.layout, given, "", answers)
    for name, part in form.schema["properties"].items():
        if name in form.schema.get("required", ()) and part.get("type") == "object":
            answers.setdefault(name, {})
    _leave_out(form, form.layout, answers)
    return answers


def fields_of(
    form: Form, answers: Mapping[str, Any], wrong: Mapping[str, str], *, grow: str = ""
) -> tuple[Field, ...]:
    """Return the page's fields for these answers; `grow` names a repeated group that gets one more row."""
    return tuple(_fields(form, form.layout, answers, "", wrong, grow))


def _read(element: Element, given: Mapping[str, str], before: str, answers: dict[str, Any]) -> None:
    for inner in element.elements:
        _read(inner, given, before, answers)
    if element.kind != "Control":
        return
    name = before + ".".join(element.path)
    if element.detail is not None:
        _put(answers, element.path, _rows(element.detail, given, name) or None)
    else:
        _put(answers, element.path, _value(element.schema or {}, given.get(name, "").strip()))


def _rows(detail: Element, given: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    places = {key[len(name) + 1 :].partition(".")[0] for key in given if key.startswith(f"{name}.")}
    rows = []
    for place in sorted(int(one) for one in places if one.isdecimal() and len(one) <= 3):  # noqa: PLR2004 - rows.
        row: dict[str, Any] = {}
        _read(detail, given, f"{name}.{place}.", row)
        if row:
            rows.append(row)
    return rows


def _value(schema: Mapping[str, Any], text: str) -> Any:
    if not text:
        return None
    match schema.get("type"):
        case "boolean":
            return text == "on"
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _EXACT.fullmatch(text):
            return float(text.replace(",", "."))
    return text


def _put(answers: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if value is None:
        return
    for name in path[:-1]:
        answers = answers.setdefault(name, {})
    answers[path[-1]] = value


def _leave_out(form: Form, element: Element, answers: dict[str, Any], *, is_shown: bool = True) -> None:
    is_shown = is_shown and form.is_shown(element.rule, answers)
    for inner in element.elements:
        _leave_out(form, inner, answers, is_shown=is_shown)
    if element.kind != "Control":
        return
    holder: Any = answers
    for name in element.path[:-1]:
        holder = holder.get(name, {})
    if not is_shown:
        holder.pop(element.path[-1], None)
    elif element.detail is not None:
        for row in holder.get(element.path[-1], ()):
            _leave_out(form, element.detail, row)


def _fields(
    form: Form, element: Element, answers: Any, before: str, wrong: Mapping[str, str], grow: str
) -> Iterator[Field]:
    if not form.is_shown(element.rule, answers):
        return
    if element.kind in HOLDERS:
        inner = tuple(
            one for part in element.elements for one in _fields(form, part, answers, before, wrong, grow)
        )
        yield Field(kind="group", label=element.label, fields=inner)
    elif element.kind == "Label":
        yield Field(kind="text", label=element.label)
    elif element.detail is not None:
        yield _group(form, element, answers, before, wrong, grow)
    else:
        yield _field(element, _at(answers, element.path), before, wrong)


def _group(
    form: Form, element: Element, answers: Any, before: str, wrong: Mapping[str, str], grow: str
) -> Field:
    name, schema = before + ".".join(element.path), element.schema or {}
    rows = list(_at(answers, element.path) or ())
    most = int(schema["maxItems"])
    while len(rows) < most and (len(rows) < max(1, schema.get("minItems", 0)) or grow == name):
        rows.append({})
        grow = "" if grow == name else grow
    shown = tuple(
        Field(
            kind="row",
            label=str(place + 1),
            fields=tuple(_fields(form, element.detail, row, f"{name}.{place}.", wrong, grow)),  # type: ignore[arg-type]  # asked before
        )
        for place, row in enumerate(rows)
    )
    return Field(
        kind="rows",
        label=element.label,
        name=name,
        help=element.help,
        error=wrong.get(name, ""),
        is_required=element.is_required,
        fields=shown,
        may_grow=len(rows) < most,
    )


def _field(element: Element, value: Any, before: str, wrong: Mapping[str, str]) -> Field:
    schema, name = element.schema or {}, before + ".".join(element.path)
    options = _options(schema)
    kind = (
        "choice"
        if options
        else _KINDS.get(schema.get("type", ""), _FORMATS.get(schema.get("format", ""), "text"))
    )
    return Field(
        kind="long" if element.is_long and kind == "text" else "line" if kind == "text" else kind,
        label=element.label or name,
        name=name,
        value="on" if value is True else "" if value is None or value is False else f"{value}",
        help=element.help,
        error=wrong.get(name, ""),
        is_required=element.is_required,
        options=options,
    )


def _options(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    named = [one for one in schema.get("oneOf", ()) if "const" in one]
    if named:
        return tuple((str(one["const"]), str(one.get("title", one["const"]))) for one in named)
    return tuple((str(one), str(one)) for one in schema.get("enum", ()))


def _at(answers: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        answers = answers.get(name) if isinstance(answers, Mapping) else None
    return answers
