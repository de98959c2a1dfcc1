"""Opens a dossier's money for somebody and writes lines into it, with the event that tells of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, Entry, EntryKind, ItemKind, Method
from services.dossier.domain.payments.events import payment_event
from services.dossier.domain.standing import require_sight
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.secrets import identity_index


@dataclass(slots=True)
class Ledger:
    """An account held for writing: lines added here commit with everything else, or not at all."""

    dossier: Dossier
    grounds: Grounds
    account: Account
    work: Work
    by: Caller
    now: datetime

    @property
    def has_ended(self) -> bool:
        """Tell whether the dossier has ended: it owes nothing more, whatever went back since."""
        return self.dossier.is_closed

    def add(
        self,
        kind: EntryKind,
        amount: int,
        *,
        item: UUID | None = None,
        method: Method | None = None,
        source: str = "",
        receipt_id: UUID | None = None,
        entry_id: UUID | None = None,
        **data: Any,
    ) -> Entry:
        """Add a line to the account as this unit sees it."""
        entry = Entry(
            id=entry_id or new_id(),
            dossier_id=self.dossier.id,
            sequence=self.account.version + 1,
            kind=kind,
            amount=amount,
            at=self.now,
            item=item,
            method=method,
            source=source,
            receipt_id=receipt_id,
            by=self.by.subject,
            by_name=self.by.name,
            data=data,
        )
        self.account = self.account.with_entries([entry])
        return entry

    def owe_by_notice(self, item: UUID, *, name: str, amount: int, number: str) -> int:
        """Add an obligation by notice, whose event tells of it; return what credit covers of it."""
        entry = self.add(
            EntryKind.OWED,
            amount,
            entry_id=item,
            fee_kind=ItemKind.OBLIGATION.value,
            name=name,
            base=amount,
            notice_number=number,
        )
        self.work.payments.add_entries([entry])
        return next(one.paid for one in self.account.items if one.id == item)

    def drop(self, mistaken: UUID, reason: str) -> None:
        """Let nothing be owed of an item: its notice was wrong; what came in covers others, or is credit."""
        items = [one for one in self.account.items if one.id == mistaken]
        new = [self.add(EntryKind.CORRECTED, -one.owed, item=one.id, reason=reason) for one in items]
        self.work.payments.add_entries(new)

    def drop_unpaid(self, reason: str) -> None:
        """Let nothing more be owed: the dossier has ended; what came in stays, to be refunded by rule."""
        items = [one for one in self.account.items if one.outstanding]
        new = [self.add(EntryKind.CORRECTED, -one.outstanding, item=one.id, reason=reason) for one in items]
        self.work.payments.add_entries(new)

    def owe_again(self, dropped_for: str, reason: str) -> None:
        """Let what was dropped for that reason be owed once more: the end it fell with was none."""
        fallen: dict[UUID, int] = {}
        for entry in self.account.entries:
            if entry.item is not None and entry.data.get("reason") in {dropped_for, reason}:
                fallen[entry.item] = fallen.get(entry.item, 0) - entry.amount
        new = [
            self.add(EntryKind.CORRECTED, amount, item=item, reason=reason)
            for item, amount in fallen.items()
            if amount
        ]
        self.work.payments.add_entries(new)

    def forgo(self, amount: int, item: UUID | None, reason: str) -> None:
        """Let nothing be owed of a dossier that has ended for what is about to go back, by the next line."""
        if not self.has_ended:
            return
        held = self.account
        self.add(EntryKind.REFUNDED, amount, item=item)
        short = [(one.id, one.outstanding) for one in self.account.items if one.outstanding]
        self.account = held
        for owed, missing in short:
            self.add(EntryKind.CORRECTED, -missing, item=owed, reason=reason)

    async def end_requests(self, source: str = "") -> None:
        """Take back requests that ask for more than is owed now, but the one this money came by (`source`).

        Called wherever less may be owed than before: nobody is led to pay the same money twice.
        """
        if all(one.kind is not EntryKind.REQUESTED for one in self.account.entries):
            return
        for request in await self.work.payments.requests_of(self.dossier.id):
            if request.asks_too_much(self.account) and source != f"platform:{request.reference}":
                self.work.payments.save_request(request.cancelled())

    def write(self, name: str, since: int, **told: Any) -> None:
        """Queue every line after `since` and the event of the last."""
        new = [one for one in self.account.entries if one.sequence > since]
        self.work.payments.add_entries(new)
        self.work.record(payment_event(name, self.dossier, self.account, new[-1], by=self.by, **told))


async def open_ledger(
    dossier_id: UUID, *, by: Caller, work: Work, now: datetime, seen: int | None = None
) -> Ledger:
    """Return the account, held until the unit ends; raise `Stale` when it is not what the caller saw.

    Sight comes first: whoever may not know of the dossier is told nothing of its money.
    """
    dossier, grounds = await work.dossiers.load(dossier_id)
    require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    return await hold_ledger(dossier, grounds, by=by, work=work, now=now, seen=seen)


async def end_dues(
    dossier: Dossier, grounds: Grounds, reason: str, *, by: Caller, work: Work, now: datetime
) -> None:
    """Drop what an ended dossier still owed; nothing is read or written where nothing was."""
    if grounds.account.outstanding:
        ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now)
        ledger.drop_unpaid(reason)
        await ledger.end_requests()


async def hold_ledger(
    dossier: Dossier, grounds: Grounds, *, by: Caller, work: Work, now: datetime, seen: int | None = None
) -> Ledger:
    """Return the account of a dossier already loaded, held until the unit ends."""
    account = await work.payments.hold(dossier.id)
    if seen is not None and account.version != seen:
        raise Stale
    return Ledger(dossier, grounds, account, work, by, now)
