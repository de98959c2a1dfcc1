"""Tells the portal one row of the ledger: view first, then the portal, then the result in one commit.

No transaction is open while anybody is waited for. Whatever dies on the way leaves a lease that ends, and the
next holder asks the portal what it has before it tells again.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from kernel.core.clock import Clock
from kernel.core.errors import Stale, Unavailable
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.gateway.domain.portal_answers import (
    HeldByPortal,
    PortalAnswer,
    PortalSilent,
    PortalUnreached,
    read_look_up,
)
from services.gateway.domain.portal_ledger import Backoff, Claimed, Kind, LedgerRow, event_data
from services.gateway.domain.portal_messages import (
    Json,
    Wire,
    dossier_message,
    progress_entry,
    status_message,
    status_on_portal,
)
from services.gateway.domain.portal_view import FileRef, PortalView
from services.gateway.use_cases.portal_ports import (
    DossierService,
    Failure,
    OpenWork,
    Portal,
    PortalLedger,
    PortalWork,
)

CONFIRMED_EVENT = "portal_sync.confirmed.v1"
REFUSED_EVENT = "portal_sync.refused.v1"
_NATIONAL = re.compile(r"\d\.\d{6}(\.[0-9A-Z]+)*")
_LONGEST_TEXT = 1000
_BETWEEN_WAKINGS = timedelta(seconds=5)
_LEFT_TO_A_LOST_SENDER = timedelta(seconds=10)


class SealsAddresses(Protocol):
    """Makes the token of a file's address."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return bytes equal for equal values that tell nothing without the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How this installation tells."""

    wire: Wire
    files_url: str
    lease: timedelta = timedelta(minutes=5)
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one attempt; without a failure the portal has it."""

    outcome: str
    failure: Failure | None = None
    is_told: bool = False
    is_uncertain: bool = False


class TellPortal:
    """The sender's one step: claim, tell, settle."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        portal: Portal,
        dossiers: DossierService,
        seals: SealsAddresses,
        clock: Clock,
        options: SyncOptions,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._open_work = open_work
        self._portal = portal
        self._dossiers = dossiers
        self._seals = seals
        self._clock = clock
        self._options = options
        self._spread = spread
        self._was_silent = False
        self._no_waking_before = clock.now()

    async def take_over(self) -> None:
        """Take over from a sender that is gone: what it held comes back soon, not when its lease ends.

        Some seconds are left to one that lives on without knowing that it lost its lock.
        """
        async with self._open_work() as work:
            work.portal_ledger.inherit(self._clock.now() + _LEFT_TO_A_LOST_SENDER)

    async def claim(self, limit: int) -> list[Claimed]:
        """Take up to so many rows, each of another dossier."""
        now = self._clock.now()
        async with self._open_work() as work:
            rows: list[Claimed] = await work.portal_ledger.claim(
                lease_id=new_id(), limit=limit, now=now, until=now + self._options.lease
            )
        return rows

    async def settle(self, claimed: Claimed) -> str:
        """Tell one row and keep the result; return the outcome."""
        told = await self._tell(claimed)
        try:
            async with self._open_work() as work:
                self._keep(work, claimed, told, self._clock.now())
        except Stale:
            # The lease had ended and another holder has the row: its result counts.
            return "lost"
        return told.outcome

    async def _tell(self, claimed: Claimed) -> Told:
        """Return what came of it; silence anywhere is an outcome, not an error."""
        row = claimed.row
        try:
            data = await self._dossiers.view(row.dossier_id, row.version)
        except Unavailable as silence:
            return _silent(claimed, "dossier-service", silence, is_uncertain=claimed.is_uncertain)
        if data is None:
            return _refused(Failure("view-missing", "Không có dữ liệu của phiên bản hồ sơ này"), claimed)
        try:
            view = PortalView.of(data)
        except (KeyError, ValueError, TypeError) as fault:
            return _refused(Failure("view-unreadable", f"{type(fault).__name__}: {fault}"), claimed)
        procedure = claimed.mapped_procedure or (
            row.procedure_code if _NATIONAL.fullmatch(row.procedure_code) else ""
        )
        if not procedure and row.kind in {Kind.HERE_CREATE, Kind.HERE_UPDATE}:
            return Told("unmapped")
        wire = await self._with_addresses(row, view)
        return await self._tell_view(claimed, view, procedure, wire)

    async def _tell_view(self, claimed: Claimed, view: PortalView, procedure: str, wire: Wire) -> Told:
        row, is_told = claimed.row, claimed.is_told
        try:
            if not is_told and row.kind is not Kind.HERE_PROGRESS:
                refusal = await self._tell_status(claimed, view, procedure, wire)
                if refusal is not None:
                    return _refused(refusal, claimed)
                is_told = True
            if row.kind in {Kind.HERE_UPDATE, Kind.HERE_PROGRESS}:
                entry = progress_entry(view, code=row.code, status=row.portal_status)
                refusal = _failure(await self._portal.add_progress([entry]))
                if refusal is not None:
                    return _refused(refusal, replace(claimed, is_told=is_told))
        except Unavailable as silence:
            may_be_applied = claimed.is_uncertain or not isinstance(silence, PortalUnreached)
            return _silent(
                replace(claimed, is_told=is_told),
                "portal",
                silence,
                is_uncertain=may_be_applied and not is_told,
            )
        return Told("confirmed", is_told=True)

    async def _tell_status(
        self, claimed: Claimed, view: PortalView, procedure: str, wire: Wire
    ) -> Failure | None:
        row = claimed.row
        if row.kind is Kind.PORTAL_STATUS:
            if claimed.is_uncertain and await self._holds(row):
                return None
            message = status_message(view, code=row.code, status=row.portal_status, wire=wire)
            return _failure(await self._portal.tell_status(message))
        message = dossier_message(
            view, code=row.code, status=row.portal_status, procedure=procedure, wire=wire
        )
        if row.kind is Kind.HERE_CREATE:
            return await self._create(claimed, message)
        return await self._update(claimed, message)

    async def _create(self, claimed: Claimed, message: Json) -> Failure | None:
        """Create; what is there already is ours from a lost answer, or is brought to our state."""
        held = await self._look_up(claimed.row) if claimed.is_uncertain else HeldByPortal(is_there=False)
        if not held.is_there:
            answer = await self._portal.sync_dossier(message, is_updating=False)
            if not answer.says_already_there:
                return _failure(answer)
            held = await self._look_up(claimed.row)
        if held.status == claimed.row.portal_status:
            return None
        return _failure(await self._portal.sync_dossier(message, is_updating=True))

    async def _update(self, claimed: Claimed, message: Json) -> Failure | None:
        """Update; a dossier the portal lost, or never got, is created with the same words."""
        if claimed.is_uncertain and await self._holds(claimed.row):
            return None
        failure = _failure(await self._portal.sync_dossier(message, is_updating=True))
        if failure is None or (await self._look_up(claimed.row)).is_there:
            return failure
        return _failure(await self._portal.sync_dossier(message, is_updating=False))

    async def _holds(self, row: LedgerRow) -> bool:
        held = await self._look_up(row)
        return held.is_there and held.status == self._status(row)

    async def _look_up(self, row: LedgerRow) -> HeldByPortal:
        answer = await self._portal.look_up(row.code)
        if answer.code != 0:
            raise PortalSilent(f"TraCuuHoSo: {answer.message[:200]}")
        return read_look_up(answer)

    def _status(self, row: LedgerRow) -> int:
        return status_on_portal(
            row.portal_status,
            is_portal_born=row.kind is Kind.PORTAL_STATUS,
            refusal_status=self._options.wire.refusal_status,
        )

    async def _with_addresses(self, row: LedgerRow, view: PortalView) -> Wire:
        """Give every file an address that is good before the portal hears of it."""
        if not view.files or row.kind is Kind.HERE_PROGRESS:
            return self._options.wire
        tokens = [(self._token(file), file) for file in view.files]
        async with self._open_work() as work:
            work.portal_files.publish(row.dossier_id, tokens, self._clock.now())
        root = self._options.files_url
        addresses = {file.attachment_id: f"{root}/portal-files/{token}" for token, file in tokens}
        return replace(self._options.wire, addresses=addresses)

    def _token(self, file: FileRef) -> str:
        return self._seals.blind_index(str(UUID(file.attachment_id)), purpose="portal file").hex()

    def _keep(self, work: PortalWork, claimed: Claimed, told: Told, now: datetime) -> None:
        ledger, failure = work.portal_ledger, told.failure
        if told.outcome == "unmapped":
            ledger.park_unmapped(claimed)
        elif failure is None:
            ledger.confirm(claimed, now)
            work.record(_event(CONFIRMED_EVENT, claimed, now, confirmed_at=now.isoformat()))
            self._wake_the_rest(ledger, now)
        elif told.outcome == "refused":
            ledger.refuse(claimed, failure, now, is_told=told.is_told)
            data = {
                "error_code": failure.code,
                "message": failure.message,
                "refused_at": now.isoformat(),
            }
            work.record(_event(REFUSED_EVENT, claimed, now, **data))
        else:
            self._was_silent = True
            wait = self._options.backoff.wait(claimed.attempts, self._spread())
            ledger.put_off(
                claimed,
                failure,
                until=now + wait,
                is_told=told.is_told,
                is_uncertain=told.is_uncertain,
            )

    def _wake_the_rest(self, ledger: PortalLedger, now: datetime) -> None:
        """End everybody's waiting when silence ends, but not at each word of a portal that stammers."""
        if self._was_silent and now >= self._no_waking_before:
            self._was_silent = False
            self._no_waking_before = now + _BETWEEN_WAKINGS
            ledger.wake_silent(now)


def _failure(answer: PortalAnswer) -> Failure | None:
    if answer.is_success:
        return None
    return Failure(str(answer.code), answer.message[:_LONGEST_TEXT])


def _refused(failure: Failure, claimed: Claimed) -> Told:
    return Told("refused", failure, is_told=claimed.is_told)


def _silent(claimed: Claimed, where: str, silence: Unavailable, *, is_uncertain: bool) -> Told:
    failure = Failure(where, (silence.detail or silence.title)[:_LONGEST_TEXT])
    return Told("silent", failure, is_told=claimed.is_told, is_uncertain=is_uncertain)


def _event(kind: str, claimed: Claimed, now: datetime, **more: object) -> Event:
    row = claimed.row
    data = event_data(row, claimed.attempts, **more)
    return Event(type=kind, key=str(row.dossier_id), sequence=row.version, data=data, occurred_at=now)
