"""What one process of the gateway holds of counted use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.gateway.use_cases.usage.counting import Usage

Row = Sequence[str | int]


class UsageKeeping(Protocol):
    """What jobs do with counts."""

    async def fold(self) -> int:
        """Add single acts to the sums, some thousands at once; return how many there were."""

    async def forget(self, before: date, now: datetime) -> None:
        """Forget the days before this one, and which batches came long ago."""


@dataclass(frozen=True, kw_only=True)
class UsageSide:
    """`here` counts in this process; `smallest` is the smallest number that is told."""

    here: Usage
    keeping: UsageKeeping
    keep_days: int
    smallest: int
    as_csv: Callable[[Sequence[Row]], bytes]
    as_xlsx: Callable[[Sequence[Row]], bytes]
