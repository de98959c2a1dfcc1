"""Fees and charges (phí, lệ phí) as the national catalogue writes them."""

import re
from typing import Any

from services.catalog.domain.text import fold, one_line

_AMOUNT = re.compile(
    r"(?:(?P<kind>Phí|Lệ phí)\s*:\s*)?"
    r"(?:(?P<amount>\d[\d.,]*|Không)\s*(?P<unit>Việt Nam Đồng|VNĐ|VND|Đồng|đ|USD)|(?P<bare>\d[\d.,]*))"
    r"\s*(?P<note>\(.*\))?",
    re.IGNORECASE | re.DOTALL,
)
# Thousands come in threes, whatever parts them; one or two digits at the end are a fraction of a đồng.
_NUMBER = re.compile(r"(?P<whole>\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,](?P<rest>\d{1,2}))?[.,]?")
_FREE = re.compile(r"(?:Miễn|Không thu) (?:lệ )?phí\s*(?P<note>\(.*\))?", re.IGNORECASE | re.DOTALL)
_SAYS_NOTHING = frozenset({"", "khong", "khong co", "khong quy dinh", "chua quy dinh", "a"})
_UNKNOWN = frozenset({"", "khong co thong tin"})
_SHORT = 25
_SMALLEST = 1_000
"""No fee is below a thousand đồng: a smaller number is in thousands, or a slip, and is not trusted."""


def parse_fees(text: str | None) -> list[dict[str, Any]]:
    """Return a channel's fees as {kind, amount, collected, free, note, doubtful}; empty: nothing is known.

    `amount` is in đồng, and null where the source only points to a regulation. "Miễn phí" with a bracket that
    names a regulation is not free: the amount is unknown and the bracket is the note.
    """
    plain = one_line(text or "")
    if len(plain) < _SHORT and fold(plain).rstrip(".") in _UNKNOWN:
        return []
    free = _FREE.fullmatch(plain)
    if free is not None:
        return [_free(free["note"])]
    lines = [one_line(line) for line in (text or "").splitlines()]
    found = [_AMOUNT.fullmatch(line) for line in lines if line]
    if found and all(found):
        return _unique([_priced(match) for match in found if match])
    whole = _AMOUNT.fullmatch(plain)
    return [_priced(whole)] if whole else [_fee(note=plain, doubtful=True)]


def _fee(
    kind: str = "FEE",
    *,
    amount: int | None = None,
    free: bool = False,
    note: str = "",
    doubtful: bool = False,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "amount": amount,
        "collected": "NONE" if free else None,
        "free": free,
        "note": note or None,
        "doubtful": doubtful,
    }


def _free(note: str | None) -> dict[str, Any]:
    inside = (note or "").strip("() ")
    if len(inside) < _SHORT and fold(inside).rstrip(". ") in _SAYS_NOTHING:
        return _fee(amount=0, free=True)
    return _fee(note=inside, doubtful=True)


def _priced(found: re.Match[str]) -> dict[str, Any]:
    kind = "CHARGE" if fold(found["kind"] or "") == "le phi" else "FEE"
    note = (found["note"] or "")[1:-1].strip()
    if fold(found["amount"] or "") == "khong":
        return _fee(kind, amount=0, free=True, note=note)
    amount = dong(found["amount"] or found["bare"])
    if amount is None or (found["unit"] or "").upper() == "USD":
        return _fee(kind, note=one_line(found[0]), doubtful=True)
    if amount == 0:
        return _fee(kind, amount=0, free=not note, note=note, doubtful=bool(note))
    if amount < _SMALLEST:
        return _fee(kind, note=one_line(found[0]), doubtful=True)
    return _fee(kind, amount=amount, note=note)


def dong(text: str) -> int | None:
    """Return the whole đồng a number says; None where it has a fraction, or groups no number has."""
    found = _NUMBER.fullmatch(text)
    if found is None or (found["rest"] or "").strip("0"):
        return None
    return int(re.sub(r"[.,]", "", found["whole"]))


def _unique(fees: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [fee for index, fee in enumerate(fees) if fee not in fees[:index]]
