"""The dated rules of supervision: what is checked, and when a reason says something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class CheckItem:
    """Something a one-stop unit is checked for, and the text that asks for it."""

    code: str
    name: str
    source: str
    valid_from: date
    valid_to: date | None


class SupervisionRules:
    """All of them, asked by day."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._checks = tuple(
            CheckItem(row["code"], row["name"], row["source"], row["valid_from"], row.get("valid_to"))
            for row in document["checks"]
        )
        self._reasons = sorted(document["reasons"], key=lambda row: row["valid_from"])

    def checks(self, on: date) -> list[CheckItem]:
        """Return what is checked on a day."""
        return [
            row
            for row in self._checks
            if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        ]

    def require_check(self, code: str, on: date) -> None:
        """Raise `Invalid` for what is not checked on the day."""
        if code not in {row.code for row in self.checks(on)}:
            raise Invalid(fields=[("check", "Không có nội dung kiểm tra này")])

    def least_letters(self, on: date) -> int:
        """Return from how many letters a reason given on a day says something."""
        return int([row for row in self._reasons if row["valid_from"] <= on][-1]["least_letters"])
