"""What is still to be paid before a result leaves the house."""

from typing import Protocol

from services.dossier.domain.dossier import Dossier


class Dues(Protocol):
    """Asked once, when a result is handed over or a record archived (T20, T21)."""

    async def owed(self, dossier: Dossier) -> int:
        """Return what is still to be paid: fees, charges and notified amounts (VND)."""
