"""The portal's catalogues and ours, side by side: what it lists, what it is called here, what is alike (11).

A mapping is one to one and made by people; likeness of names only puts candidates before them (11.5).
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.gateway.domain.portal.wire.lists import lines_of, text_told

LEAST_LIKENESS = 40
"""Per cent; names less alike than this are no candidates (as OpenCPS has it, section 11.5)."""
_WORD = re.compile(r"\w+")


class CodeKind(StrEnum):
    """Which of the portal's catalogues a code is of."""

    PROCEDURE = "PROCEDURE"
    AGENCY = "AGENCY"
    SECTOR = "SECTOR"
    ONLINE_SERVICE = "ONLINE_SERVICE"
    """Ours is the procedure: people choose one where the portal lists several (2.4)."""


@dataclass(frozen=True, slots=True)
class PortalCode:
    """One line of a catalogue of the portal; `owner` is the agency or ministry it belongs to."""

    code: str
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """How one catalogue is read: the service and the names of its members (11.1, 11.3)."""

    service: str
    code: str
    name: str
    owner: str


LISTINGS: Mapping[CodeKind, Listing] = {
    CodeKind.PROCEDURE: Listing("LayDanhSachTTHC", "MATTHC", "TENTTHC", "MACOQUANCONGBO"),
    CodeKind.AGENCY: Listing("LayDanhMucCoQuan", "MADONVI", "TENDONVI", "CAPDONVI"),
    CodeKind.SECTOR: Listing("LayDanhMucLinhVuc", "MALINHVUC", "TENLINHVUC", "MANGANH"),
    CodeKind.ONLINE_SERVICE: Listing("LayDVC", "MADVC", "TENDVC", "MATTHC"),
}


def read_listing(kind: CodeKind, result: Any) -> tuple[list[PortalCode], int]:
    """Return the codes of a list and how many lines have none; of a repeated code the last counts.

    Raises `NoLines` for what is no list.
    """
    listing = LISTINGS[kind]
    lines = lines_of(result)
    found: dict[str, PortalCode] = {}
    unread = lines.unread
    for line in lines.items:
        code = _text(line, listing.code)
        if code:
            found[code] = PortalCode(code, _text(line, listing.name), _text(line, listing.owner))
        else:
            unread += 1
    return list(found.values()), unread


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line of the portal that may be meant; `likeness` in per cent, 100 when the words are the same."""

    code: str
    name: str
    likeness: int


def candidates(name: str, codes: Iterable[PortalCode], *, limit: int = 5) -> list[Candidate]:
    """Return the lines whose names are most alike, best first; equal ones in the order of their codes."""
    asked = _words(name)
    rated = (Candidate(one.code, one.name, _likeness(asked, _words(one.name))) for one in codes)
    likely = [one for one in rated if one.likeness >= LEAST_LIKENESS]
    return sorted(likely, key=lambda one: (-one.likeness, one.code))[:limit]


def _likeness(one: Counter[str], other: Counter[str]) -> int:
    """Return the cosine of two bags of words in per cent, rounded down: 100 only for the same words."""
    shared = sum(count * other[word] for word, count in one.items())
    sizes = sum(n * n for n in one.values()) * sum(n * n for n in other.values())
    if not sizes:
        return 0
    return math.isqrt(10_000 * shared * shared // sizes)


def _words(name: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFC", name).casefold()))


def _text(line: Mapping[str, Any], name: str) -> str:
    return unicodedata.normalize("NFC", text_told(line, name))
