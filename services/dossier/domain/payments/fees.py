"""What a dossier owes by the fee rows of its procedure's version: channel, payer, discounts, exemptions.

A row that only names a regulation, or that the catalogue doubts, makes nothing owed by itself: the one-stop
unit assesses it by hand, with the basis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.dossier.domain.dated import latest
from services.dossier.domain.payments.copy_fees import CopyFee

_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A dated rule that lowers a fee: a discount by channel, or an exemption of a category of people.

    `percent` is what is taken off. Empty lists do not narrow.
    """

    code: str
    name: str
    percent: int
    legal_basis: str
    source: str
    valid_from: date
    valid_to: date | None = None
    is_exemption: bool = True
    needs_evidence: bool = True
    fee_codes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def is_in_force(self, day: date) -> bool:
        """Tell whether the rule holds on a day, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def fits(self, *, code: str, kind: str, sector: str, channel: str) -> bool:
        """Tell whether the rule lowers this fee; a financial obligation is never lowered here."""
        wanted = (
            (self.fee_codes, code),
            (self.kinds, kind),
            (self.sectors, sector),
            (self.channels, channel),
        )
        return kind != "OBLIGATION" and all(not given or value in given for given, value in wanted)


@dataclass(frozen=True, slots=True)
class FeeRules:
    """All reliefs the province knows, past and present."""

    reliefs: Sequence[Relief] = ()
    copies: Sequence[CopyFee] = ()
    receipts_kept_years: int = 10
    """How long receipts of copies name their payer, from the end of the year they are of."""
    copies_procedure: str = ""
    """The procedure that certifying copies is."""

    def receipts_kept_from(self, day: date) -> date:
        """Return the first day whose receipts of copies still name their payer."""
        return date(day.year - self.receipts_kept_years, 1, 1)

    def copies_cost(self, pages: int, copies: int, day: date) -> int | None:
        """Return what certified copies cost on a day, in đồng; None where no rate holds that day."""
        rate = latest(self.copies, day)
        return rate.of(pages, copies) if rate else None

    def discount(self, day: date, *, code: str, kind: str, sector: str, channel: str) -> Relief | None:
        """Return the largest discount of a channel on a day; discounts are not added up."""
        found = [
            one
            for one in self.reliefs
            if not one.is_exemption
            and one.is_in_force(day)
            and one.fits(code=code, kind=kind, sector=sector, channel=channel)
        ]
        return max(found, key=lambda one: one.percent, default=None)

    def exemption(self, category: str, day: date) -> Relief | None:
        """Return a category in force on a day."""
        return next(
            (
                one
                for one in self.reliefs
                if one.is_exemption and one.code == category and one.is_in_force(day)
            ),
            None,
        )

    def exemptions(self, day: date) -> list[Relief]:
        """Return the categories in force on a day."""
        return [one for one in self.reliefs if one.is_exemption and one.is_in_force(day)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One row as this dossier owes it: `amount` after the discount, `base` before it."""

    kind: str
    code: str
    name: str
    amount: int
    base: int
    is_before: bool
    discount: dict[str, Any] | None = None

    def data(self, procedure_version: int, channel: str) -> dict[str, Any]:
        """Return what the entry keeps of why it is owed."""
        return {
            "fee_kind": self.kind,
            "code": self.code,
            "name": self.name,
            "is_before": self.is_before,
            "base": self.base,
            "discount": self.discount,
            "procedure_version": procedure_version,
            "channel": channel,
        }


def less(amount: int, percent: int) -> int:
    """Return what is taken off an amount: whole đồng, half a đồng rounds in the payer's favour."""
    return (amount * percent * 2 + _WHOLE) // (2 * _WHOLE)


def dues_of(
    fees: Iterable[Mapping[str, Any]],
    *,
    channel: str,
    sector: str,
    applicant_type: str,
    day: date,
    rules: FeeRules,
) -> list[Due]:
    """Return what is owed of a version's fee rows; nothing for rows that are free or collected elsewhere.

    A row that does not say when it is collected is due before the result is handed out.
    """
    found = []
    for fee in fees:
        amount = fee.get("amount")
        if not is_assessed(fee) or not isinstance(amount, int) or not _is_payer(fee, applicant_type):
            continue
        kind, code = str(fee.get("kind") or "FEE"), str(fee.get("code") or "")
        relief = rules.discount(day, code=code, kind=kind, sector=sector, channel=channel)
        off = less(amount, relief.percent) if relief else 0
        if amount - off <= 0:
            continue
        found.append(
            Due(
                kind=kind,
                code=code,
                name=str(fee.get("name") or _NAMES[kind]),
                amount=amount - off,
                base=amount,
                is_before=fee.get("collected") == "BEFORE",
                discount=granted(relief) if relief else None,
            )
        )
    return found


_NAMES = {"FEE": "Phí", "CHARGE": "Lệ phí"}


def granted(relief: Relief) -> dict[str, Any]:
    """Return a relief as the entry keeps it."""
    return {
        "code": relief.code,
        "name": relief.name,
        "percent": relief.percent,
        "legal_basis": relief.legal_basis,
    }


def is_assessed(fee: Mapping[str, Any]) -> bool:
    """Tell whether a row says how much is collected here."""
    amount = fee.get("amount")
    return (
        isinstance(amount, int) and amount > 0 and fee.get("collected") != "NONE" and not fee.get("doubtful")
    )


def needs_assessing(fee: Mapping[str, Any]) -> bool:
    """Tell whether somebody has to say how much a row is."""
    if fee.get("collected") == "NONE" or fee.get("free"):
        return False
    return fee.get("amount") is None or bool(fee.get("doubtful"))


def _is_payer(fee: Mapping[str, Any], applicant_type: str) -> bool:
    """Tell whether the row is this payer's; rows for the poor and for others are granted by hand."""
    payer = str(fee.get("payer") or "ALL")
    return payer in {"ALL", "INDIVIDUAL" if applicant_type == "CITIZEN" else "ORGANISATION"}
