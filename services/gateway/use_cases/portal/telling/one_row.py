"""Tells the portal one row of the ledger: the version's view first, then the portal.

No transaction is open while anybody is waited for. Whatever dies on the way leaves a lease that ends, and the
next holder asks the portal what it has before it tells again.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from kernel.core.errors import Unavailable
from services.gateway.domain.portal.answers.answer import (
    PortalAnswer,
    PortalBusy,
    PortalShut,
    PortalSilent,
    PortalUnreached,
    PortalUnreadable,
    PortalWithout,
    read_answer,
)
from services.gateway.domain.portal.answers.held import NOT_TOLD, HeldByPortal, read_look_up
from services.gateway.domain.portal.answers.phrases import Says
from services.gateway.domain.portal.answers.whose import Whose, whose_is
from services.gateway.domain.portal.telling.ledger import STATUS_UNKNOWN, Backoff, Claimed, Kind, LedgerRow
from services.gateway.domain.portal.telling.messages import (
    Json,
    Wire,
    dossier_message,
    progress_entry,
    status_message,
    status_on_portal,
)
from services.gateway.domain.portal.telling.view import PortalView
from services.gateway.use_cases.portal.ports import DossierService, Failure, Portal, Told
from services.gateway.use_cases.portal.telling.addresses import FileAddresses

_NATIONAL = re.compile(r"\d\.\d{6}(\.[0-9A-Z]+)*")
_LONGEST_TEXT = 1000
_KEPT_VIEWS = 1024
_TOLD_WHOLE = frozenset({Kind.HERE_CREATE, Kind.HERE_UPDATE, Kind.HERE_FEES})
_NOT_YET = "Cổng trả lời 0 mà chưa có:"
_ASKED_BETWEEN = 6
"""Of so many attempts one tells again what the portal said it took and does not have yet; the others ask."""
_UNSEEN = "Không rõ Cổng đã nhận trạng thái này chưa: xem trên Cổng trước khi gửi lại"
_OF_ANOTHER = Failure(
    "code-of-another", "Mã hồ sơ này là của một hồ sơ khác có trên Cổng: không gửi, kiểm tra hai hồ sơ"
)
_THERE_BEFORE = Failure(
    "already-there", "Cổng đã có hồ sơ mang mã này trước khi được gửi: kiểm tra là của ai, gửi lại là ghi đè"
)
"""Nobody has told it, so it may be another citizen's: told again by people it counts as ours."""
_LOOK_UPS = 20
"""After so many attempts a look-up nobody answers holds up no telling that may be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How this installation tells."""

    wire: Wire
    lease: timedelta = timedelta(seconds=5)
    backoff: Backoff = field(default_factory=Backoff)


class Telling:
    """Tells a row and says what came of it; keeps nothing but the view a next part will need."""

    def __init__(
        self,
        *,
        portal: Portal,
        dossiers: DossierService,
        addresses: FileAddresses,
        options: SyncOptions,
    ) -> None:
        self._portal = portal
        self._dossiers = dossiers
        self._addresses = addresses
        self._options = options
        self._views: dict[tuple[UUID, int], Json] = {}

    async def tell(self, claimed: Claimed) -> Told:
        """Return what came of it; silence anywhere is an outcome, not an error."""
        row = claimed.row
        if claimed.is_anothers:
            return _refused(_OF_ANOTHER, claimed)
        try:
            data = await self._view(row)
        except Unavailable as silence:
            return _silent(claimed, "dossier-service", silence, is_uncertain=claimed.is_uncertain)
        if data is None:
            return _refused(Failure("view-missing", "Không có dữ liệu của phiên bản hồ sơ này"), claimed)
        try:
            view = PortalView.of(data).knowing(
                sector_name=claimed.sector_name, tech_id=row.tech_id, sector=claimed.mapped_sector
            )
        except (KeyError, ValueError, TypeError) as fault:
            return _refused(Failure("view-unreadable", f"{type(fault).__name__}: {fault}"), claimed)
        procedure = claimed.mapped_procedure or (
            row.procedure_code if _NATIONAL.fullmatch(row.procedure_code) else ""
        )
        if not procedure and row.kind in _TOLD_WHOLE:
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
                answer = await self._portal.add_progress([entry])
                if answer.is_of_session and not answer.denies:
                    raise PortalBusy(f"Cổng trả lời 0 mà nói về phiên: {answer.message[:200]}")
                # Told again after a lost answer: that it is there is what was wanted.
                is_there = answer.says_only_there and (claimed.attempts > 1 or answer.names_progress)
                refusal = None if is_there else _unasked(answer)
                if refusal is not None and not await self._is_of_dossier(claimed, answer, entry):
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

    async def _is_of_dossier(self, claimed: Claimed, answer: PortalAnswer, entry: Json) -> bool:
        """Tell whether what stands beside an entry's success is what the portal has of the dossier anyway.

        Reasons and notes of the dossier's own course read like refusals. A look-up shows no entries
        (section 9): more cannot be asked after one, and it is not told again.
        """
        own = answer if answer.told is None else read_answer(answer.told)
        if own.code != 0 or own.says is not Says.DONE:
            return False
        try:
            found = await self._portal.look_up(claimed.row.code)
            is_shown = self._is_told(claimed, read_look_up(found, claimed.row.code))
        except Unavailable:
            return False
        return is_shown and own.of_one([entry, found.told]).is_done_there

    async def _tell_status(
        self, claimed: Claimed, view: PortalView, procedure: str, wire: Wire
    ) -> Failure | None:
        row = claimed.row
        keeps_status = view.change.keeps_status or row.kind is Kind.HERE_FEES
        if row.kind is Kind.PORTAL_STATUS:
            if claimed.is_uncertain and not keeps_status:
                held = await self._look_up(claimed)
                if self._is_told(claimed, held):
                    return None
                if held.is_there and not held.is_status_told:
                    return Failure(STATUS_UNKNOWN, _UNSEEN)
                if _is_worked_there(claimed):
                    raise PortalBusy(claimed.last_words)
            message = status_message(view, code=row.code, status=row.portal_status, wire=wire)
            answer = await self._portal.tell_status(message)
            return await self._believed(claimed, answer, keeps_status=keeps_status)
        message = dossier_message(
            view, code=row.code, status=row.portal_status, procedure=procedure, wire=wire
        )
        if row.kind is Kind.HERE_CREATE:
            return await self._create(claimed, message)
        return await self._update(claimed, message, keeps_status=keeps_status)

    async def _create(self, claimed: Claimed, message: Json) -> Failure | None:
        """Create; what is there already is ours from a lost answer, or is brought to our state.

        What is there though nobody told it may be another citizen's: that is for people.
        """
        held = await self._look_up(claimed) if claimed.is_uncertain else HeldByPortal(is_there=False)
        if not held.is_there:
            answer = await self._portal.sync_dossier(message, is_updating=False)
            if not answer.says_already_there:
                return await self._believed(claimed, answer)
            held = await self._look_up(claimed)
            if claimed.is_uncertain and not held.is_known and answer.says_only_there:
                return None
        status = claimed.row.portal_status
        whose = whose_is(held.said, message)
        # Without a lost answer it is ours only where this create put it, and if it was nowhere else.
        is_ours = whose is Whose.OURS and held.status == status and not held.seen - {status}
        is_claimed = claimed.last_words == _THERE_BEFORE.message
        if (not is_ours and not claimed.is_uncertain) or (whose is Whose.ANOTHERS and not is_claimed):
            return _THERE_BEFORE
        if held.status == status:
            return None
        return await self._replace(claimed, message, held)

    async def _update(self, claimed: Claimed, message: Json, *, keeps_status: bool) -> Failure | None:
        """Update; whether an attempt nobody answered was applied is seen from a status that changed only.

        The same words once more change nothing there.
        """
        if claimed.is_uncertain and not keeps_status and await self._holds(claimed):
            return None
        return await self._replace(claimed, message, None, keeps_status=keeps_status)

    async def _replace(
        self, claimed: Claimed, message: Json, held: HeldByPortal | None, *, keeps_status: bool = False
    ) -> Failure | None:
        """Replace what is there; a dossier the portal lost, or never got, is created with the same words.

        An update that is refused because it is not there counts more than a look-up that only may mean it.
        """
        answer = await self._portal.sync_dossier(message, is_updating=True)
        failure = await self._believed(claimed, answer, keeps_status=keeps_status)
        if failure is None:
            return None
        held = held or await self._look_up(claimed)
        is_absent = held.is_known and (not held.is_there or (answer.says_absent and not held.is_named))
        if not is_absent:
            return failure
        answer = await self._portal.sync_dossier(message, is_updating=False)
        return failure if answer.says_already_there else await self._believed(claimed, answer)

    async def _believed(
        self,
        claimed: Claimed,
        answer: PortalAnswer,
        *,
        keeps_status: bool = False,
    ) -> Failure | None:
        """Return why it was not taken; whose code and words are not one thing is asked what they have.

        Of a status that stays the look-up tells nothing: it is taken then as what nobody can be asked after.
        Raises `PortalBusy` where 0 is said, without a denial, and nothing of it is there yet; so it is
        where whatever is asked is answered in these words, unless it may have been told: that is for people.
        """
        if not answer.is_doubtful:
            return None if answer.code == 0 else _failure(answer)
        held = NOT_TOLD if keeps_status else await self._look_up(claimed)
        if not keeps_status and self._is_told(claimed, held):
            return None
        if held.is_status_told:
            if answer.code == 0 and not answer.denies:
                raise PortalBusy(f"{_NOT_YET} {answer.message[:200]}")
            return _failure(answer)
        is_same = answer.code == 0 and held.words == answer.words and not keeps_status and not held.is_known
        if is_same and claimed.row.kind is not Kind.PORTAL_STATUS and not answer.denies:
            raise PortalBusy(f"Cổng trả lời gì cũng vậy: {answer.message[:200]}")
        return _failure(answer) if is_same else _unasked(answer)

    async def _holds(self, claimed: Claimed) -> bool:
        return self._is_told(claimed, await self._look_up(claimed))

    def _is_told(self, claimed: Claimed, held: HeldByPortal) -> bool:
        row = claimed.row
        # Who names no status of a dossier that is to be created has it, or has it not.
        is_created = row.kind is Kind.HERE_CREATE and held.is_there and held.is_named
        has = held.has(self._status(row), is_portal_born=row.kind is Kind.PORTAL_STATUS)
        return has or (is_created and not held.is_status_told)

    async def _look_up(self, claimed: Claimed) -> HeldByPortal:
        """Ask what the portal has; a look-up nobody may use says nothing, and telling goes on without it.

        Raises `PortalSilent` while its answer may still come.
        """
        try:
            code = claimed.row.code
            return read_look_up(await self._portal.look_up(code), code)
        except (PortalShut, PortalWithout):
            return NOT_TOLD
        except PortalSilent as silence:
            if claimed.attempts < _LOOK_UPS:
                raise
            if claimed.row.kind is not Kind.PORTAL_STATUS:
                return NOT_TOLD
            # The status of a dossier born there, told again, would stand there twice.
            if isinstance(silence, PortalUnreadable):
                return HeldByPortal(is_there=True, is_named=False)
            raise

    def _status(self, row: LedgerRow) -> int:
        return status_on_portal(
            row.portal_status,
            is_portal_born=row.kind is Kind.PORTAL_STATUS,
            refusal_status=self._options.wire.refusal_status,
        )

    async def _with_addresses(self, row: LedgerRow, view: PortalView) -> Wire:
        """Give every file an address that is good before the portal hears of it."""
        if row.kind is Kind.HERE_PROGRESS:
            return self._options.wire
        wire = self._options.wire
        if view.files:
            # After a recall the same file may be a result once more: its address is good again then.
            again = row.version if view.recalled else None
            wire = replace(wire, addresses=await self._addresses.of(row.dossier_id, view.files, again=again))
        if view.gone:
            wire = replace(wire, gone=await self._addresses.taken_back(view.gone, row.version))
        return wire

    async def _view(self, row: LedgerRow) -> Json | None:
        """Return the version's view; acceptance is two rows of one version, which are read once."""
        place = (row.dossier_id, row.version)
        held = self._views.pop(place, None)
        if held is not None:
            return held
        data = await self._dossiers.view(*place)
        if data is not None and row.kind is Kind.HERE_CREATE:
            while len(self._views) >= _KEPT_VIEWS:
                self._views.pop(next(iter(self._views)))
            self._views[place] = data
        return data


def _is_worked_there(claimed: Claimed) -> bool:
    """Tell whether the portal said it took this status and may be at it still: it is asked only."""
    return claimed.last_words.startswith(_NOT_YET) and claimed.attempts % _ASKED_BETWEEN != 0


def _unasked(answer: PortalAnswer) -> Failure | None:
    return None if answer.is_done_there else _failure(answer)


def _failure(answer: PortalAnswer) -> Failure:
    return Failure(str(answer.code), answer.message[:_LONGEST_TEXT])


def _refused(failure: Failure, claimed: Claimed) -> Told:
    return Told("refused", failure, is_told=claimed.is_told)


def _silent(claimed: Claimed, where: str, silence: Unavailable, *, is_uncertain: bool) -> Told:
    failure = Failure(where, (silence.detail or silence.title)[:_LONGEST_TEXT])
    is_said = isinstance(silence, PortalSilent) and silence.is_said
    return Told("silent", failure, is_told=claimed.is_told, is_uncertain=is_uncertain, is_said=is_said)
