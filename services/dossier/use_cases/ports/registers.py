"""The register of an agency that receives."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol


class Registers(Protocol):
    """Reads what the printed books say."""

    async def page(
        self, agency: str, first: date, last: date, after: tuple[date, str] | None, limit: int
    ) -> Sequence[Any]:
        """Return dossiers an agency accepted on these days, day by day, as they are numbered."""

    async def names(self, codes: Sequence[str]) -> dict[str, str]:
        """Return the names of agencies by code."""
