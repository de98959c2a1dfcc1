"""What is owed, by the ledger: fees, charges and notified amounts less what came in."""

from services.dossier.domain.dossier import Dossier
from services.dossier.store.payments import PostgresPayments


class LedgerDues:
    """Counts the dossier's entries; amounts told before there was a ledger are in the dossier's row."""

    def __init__(self, payments: PostgresPayments) -> None:
        self._payments = payments

    async def owed(self, dossier: Dossier) -> int:
        """Return what is still to be paid (VND)."""
        return max(dossier.owed, (await self._payments.account(dossier.id)).outstanding)
