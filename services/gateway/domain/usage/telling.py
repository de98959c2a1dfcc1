"""What may be told of counts, so that a small one cannot be read or worked out (ADR 0021)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A table: its total, the cells that are told, and the sum of all others.

    `total` and `rest` are None where they are not told. Which cells are in the rest is not told either: a
    cell that is not listed is nothing, small, or hides a small one.
    """

    total: int | None
    cells: Mapping[str, int]
    rest: int | None


def tell(counts: Mapping[str, int], smallest: int) -> Told:
    """Tell a finished table. Cells under `smallest` go into the rest, and the least of the others with them.

    The sum of what is hidden is the total less what is told. With a larger cell in it no bound fixes the
    small ones. All cells as large as that one go too: which of equal ones was taken would tell the others.
    Nobody is told how many are hidden or which. That nothing follows is tried on every small table
    (tests/unit/gateway/test_usage_telling.py).
    """
    shown = {key: count for key, count in counts.items() if count >= smallest}
    hidden = sum(count for count in counts.values() if count < smallest)
    total = sum(counts.values())
    if total < smallest:
        return Told(None, {}, None)
    if hidden and shown:
        least = min(shown.values())
        shown = {key: count for key, count in shown.items() if count > least}
    return Told(total, shown, total - sum(shown.values()))


def tell_running(counts: Mapping[str, int], smallest: int) -> Told:
    """Tell a table that still grows: everything in whole multiples of `smallest`, rounded down.

    Whoever asks again and again sees when a multiple is reached, and never a step smaller than one. A rest
    is not told: with an exact one its steps would be seen.
    """
    cells = {key: count // smallest * smallest for key, count in counts.items() if count >= smallest}
    total = sum(counts.values()) // smallest * smallest
    return Told(total or None, cells, None)


def tell_apart(counts: Mapping[str, int], smallest: int) -> Told:
    """Tell numbers that have no sum: each that is not small."""
    return Told(None, {key: count for key, count in counts.items() if count >= smallest}, None)
