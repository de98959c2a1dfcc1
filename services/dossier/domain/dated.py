"""Rules the law changes: rows that hold between two days, asked by date."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row that holds from a day to a day, both included; without an end it holds until further notice."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The last day."""


Rule = TypeVar("Rule", bound=Dated)


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """Return the rules that hold on a day."""
    return [
        rule for rule in rules if rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
    ]


def latest(rules: Iterable[Rule], day: date) -> Rule | None:
    """Return the rule that began last of those that hold on a day."""
    return max(in_force(rules, day), key=lambda rule: rule.valid_from, default=None)
