"""Asks the portal what it holds of dossiers it was told everything of, and lists what differs."""

from kernel.core.clock import Clock
from services.gateway.domain.portal_answers import HeldByPortal, read_look_up
from services.gateway.domain.portal_ledger import Kind, LedgerRow
from services.gateway.domain.portal_messages import status_on_portal
from services.gateway.use_cases.portal_ports import OpenWork, Portal


class Reconcile:
    """A sample a run; a difference stays listed until a later look finds it mended."""

    def __init__(self, *, open_work: OpenWork, portal: Portal, clock: Clock, refusal_status: int) -> None:
        self._open_work = open_work
        self._portal = portal
        self._clock = clock
        self._refusal_status = refusal_status

    async def run(self, limit: int) -> int:
        """Look at up to so many dossiers; return how many differ. `PortalSilent` ends the run."""
        async with self._open_work() as work:
            rows: list[LedgerRow] = await work.portal_ledger.sample(limit)
        found = 0
        for row in rows:
            held = read_look_up(await self._portal.look_up(row.code))
            differs = self._differs(row, held)
            found += differs
            async with self._open_work() as work:
                if differs:
                    work.portal_ledger.note_difference(row, held, self._clock.now())
                else:
                    work.portal_ledger.clear_difference(row.dossier_id)
        return found

    def _differs(self, row: LedgerRow, held: HeldByPortal) -> bool:
        told = status_on_portal(
            row.portal_status,
            is_portal_born=row.kind is Kind.PORTAL_STATUS,
            refusal_status=self._refusal_status,
        )
        # A portal that does not tell the status can only be asked whether the dossier is there.
        return not held.is_there or (held.status not in {0, told})
