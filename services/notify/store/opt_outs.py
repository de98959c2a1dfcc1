"""What people do not want to be sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_OF = Statement(
    "SELECT subject, array_agg(category ORDER BY category) AS categories FROM opt_outs"
    " WHERE subject = ANY(:subjects::text[]) GROUP BY subject",
    rows=None,
)
_HAS = Statement(
    "SELECT 1 FROM opt_outs WHERE subject = ANY(:subjects::text[]) AND category = :category LIMIT 1"
)
# The two statements touch different rows: what is kept is neither deleted nor inserted again.
_FORGET = Statement(
    "DELETE FROM opt_outs WHERE subject = ANY(:subjects::text[]) AND NOT category = ANY(:categories::text[])",
    rows=None,
)
_KEEP = Statement(
    "INSERT INTO opt_outs (subject, category, since) SELECT subject, category, :now::timestamptz"
    " FROM unnest(:subjects::text[]) AS person (subject), unnest(:categories::text[]) AS wanted (category)"
    " ON CONFLICT DO NOTHING",
    rows=None,
)


class PostgresOptOuts:
    """Refusals of this unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the categories refused, by account; who refused none is not in it."""
        rows = await self._unit.fetch(_OF, subjects=list(subjects))
        return {row["subject"]: row["categories"] for row in rows}

    async def has(self, subjects: Sequence[str], category: str) -> bool:
        """Tell whether one of these persons refused the category."""
        found = await self._unit.fetch_value(_HAS, subjects=list(subjects), category=category)
        return found is not None

    def replace(self, subjects: Sequence[str], categories: Sequence[str], *, now: datetime) -> None:
        """Keep exactly these refusals for each of these accounts."""
        self._unit.write(_FORGET, subjects=list(subjects), categories=list(categories))
        self._unit.write(_KEEP, subjects=list(subjects), categories=list(categories), now=now)
