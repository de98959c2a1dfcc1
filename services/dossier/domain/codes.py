"""Names of a dossier: the legal code, the reference before it, the look-up secret, the masked owner."""

import re
from datetime import date, datetime
from uuid import UUID

from kernel.core.clock import VIETNAM

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIVE_BITS = 31
SECRET_LENGTH = 8
_SHOWN = 5


_IDENTIFIER = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{1,4})*")
_LONGEST_IDENTIFIER = 35


def is_agency_identifier(code: str) -> bool:
    """Tell whether this is a new-style agency identifier (QĐ 20/2020/QĐ-TTg), level 1 first.

    Groups are not held to two digits: communes of 2025 have three (`H99.201`).
    """
    return len(code) <= _LONGEST_IDENTIFIER and _IDENTIFIER.fullmatch(code) is not None


def code_day(accepted_at: datetime) -> date:
    """Return the Vietnamese date a legal code carries; numbers begin anew on each."""
    return accepted_at.astimezone(VIETNAM).date()


def dossier_code(agency: str, day: date, number: int) -> str:
    """Return the legal code, such as H99.201-261117-0001; past 9,999 the number simply grows.

    The agency is who receives on that day: after a merger the continuing one, whose counter is its own, so
    that no code is given twice and none that was given changes.
    """
    if number < 1:
        raise ValueError("numbers of a day begin at 1")
    return f"{code_begins(agency, day)}{number:04d}"


def code_begins(agency: str, day: date) -> str:
    """Return what stands before the number in the codes of an agency's day."""
    return f"{agency}-{day:%y%m%d}-"


def reference_of(dossier_id: UUID) -> str:
    """Return what a citizen names the dossier by before it has its legal code: twelve letters in groups."""
    text = _base32(dossier_id.int, 12)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def secret_of(keyed: bytes) -> str:
    """Return the look-up secret printed on form 01 from bytes only holders of the key can make."""
    return _base32(int.from_bytes(keyed), SECRET_LENGTH)


def _base32(number: int, length: int) -> str:
    return "".join(_LETTERS[(number >> (5 * place)) & _FIVE_BITS] for place in range(length))


def masked_name(name: str) -> str:
    """Return `Nguyễn V*** A***` for `Nguyễn Văn An`: public look-up shows no more (domain.md 9)."""
    first, *rest = name.split() or [""]
    return " ".join([first, *(f"{part[0]}***" for part in rest)]) if rest else f"{first[:1]}***"


def masked_identity(number: str) -> str:
    """Return `001*******89`: enough to compare with a card in the hand, not to copy."""
    hidden = max(0, len(number) - _SHOWN)
    return f"{number[:3]}{'*' * hidden}{number[-2:]}" if hidden else "*" * len(number)
