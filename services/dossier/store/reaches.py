"""What an agency keeps for those that ended, as statements take it."""

from collections.abc import Sequence
from typing import Any

from services.dossier.domain.keepers import Reach


def reach_rows(reaches: Sequence[Reach]) -> list[dict[str, Any]]:
    """Return a row for each agency: these procedures only (None: all), and those that others keep."""
    return [
        {
            "agency": one.agency,
            "chosen": None if one.only is None else list(one.only),
            "others": list(one.without),
        }
        for one in reaches
    ]
