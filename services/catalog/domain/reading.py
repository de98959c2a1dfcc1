"""Reads one item of a document, collecting every reason why it cannot be taken instead of the first only."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from services.catalog.domain.text import clean, one_line

MAX_TEXT = 200_000
MAX_LIST = 2_000


class Reader:
    """The fields of one item; `value` methods normalise in place, `reasons` says what is wrong (Vietnamese).

    Fields nobody reads here are kept as they are: the document may say more than this service judges.
    """

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.data: dict[str, Any] = dict(item)
        self.reasons: list[str] = []

    def refuse(self, path: str, reason: str) -> None:
        """Note that something is wrong with a field."""
        self.reasons.append(f"{path}: {reason}")

    def text(self, name: str, *, required: bool = True, longest: int = 2_000) -> str:
        """Read a text on one line; an absent one is null."""
        value = self.data.get(name)
        if value is None or value == "":
            self.data[name] = None
            if required:
                self.refuse(name, "thiếu")
            return ""
        if not isinstance(value, str):
            self.refuse(name, "phải là chuỗi ký tự")
            return ""
        read = one_line(value)
        if len(read) > longest:
            self.refuse(name, f"dài quá {longest} ký tự")
        self.data[name] = read
        return read

    def long_text(self, name: str) -> None:
        """Read a text of several lines or a list of them; an absent one is null."""
        value = self.data.get(name)
        parts = value if isinstance(value, list) else [value]
        if any(part is not None and not isinstance(part, str) for part in parts):
            self.refuse(name, "phải là văn bản")
            return
        if sum(len(part or "") for part in parts) > MAX_TEXT:
            self.refuse(name, f"dài quá {MAX_TEXT} ký tự")
            return
        read = [clean(part) for part in parts if part]
        self.data[name] = read if isinstance(value, list) else (read[0] if read else None)

    def code(self, name: str, pattern: re.Pattern[str], *, required: bool = True) -> str:
        """Read a code of a given form."""
        value = self.text(name, required=required, longest=100)
        if value and not pattern.fullmatch(value):
            self.refuse(name, "không đúng dạng mã")
            return ""
        return value

    def choice(self, name: str, allowed: Iterable[str], *, required: bool = True) -> str:
        """Read one word of a list."""
        value = self.text(name, required=required, longest=100)
        if value and value not in allowed:
            self.refuse(name, "không có trong danh mục cho phép")
            return ""
        return value

    def date(self, name: str, *, required: bool = False) -> date | None:
        """Read an ISO date; it stays an ISO text in the data."""
        value = self.data.get(name)
        if value is None:
            self.data[name] = None
            if required:
                self.refuse(name, "thiếu")
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.refuse(name, "phải là ngày dạng NNNN-TT-NN")
            return None

    def flag(self, name: str, *, default: bool) -> bool:
        """Read yes or no."""
        value = self.data.setdefault(name, default)
        if not isinstance(value, bool):
            self.refuse(name, "phải là đúng hoặc sai")
            return default
        return value

    def number(self, name: str, *, least: float, most: float, required: bool = False) -> float | None:
        """Read a number within bounds."""
        value = self.data.get(name)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.refuse(name, f"phải là số từ {least:g} đến {most:g}")
            return None
        return float(value)

    def texts(self, name: str, allowed: Iterable[str] | None = None) -> list[str]:
        """Read a list of short texts, each from a list when one is given; an absent list is empty."""
        value = self.data.get(name) or []
        if (
            not isinstance(value, list)
            or len(value) > MAX_LIST
            or not all(isinstance(part, str) for part in value)
        ):
            self.refuse(name, "phải là danh sách chuỗi ký tự")
            return []
        read = [one_line(part) for part in value]
        if allowed is not None and not set(read) <= set(allowed):
            self.refuse(name, "có giá trị ngoài danh mục cho phép")
        self.data[name] = read
        return read

    def items(
        self, name: str, read: Callable[["Reader"], None], *, required: bool = False
    ) -> list[dict[str, Any]]:
        """Read a list of objects, each with its own reader; its reasons carry the place."""
        value = self.data.get(name) or []
        if not isinstance(value, list) or len(value) > MAX_LIST:
            self.refuse(name, "phải là danh sách")
            return []
        if required and not value:
            self.refuse(name, "phải có ít nhất một mục")
        result = []
        for index, part in enumerate(value):
            if not isinstance(part, Mapping):
                self.refuse(f"{name}[{index}]", "phải là một đối tượng")
                continue
            inner = Reader(part)
            read(inner)
            self.reasons += [f"{name}[{index}].{reason}" for reason in inner.reasons]
            result.append(inner.data)
        self.data[name] = result
        return result

    def inner(
        self, name: str, read: Callable[["Reader"], None], *, required: bool = False
    ) -> dict[str, Any] | None:
        """Read one object; an absent one is null."""
        value = self.data.get(name)
        if value is None:
            self.data[name] = None
            if required:
                self.refuse(name, "thiếu")
            return None
        if not isinstance(value, Mapping):
            self.refuse(name, "phải là một đối tượng")
            return None
        inner = Reader(value)
        read(inner)
        self.reasons += [f"{name}.{reason}" for reason in inner.reasons]
        self.data[name] = inner.data
        return inner.data

    def period(self) -> None:
        """Read `valid_from` and `valid_to`, in their order."""
        first, last = self.date("valid_from", required=True), self.date("valid_to")
        if first and last and last < first:
            self.refuse("valid_to", "trước ngày bắt đầu hiệu lực")
