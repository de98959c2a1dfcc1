"""Which fee rows are a dossier's: those of its channel, or what its form says by what was filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

from eforms.fees import FeeLine


def rows_of(
    fees: Sequence[Mapping[str, Any]], lines: Sequence[FeeLine] | None
) -> Sequence[Mapping[str, Any]]:
    """Return the rows that count.

    A form that computes its fee (so many copies, so many pages) replaces the fixed rows of the channel;
    when it is collected stays what the procedure says.
    """
    if not lines:
        return fees
    collected = {str(fee.get("code") or ""): fee.get("collected") for fee in fees}
    first = next((fee.get("collected") for fee in fees if fee.get("collected")), "BEFORE")
    return [
        {
            "code": line.code,
            "name": line.name,
            "kind": line.kind,
            "amount": line.amount,
            "collected": collected.get(line.code) or first,
        }
        for line in lines
    ]
