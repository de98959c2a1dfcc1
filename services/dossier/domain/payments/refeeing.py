"""What a new version changes of the fees told at submission: the one in force at acceptance counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.dossier.domain.payments.account import Account, Entry, EntryKind
from services.dossier.domain.payments.fees import Due, less

BY_ROWS = "ROWS"
"""Marks an item told by fee rows. What a form computed, an officer assessed or a notice named stays."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item as it becomes: `item` None for one that is new, `due` None for one that is no more."""

    item: UUID | None
    due: Due | None
    code: str
    name: str
    before: int
    after: int
    gross: int = 0
    """What it was before any exemption."""

    @property
    def amount(self) -> int:
        """What is owed more (or, negative, less)."""
        return self.after - self.before


def differences(account: Account, dues: Sequence[Due], *, told_by: int, version: int) -> list[Difference]:
    """Return what differs where the account was told by another version; nothing where it was told by this.

    An exemption granted on an item is granted of its new amount; what a manager corrected stays beside it.
    """
    owed = [
        one for one in account.entries if one.kind is EntryKind.OWED and one.data.get("procedure_version")
    ]
    told = [one for one in owed if one.data.get("by") == BY_ROWS]
    # What a form computed, and what was told before items said by what they were told, stays as told.
    if len(told) < len(owed) or max(told_by, _version_of(account)) == version:
        return []
    found, left = [], list(dues)
    for line in told:
        due = next((one for one in left if (one.kind, one.code) == _kind_of(line)), None)
        if due is not None:
            left.remove(due)
        found.append(_of_item(account, line, due))
    found += [Difference(None, one, one.code, one.name, 0, one.amount) for one in left]
    return [one for one in found if one.amount]


def _of_item(account: Account, line: Entry, due: Due | None) -> Difference:
    owed = sum(one.amount for one in account.entries if line.id in {one.id, one.item} and _is_owing(one))
    percent = max(
        (
            int(one.data["exemption"]["percent"])
            for one in account.entries
            if one.item == line.id and one.data.get("exemption")
        ),
        default=0,
    )
    gross = line.amount + sum(int(one.data.get("gross", 0)) for one in account.entries if one.item == line.id)
    wanted = due.amount if due else 0
    moved = (wanted - less(wanted, percent)) - (gross - less(gross, percent))
    code, name = str(line.data.get("code") or ""), str(line.data.get("name") or "")
    return Difference(line.id, due, code, name, owed, max(0, owed + moved), gross)


def _is_owing(entry: Entry) -> bool:
    return entry.kind in {EntryKind.OWED, EntryKind.CORRECTED}


def _kind_of(line: Entry) -> tuple[str, str]:
    return str(line.data.get("fee_kind")), str(line.data.get("code") or "")


def _version_of(account: Account) -> int:
    """Return the version whose fees the account was told last."""
    return max((int(one.data.get("procedure_version") or 0) for one in account.entries), default=0)
