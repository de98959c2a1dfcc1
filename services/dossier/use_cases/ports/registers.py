"""The register of an agency that receives."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID


class Registers(Protocol):
    """Reads what the printed books say."""

    async def page(
        self, agency: str, first: date, last: date, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Any]:
        """Return dossiers an agency accepted on these days, the first accepted first."""

    async def names(self, codes: Sequence[str]) -> dict[str, str]:
        """Return the names of agencies by code."""
