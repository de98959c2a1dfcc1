"""Checks of single values: what may stand in a field and the Vietnamese sentence when it does not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.portal.wire import Json, as_boolean, as_text

Check = Callable[[Any], str | None]
"""Returns what is wrong with a value that is present, or None."""

_STAMP = re.compile(r"\d{14}")
_PROCEDURE = re.compile(r"\d\.\d{6}(\.[0-9A-Z]+)*")
_AGENCY = re.compile(r"[0-9A-Z]+(\.[0-9A-Z]+)*")
_AGENCY_LENGTH = 35


def is_absent(value: Any) -> bool:
    """Tell whether a field says nothing: left out, null or blank. An empty list does say something."""
    return value is None or (isinstance(value, str) and not value.strip())


def instant(value: Any) -> str | None:
    """Accept yyyyMMddHHmmss of a day and hour that exist."""
    text = as_text(value)
    try:
        if _STAMP.fullmatch(text):
            datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007  The wire has no zone; only existence is asked.
            return None
    except ValueError:
        pass
    return "phải có dạng yyyyMMddHHmmss"


def one_of(*allowed: str) -> Check:
    """Accept one of the codes, sent as text or number."""
    return lambda value: None if as_text(value) in allowed else f"phải là một trong {', '.join(allowed)}"


def boolean(value: Any) -> str | None:
    """Accept "True"/"False", also "1"/"0"."""
    return None if as_boolean(value) is not None else 'phải là "True" hoặc "False"'


def text_up_to(limit: int) -> Check:
    """Accept text of at most `limit` characters."""

    def check(value: Any) -> str | None:
        if isinstance(value, (dict, list)):
            return "phải là chuỗi ký tự"
        return None if len(as_text(value)) <= limit else f"vượt quá {limit} ký tự"

    return check


def leaf(value: Any) -> str | None:
    """Accept any text or number; structures belong to the list fields."""
    return "phải là chuỗi ký tự" if isinstance(value, (dict, list)) else None


def whole_number(value: Any) -> str | None:
    """Accept a whole number that is not negative."""
    return None if as_text(value).isdecimal() else "phải là số nguyên không âm"


def matching(pattern: str, sentence: str) -> Check:
    """Accept text that matches the whole pattern."""
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(as_text(value)) else sentence


def procedure_code(value: Any) -> str | None:
    """Accept a national code, also localised: 1.013229, 1.003560.000.00.00.H56, 2.002621.H56."""
    return None if _PROCEDURE.fullmatch(as_text(value)) else "không đúng cấu trúc mã thủ tục hành chính"


def is_agency(text: str) -> bool:
    """Tell whether text is an agency identifier of either generation (section 2.1)."""
    return len(text) <= _AGENCY_LENGTH and _AGENCY.fullmatch(text) is not None


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of element: which must say something, and what each may say."""

    checks: Mapping[str, Check]
    required: frozenset[str] = frozenset()

    def fault_of(self, element: Any, *, where: str = "") -> str | None:
        """Return the first thing wrong with an element, or None."""
        if not isinstance(element, dict):
            return f"{where or 'data'}: phải là đối tượng JSON"
        return self._missing(element, where) or self._wrong(element, where)

    def _missing(self, element: Json, where: str) -> str | None:
        for name in sorted(self.required):
            if is_absent(element.get(name)):
                return f"Thiếu trường bắt buộc {where}{name}"
        return None

    def _wrong(self, element: Json, where: str) -> str | None:
        for name, check in self.checks.items():
            value = element.get(name)
            if is_absent(value):
                continue
            fault = check(value)
            if fault is not None:
                return f"Trường {where}{name} {fault}" if not fault.startswith("Trường ") else fault
        return None


def list_of(shape: Shape) -> Check:
    """Accept a list whose every element has the shape."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list):
            return "phải là danh sách"
        for place, element in enumerate(value):
            fault = shape.fault_of(element)
            if fault is not None:
                return f"phần tử {place}: {fault}"
        return None

    return check


_OLD_AGENCY = re.compile(r"(\d{3})\.([0-9A-Z]{2})\.([0-9A-Z]{2})\.([A-Z]\d{2})")


def current_agency(text: str) -> str:
    """Return an identifier in the form of Decision 20/2020: level 1 first, zero groups dropped.

    000.00.00.H22 becomes H22 and 000.28.15.H22 becomes H22.15.28; a new identifier stays as it is.
    """
    old = _OLD_AGENCY.fullmatch(text)
    if old is None:
        return text
    return ".".join(group for group in reversed(old.groups()) if group.strip("0"))
