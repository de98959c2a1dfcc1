"""What complying with a procedure costs, and what a simplification would save."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ASPECTS = ("NECESSITY", "REASONABLENESS", "LEGALITY", "COST")
VERDICTS = ("KEEP", "SIMPLIFY", "ABOLISH")


def yearly_cost(steps: Iterable[Mapping[str, Any]]) -> int:
    """Return the yearly cost in đồng of these steps: (hours × hourly wage + outlay) × times a year.

    The simple model of TT 03/2022/TT-VPCP: each step an applicant takes has its time and its frequency.
    """
    total = sum(
        (Decimal(str(step["hours"])) * step["hourly_wage"] + step["outlay"]) * step["times_a_year"]
        for step in steps
    )
    return int(Decimal(total).to_integral_value(ROUND_HALF_UP))


def compared(present: Iterable[Mapping[str, Any]], proposed: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return both costs, what is saved, and the share saved in percent (None when nothing costs now)."""
    before, after = yearly_cost(present), yearly_cost(proposed)
    share = (
        (Decimal(before - after) * 100 / before).quantize(Decimal("0.01"), ROUND_HALF_UP) if before else None
    )
    return {
        "before": before,
        "after": after,
        "saved": before - after,
        "saved_percent": None if share is None else float(share),
    }
