"""What is owed, by the dossier's own record of the amounts it was told to pay."""

from services.dossier.domain.dossier import Dossier


class NotifiedDues:
    """Counts the notified amounts that are kept in the dossier's row; a ledger of fees may take its place."""

    async def owed(self, dossier: Dossier) -> int:
        """Return what is still to be paid (VND)."""
        return dossier.owed
