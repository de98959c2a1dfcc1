"""What the QR code of a paper or a sealed file leads to: a token only this system could have made."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound

_ID, _MAC = 16, 10
_KINDS = {b"P": "PAPER", b"F": "FILE"}
_LETTERS = {name: letter for letter, name in _KINDS.items()}
_TAIL = re.compile(r"-(\d{6})-(\d+)$")
PURPOSE = "verification of a paper"


class Thing(StrEnum):
    """What is verified: an official paper, or a file that was signed or issued here."""

    PAPER = "PAPER"
    FILE = "FILE"


class UnknownPaper(NotFound):
    """This system made no paper with this code (404): the paper may be forged."""

    code = "paper-unknown"
    title = "Không có giấy tờ nào mang mã này: giấy tờ có thể là giả mạo"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWhen:
    """Who signed a file and when, by whose clock, and how well that can be proved later."""

    signer: str
    signed_at: datetime | None
    time_source: str
    """TIMESTAMP: a trusted clock; SIGNER: the signer's own word; NONE."""
    level: str
    """B, T, LT, LTA (ETSI EN 319 142-1); empty for files of before levels were looked at."""
    time_stamped_by: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "SignedWhen":
        """Read what was found when the file came."""
        stamp = found.get("timestamp") or {}
        return cls(
            signer=str(found.get("signer", "")),
            signed_at=datetime.fromisoformat(found["signed_at"]) if found.get("signed_at") else None,
            time_source=str(found.get("time_source", "NONE")),
            level=str(found.get("level", "")),
            time_stamped_by=str(stamp.get("by", "")) if stamp.get("trusted") else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What anybody who holds the paper may know of it: nothing that is not printed on it, and its fate."""

    thing: Thing
    kind: str
    number: str
    dossier_code: str
    issued_at: datetime
    issued_by: str
    agency: str
    sha256: str
    is_superseded: bool
    is_recalled: bool
    title: str = ""
    """What its set of forms calls it; empty for a file."""
    signatures: tuple[SignedWhen, ...] = ()


def marked_text(thing: Thing, one: UUID) -> str:
    """Return what the mark of a token is made of."""
    return f"{thing.value}:{one}"


def token_of(thing: Thing, one: UUID, mark: bytes) -> str:
    """Return the token of a paper: 36 letters, small enough for a QR code of form 01."""
    return base64.urlsafe_b64encode(_LETTERS[thing.value] + one.bytes + mark[:_MAC]).decode().rstrip("=")


def read_token(token: str) -> tuple[Thing, UUID, bytes]:
    """Return what a token names and its mark; raise `UnknownPaper` for what is no token."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnknownPaper from error
    if len(raw) != 1 + _ID + _MAC or raw[:1] not in _KINDS:
        raise UnknownPaper
    return Thing(_KINDS[raw[:1]]), UUID(bytes=raw[1 : 1 + _ID]), raw[1 + _ID :]


def is_mark(given: bytes, made: bytes) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given, made[:_MAC])


def masked_code(code: str) -> str:
    """Return `H99.201-26****-***1`: enough to compare with the paper, not to look the dossier up."""
    found = _TAIL.search(code)
    if found is None:
        return f"{code[:2]}***{code[-2:]}"
    day, number = found.groups()
    return f"{code[: found.start()]}-{day[:2]}****-{'*' * (len(number) - 1)}{number[-1]}"
