"""A form: judged before it is published, then asked whether answers are right and what they cost."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from eforms.faults import Fault, Place, fault
from eforms.fees import FeeLine, compute, fee_faults
from eforms.layouts import Element, Rule, layout_faults, read_layout
from eforms.limits import DEEPEST_ANSWER, MOST_ANSWER_BYTES, MOST_ANSWERS, MOST_TOLD, exceeds
from eforms.patterns import matches
from eforms.prefill import prefill_faults
from eforms.reasons import NOT_ASKED, REQUIRED, reason_for
from eforms.schemas import schema_faults

_FORMATS = FormatChecker(formats=())
_MAIL = re.compile(r"[^@\s<>]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(?::\d{2})?")


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    # Python reads weeks too (2026-W01-1); front ends and other services do not.
    return not isinstance(value, str) or (
        _DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    )


@_FORMATS.checks("time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or (
        _TIME.fullmatch(value) is not None and time.fromisoformat(value) is not None
    )


@_FORMATS.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or _MAIL.fullmatch(value) is not None


def _pattern(_: Any, text: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not matches(text, value):
        yield ValidationError("pattern")


def _required(_: Any, names: Sequence[str], value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        yield from (ValidationError("required", path=(name,)) for name in names if name not in value)


def _closed(_: Any, allowed: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if isinstance(value, dict) and allowed is False:
        more = value.keys() - schema.get("properties", {}).keys()
        yield from (ValidationError("additionalProperties", path=(name,)) for name in sorted(more))


# The library's own `pattern` backtracks; its `required` and `additionalProperties` do not say which member.
_Validator: Any = extend(  # type: ignore[no-untyped-call]  # the stubs leave it untyped
    Draft202012Validator,
    {"pattern": _pattern, "required": _required, "additionalProperties": _closed},
)


def form_faults(form: Mapping[str, Any]) -> list[Fault]:
    """Return every reason why a form may not be published: {schema, layout, prefill?, fee?}."""
    found = schema_faults(form.get("schema"))
    if found:
        return found[:MOST_TOLD]
    schema = form["schema"]
    found = [
        *layout_faults(form.get("layout"), schema),
        *prefill_faults(form.get("prefill"), schema),
        *fee_faults(form.get("fee"), schema),
    ]
    return found[:MOST_TOLD]


class Form:
    """A published form, compiled once; it keeps no answers."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.schema: Mapping[str, Any] = form["schema"]
        self.layout = read_layout(form["layout"], self.schema, self.schema)
        self._fee = form.get("fee")
        self._validator = _Validator(self.schema, format_checker=_FORMATS)

    def faults(self, answers: object) -> list[Fault]:
        """Return why answers are not taken, none when they are; changes nothing and fetches nothing."""
        if not isinstance(answers, dict):
            return [Fault("", "Phải là một đối tượng JSON")]
        too_much = exceeds(answers, deepest=DEEPEST_ANSWER, most=MOST_ANSWERS)
        if (
            too_much
            or len(json.dumps(answers, ensure_ascii=False).encode("utf-8", "replace")) > MOST_ANSWER_BYTES
        ):
            return [Fault("", f"Nội dung khai {too_much or 'quá lớn'}")]
        found: dict[str, Fault] = {}
        for one in self._told(answers):
            found.setdefault(one.path, one)
            if len(found) >= MOST_TOLD:
                break
        return list(found.values())

    def fee(self, answers: Mapping[str, Any]) -> list[FeeLine]:
        """Return the fee lines that apply to sound answers."""
        return compute(self._fee, answers, self.fits)

    def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
        """Tell whether a value fits the schema of a condition."""
        return bool(self._validator.evolve(schema=schema).is_valid(value))

    def is_shown(self, rule: Rule | None, answers: Any) -> bool:
        """Tell whether an element under this rule is shown; a value that is not there fits nothing."""
        if rule is None:
            return True
        value = _at(answers, rule.path)
        return (value is not None and self.fits(rule.schema, value)) is rule.shows

    def _told(self, answers: dict[str, Any]) -> Iterator[Fault]:
        for error in self._validator.iter_errors(answers):
            yield fault(error.absolute_path, reason_for(str(error.validator), error.validator_value))
        yield from self._element_faults(self.layout, answers, (), is_shown=True)

    def _element_faults(
        self, element: Element, answers: Any, place: Place, *, is_shown: bool
    ) -> Iterator[Fault]:
        is_shown = is_shown and self.is_shown(element.rule, answers)
        for inner in element.elements:
            yield from self._element_faults(inner, answers, place, is_shown=is_shown)
        if element.kind != "Control":
            return
        value, at = _at(answers, element.path), (*place, *element.path)
        is_empty = value is None or value in ("", [])
        if not is_shown and not is_empty:
            yield fault(at, NOT_ASKED)
        elif is_shown and is_empty and element.is_required:
            yield fault(at, REQUIRED)
        elif is_shown and element.detail is not None and isinstance(value, list):
            for index, row in enumerate(value):
                yield from self._element_faults(element.detail, row, (*at, index), is_shown=True)


def _at(answers: Any, path: Sequence[str]) -> Any:
    for name in path:
        answers = answers.get(name) if isinstance(answers, dict) else None
    return answers
