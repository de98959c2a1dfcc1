"""Asks the portal what it holds of dossiers it was told all of; what differs is listed and told again."""

from kernel.core.clock import Clock
from services.gateway.domain.portal.answers.answer import PortalSilent
from services.gateway.domain.portal.answers.comparison import LastWord
from services.gateway.domain.portal.answers.held import HeldByPortal, read_look_up
from services.gateway.domain.portal.telling.ledger import Kind
from services.gateway.domain.portal.telling.messages import status_on_portal
from services.gateway.use_cases.portal.ports import OpenWork, Portal


class Reconcile:
    """A sample a run; a difference stays listed until a later look finds it mended.

    With `mends` the last status is told again, once: who owns a dossier's status is who says it. What differs
    after that is for people.
    """

    def __init__(
        self, *, open_work: OpenWork, portal: Portal, clock: Clock, refusal_status: int, mends: bool = True
    ) -> None:
        self._open_work = open_work
        self._portal = portal
        self._clock = clock
        self._refusal_status = refusal_status
        self._mends = mends

    @property
    def refusal_status(self) -> int:
        """How a refusal of a portal-born dossier is told."""
        return self._refusal_status

    @property
    def mends(self) -> bool:
        """Whether the last status is told again where the portal holds another."""
        return self._mends

    async def run(self, limit: int) -> int:
        """Look at up to so many dossiers; return how many differ. `PortalSilent` ends the run."""
        async with self._open_work() as work:
            codes = [row.code for row in await work.portal_ledger.sample(limit)]
            words = await work.portal_comparing.last_words(codes)
        found = 0
        for last in words.values():
            answer = await self._portal.look_up(last.code)
            held = read_look_up(answer, last.code)
            if not held.is_known:
                raise PortalSilent(f"TraCuuHoSo: {answer.code} {answer.message[:200]}")
            differs = self._differs(last, held)
            found += differs
            async with self._open_work() as work:
                if differs:
                    now = self._clock.now()
                    work.portal_comparing.note_differences(
                        [(last, held)], now, mends=self._mends, source="LOOK_UP"
                    )
                else:
                    work.portal_comparing.clear_differences([last.dossier_id])
        return found

    def _differs(self, last: LastWord, held: HeldByPortal) -> bool:
        is_portal_born = last.kind is Kind.PORTAL_STATUS
        told = status_on_portal(
            last.portal_status, is_portal_born=is_portal_born, refusal_status=self._refusal_status
        )
        # A portal that does not tell the status can only be asked whether the dossier is there.
        return not held.is_there or (held.status != 0 and not held.has(told, is_portal_born=is_portal_born))
