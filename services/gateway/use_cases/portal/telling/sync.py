"""The sender's steps around telling: claim rows under a lease, keep the lease, keep what came of them.

Many results are one statement. A result whose lease was lost meanwhile changes nothing.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from kernel.core.clock import Clock
from kernel.core.errors import Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.gateway.domain.portal.answers.streak import RefusalStreak, Turn
from services.gateway.domain.portal.telling.ledger import Claimed, event_data
from services.gateway.domain.portal.telling.taken import MOST_OWN_SILENCES, TakenJustNow
from services.gateway.use_cases.portal.ports import OpenWork, PortalWork, Settled, Told
from services.gateway.use_cases.portal.telling.one_row import SyncOptions, Telling

CONFIRMED_EVENT = "portal_sync.confirmed.v1"
REFUSED_EVENT = "portal_sync.refused.v1"
_BETWEEN_WAKINGS = timedelta(seconds=5)
_CODE = re.compile(r"-?\d+")
"""A refusal of the portal's; ours have a word."""
_log = structlog.get_logger()


class TellPortal:
    """Claim, tell, settle; one of it is one sender, known to the ledger by its lease."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        telling: Telling,
        clock: Clock,
        options: SyncOptions,
        spread: Callable[[], float] = random.random,
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        self._open_work = open_work
        self._telling = telling
        self._is_open = is_open
        self._clock = clock
        self._options = options
        self._spread = spread
        self._was_silent = False
        self._no_waking_before = clock.now()
        self._streak = RefusalStreak()
        self._probe_at: datetime | None = None
        self._taken_back: list[Claimed] = []
        self._taken = TakenJustNow()

    @property
    def is_refused_everything(self) -> bool:
        """Tell whether the portal refuses all alike, so that everything waits."""
        return self._streak.is_open

    @property
    def lease_seconds(self) -> float:
        """How long a claim or a renewal holds."""
        return self._options.lease.total_seconds()

    async def claim(self, limit: int) -> list[Claimed]:
        """Take up to so many rows, each of another dossier; none while the portal may not be called."""
        if not self._is_open():
            return []
        now = self._clock.now()
        is_probe = self._streak.is_open
        if is_probe and not self._may_probe(now):
            return []
        async with self._open_work() as work:
            rows: list[Claimed] = await work.portal_ledger.claim(
                lease_id=new_id(),
                limit=1 if is_probe else limit,
                now=now,
                until=now + self._options.lease,
                least_tried=is_probe,
            )
        if is_probe and rows:
            self._probe_at = now + self._options.backoff.wait(self._streak.probes + 1, self._spread())
        return rows

    def _may_probe(self, now: datetime) -> bool:
        """While everything is refused one row at a time asks again; a clock set back makes nobody wait."""
        at = self._probe_at
        return at is None or now >= at or at - now > timedelta(seconds=self._options.backoff.longest_seconds)

    async def renew(self, held: Sequence[Claimed]) -> None:
        """Hold these rows longer; a row another holder has by now is not touched."""
        until = self._clock.now() + self._options.lease
        async with self._open_work() as work:
            work.portal_ledger.renew(held, until)

    async def tell(self, claimed: Claimed) -> Told:
        """Tell one row and return what came of it."""
        return await self._telling.tell(claimed)

    async def keep(self, results: Sequence[tuple[Claimed, Told]]) -> list[str]:
        """Keep what came of rows and their events in one commit; return how each ended."""
        if not results:
            return []
        now = self._clock.now()
        for claimed, told in results:
            if told.outcome == "confirmed":
                self._taken.note(claimed.row.kind, now)
        heard = [(one, self._ruled(one, told, now)) for one, told in self._all_heard(results, now)]
        try:
            async with self._open_work() as work:
                self._write(work, heard, now)
        except Stale:
            # A lease had ended: the next holder's result counts. The others are kept one by one.
            if len(results) == 1:
                return ["lost"]
            return [outcome for one in results for outcome in await self.keep([one])]
        self._taken_back.clear()
        return [told.outcome for _, told in heard]

    def _all_heard(
        self, results: Sequence[tuple[Claimed, Told]], now: datetime
    ) -> list[tuple[Claimed, Told]]:
        """Return what is kept of results: what belongs to a streak that has begun waits, earlier ones too."""
        heard = [(claimed, self._heard(claimed, told, now)) for claimed, told in results]
        if not self._streak.is_open:
            return heard
        earlier = {claimed.row for claimed in self._streak.refused}
        together = {claimed.row for claimed, _ in heard}
        self._taken_back += [one for one in self._streak.taken_back() if one.row not in together]
        return [
            (claimed, _as_silence(told) if claimed.row in earlier and told.outcome == "refused" else told)
            for claimed, told in heard
        ]

    def _heard(self, claimed: Claimed, told: Told, now: datetime) -> Told:
        """Return what came of a row; a refusal said of everything is taken as the portal's silence."""
        turn = Turn.NOTHING
        if told.outcome == "confirmed":
            turn = self._streak.took(now)
        elif told.outcome == "refused" and told.failure is not None and _CODE.fullmatch(told.failure.code):
            turn = self._streak.refuses(claimed, told.failure.code, told.failure.message, now)
            if self._streak.is_open:
                told = _as_silence(told)
        if turn is not Turn.NOTHING:
            # The words may be of a person; they stand in the ledger.
            code = told.failure.code if told.failure else ""
            _log.warning("portal_refuses_everything", is_open=self._streak.is_open, code=code)
            self._probe_at = None
        # Whatever waited meanwhile goes at once.
        self._was_silent = self._was_silent or turn is Turn.CLOSED
        return told

    def _write(self, work: PortalWork, results: Sequence[tuple[Claimed, Told]], now: datetime) -> None:
        work.portal_ledger.settle([self._settled(claimed, told, now) for claimed, told in results])
        for claimed, told in results:
            event = _event_of(claimed, told, now)
            if event is not None:
                work.record(event)
        if self._taken_back:
            work.portal_ledger.wait_again(self._taken_back, now)
        outcomes = {told.outcome for _, told in results}
        if "confirmed" in outcomes:
            self._wake_the_rest(work, {claimed.row.dossier_id for claimed, _ in results}, now)
        self._was_silent = self._was_silent or ("silent" in outcomes and not self._is_alone(now))

    def _is_alone(self, now: datetime) -> bool:
        """Tell whether who is not taken now is alone in it; a streak is of everything."""
        return not self._streak.is_open and self._taken.has(now)

    def _own_silences(self, claimed: Claimed, told: Told, now: datetime) -> int | None:
        if told.failure is None or not told.is_said:
            return None
        return self._taken.silences_of(claimed, told.failure.message, now)

    def _ruled(self, claimed: Claimed, told: Told, now: datetime) -> Told:
        """Take words for a refusal that the portal said of one row again and again while it took others.

        What it never put in words is waited out for ever: the figures name it.
        """
        often = self._own_silences(claimed, told, now) if told.outcome == "silent" else None
        is_final = often is not None and often >= MOST_OWN_SILENCES
        return replace(told, outcome="refused") if is_final else told

    def _settled(self, claimed: Claimed, told: Told, now: datetime) -> Settled:
        failure = told.failure
        if told.outcome == "unmapped":
            # Nothing was told: that was no attempt.
            return Settled(claimed, "UNMAPPED", is_told=claimed.is_told, attempts=claimed.attempts - 1)
        if failure is None:
            return Settled(claimed, "CONFIRMED", is_told=True, attempts=claimed.attempts, settled_at=now)
        settled = partial(Settled, claimed, attempts=claimed.attempts, is_told=told.is_told, failure=failure)
        if told.outcome == "refused":
            return settled(state="REFUSED", settled_at=now)
        is_silence = told.outcome == "silent"
        return settled(
            state="WAITING",
            is_uncertain=told.is_uncertain,
            is_silence=is_silence,
            is_own=is_silence and self._is_alone(now),
            own_silences=self._own_silences(claimed, told, now),
            next_attempt_at=now + self._options.backoff.wait(claimed.attempts, self._spread()),
        )

    def _wake_the_rest(self, work: PortalWork, just_settled: set[UUID], now: datetime) -> None:
        """End everybody's waiting when silence ends, but not at each word of a portal that stammers."""
        if self._was_silent and now >= self._no_waking_before:
            self._was_silent = False
            self._no_waking_before = now + _BETWEEN_WAKINGS
            work.portal_ledger.wake_silent(now, except_of=just_settled)


def _as_silence(told: Told) -> Told:
    return replace(told, outcome="silent", is_uncertain=False)


def _event_of(claimed: Claimed, told: Told, now: datetime) -> Event | None:
    if told.outcome == "confirmed":
        return _event(CONFIRMED_EVENT, claimed, now, confirmed_at=now.isoformat())
    if told.outcome == "refused" and told.failure is not None:
        failure = {"error_code": told.failure.code, "message": told.failure.message}
        return _event(REFUSED_EVENT, claimed, now, **failure, refused_at=now.isoformat())
    return None


def _event(kind: str, claimed: Claimed, now: datetime, **more: object) -> Event:
    row = claimed.row
    data = event_data(row, claimed.attempts, **more)
    return Event(type=kind, key=str(row.dossier_id), sequence=row.version, data=data, occurred_at=now)
