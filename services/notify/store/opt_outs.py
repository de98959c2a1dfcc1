"""What people do not want to be sent."""

from collections.abc import Sequence
from datetime import datetime

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_OF = Statement("SELECT category FROM opt_outs WHERE subject = :subject ORDER BY category")
_HAS = Statement(
    "SELECT 1 FROM opt_outs WHERE subject = ANY(:subjects::text[]) AND category = :category LIMIT 1"
)
# The two statements touch different rows: what is kept is neither deleted nor inserted again.
_FORGET = Statement(
    "DELETE FROM opt_outs WHERE subject = :subject AND NOT category = ANY(:categories::text[])", rows=None
)
_KEEP = Statement(
    "INSERT INTO opt_outs (subject, category, since) SELECT :subject::text, category, :now::timestamptz"
    " FROM unnest(:categories::text[]) AS wanted (category) ON CONFLICT DO NOTHING",
    rows=None,
)


class PostgresOptOuts:
    """Refusals of this unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def of(self, subject: str) -> Sequence[str]:
        """Return the categories this person refused."""
        return [row["category"] for row in await self._unit.fetch(_OF, subject=subject)]

    async def has(self, subjects: Sequence[str], category: str) -> bool:
        """Tell whether one of these persons refused the category."""
        found = await self._unit.fetch_value(_HAS, subjects=list(subjects), category=category)
        return found is not None

    def replace(self, subject: str, categories: Sequence[str], *, now: datetime) -> None:
        """Keep exactly these refusals."""
        self._unit.write(_FORGET, subject=subject, categories=list(categories))
        self._unit.write(_KEEP, subject=subject, categories=list(categories), now=now)
