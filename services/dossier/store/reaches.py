"""What an agency keeps for those that ended, as statements take it."""

from collections.abc import Sequence
from typing import Any

from services.dossier.domain.keepers import Reach, Sight

KEPT = "jsonb_to_recordset(:reaches::jsonb) AS kept(agency text, chosen text[], others text[])"
OF_PROCEDURE = (
    "(kept.chosen IS NULL OR {procedure} = ANY(kept.chosen)) AND NOT {procedure} = ANY(kept.others)"
)
UNTOLD = "(starts_with({agency}, :below::text) AND NOT {agency} = ANY(:known::text[]))"
SEEN = (
    f"(:is_all::boolean OR {UNTOLD} OR EXISTS (SELECT FROM {KEPT}"
    f" WHERE kept.agency = {{agency}} AND {OF_PROCEDURE}))"
)
"""What `Sight.has` says of an agency and a procedure, in a statement that is given `seen_as`."""
BOOKS = "''::text"
"""For a procedure where it is asked of the agency's books."""


def seen_as(sight: Sight | None) -> dict[str, Any]:
    """Return what `SEEN` asks for; without a sight everybody's are seen."""
    if sight is None:
        return {"is_all": True, "reaches": [], "below": "", "known": []}
    # What the agency itself took part in it knows of, whoever keeps it.
    kept = [Reach(agency=sight.agency), *(one for one in sight.kept if one.agency != sight.agency)]
    below = f"{sight.agency}."
    return {"is_all": False, "reaches": reach_rows(kept), "below": below, "known": list(sight.known)}


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
