"""What an agency keeps for those that ended, as statements take it."""

from collections.abc import Sequence
from typing import Any

from services.dossier.domain.keepers import Reach, Sight

SEEN = (
    "(:is_all::boolean OR {agency} = ANY(:books::text[])"
    " OR (starts_with({agency}, :below) AND NOT {agency} = ANY(:known::text[])))"
)
"""What `Sight.has` says of an agency's books, in a statement that is given `seen_as`."""


def seen_as(sight: Sight | None) -> dict[str, Any]:
    """Return what `SEEN` asks for; without a sight everybody's are seen."""
    sight, is_all = sight or Sight(agency="", kept=()), sight is None
    below = f"{sight.agency}."
    return {"is_all": is_all, "books": sight.books(), "below": below, "known": list(sight.known)}


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
