"""The register of an agency that receives."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from services.dossier.domain.keepers import Reach


class Registers(Protocol):
    """Reads what the printed books say."""

    async def page(
        self, kept: Reach, first: date, last: date, after: tuple[date, str] | None, limit: int
    ) -> Sequence[Any]:
        """Return what is kept of what an agency accepted on these days, day by day, as it is numbered."""

    async def names(self, codes: Sequence[str]) -> dict[str, str]:
        """Return the names of agencies by code."""
