"""An exemption somebody claims with the dossier: what is owed stays, and waits for the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, Entry, EntryKind, Item, ItemKind
from services.dossier.domain.payments.counter import works_counter
from services.dossier.domain.payments.errors import ExemptionUndecided
from services.dossier.domain.payments.fees import Relief


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim as its two lines of the ledger tell it; `confirmed` is None until somebody decided."""

    id: UUID
    category: str
    name: str
    attachment_id: UUID | None
    """The file that shows it; None where the paper was shown at a counter."""
    claimed_at: datetime
    fee_codes: frozenset[str]
    kinds: frozenset[str]
    confirmed: bool | None = None
    reason: str = ""
    paper: str = ""
    """The paper shown at a counter, as the officer named it."""

    def covers(self, item: Item) -> bool:
        """Tell whether the claim, if it holds, would lower this item; a financial obligation never."""
        return (
            item.kind is not ItemKind.OBLIGATION
            and (not self.fee_codes or item.code in self.fee_codes)
            and (not self.kinds or item.kind.value in self.kinds)
        )


def claim_data(relief: Relief, attachment_id: UUID | None, paper: str = "") -> dict[str, Any]:
    """Return what the ledger keeps of a claim: the category as it stood that day, and what shows it."""
    return {
        "category": relief.code,
        "name": relief.name,
        "attachment_id": str(attachment_id) if attachment_id else None,
        "paper": paper,
        "fee_codes": sorted(relief.fee_codes),
        "kinds": sorted(relief.kinds),
    }


def claim_of(account: Account) -> Claim | None:
    """Return the claim made with the dossier, decided or not; one dossier has one at most."""
    made = next((one for one in account.entries if one.kind is EntryKind.EXEMPTION_CLAIMED), None)
    if made is None or "category" not in made.data:
        return None
    decided = next((one for one in account.entries if one.kind is EntryKind.EXEMPTION_DECIDED), None)
    return _claim(made, decided.data if decided else {})


def _claim(made: Entry, decided: Mapping[str, Any]) -> Claim:
    return Claim(
        id=made.id,
        category=str(made.data["category"]),
        name=str(made.data["name"]),
        attachment_id=UUID(made.data["attachment_id"]) if made.data.get("attachment_id") else None,
        paper=str(made.data.get("paper") or ""),
        claimed_at=made.at,
        fee_codes=frozenset(made.data["fee_codes"]),
        kinds=frozenset(made.data["kinds"]),
        confirmed=decided.get("confirmed"),
        reason=str(decided.get("reason") or ""),
    )


def open_claim(account: Account) -> Claim | None:
    """Return the claim nobody decided."""
    claim = claim_of(account)
    return claim if claim is not None and claim.confirmed is None else None


def demanded_items(account: Account) -> list[Item]:
    """Return what may be asked for today: what is outstanding and not under an open claim."""
    claim = open_claim(account)
    return [one for one in account.items if one.outstanding and not (claim and claim.covers(one))]


def demanded_item(account: Account, item: UUID | None) -> UUID | None:
    """Return what money asked for now is meant for; raise `ExemptionUndecided` where that is under a claim.

    While a claim is open money is meant for one item, the first that may be asked for where none is named:
    otherwise it would fall to what the claim may let nobody owe.
    """
    if (claim := open_claim(account)) is None:
        return item
    if item is None:
        free = demanded_items(account)
        if not free and account.outstanding:
            raise ExemptionUndecided
        return free[0].id if free else None
    named = account.item(item)
    if named is not None and claim.covers(named):
        raise ExemptionUndecided
    return item


def decides_claims(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller decides claims: the one-stop unit's officers, not who takes the money."""
    return caller.kind is CallerKind.STAFF and any(
        works_counter(dossier, caller, role) for role in ("ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
    )
