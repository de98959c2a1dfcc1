"""Petitions that wait for an agency on the portal (section 16); the fields of a line are not known: data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.unseen import without_unseen
from services.gateway.domain.portal_lists import lines_of, text_told

WAITING = "DanhSachPAKNChoXuLy"
FIELDS: Mapping[str, str] = {
    "number": "PAKNID",
    "agency": "MADONVI",
    "title": "TIEUDE",
    "text": "NOIDUNG",
    "name": "HOVATEN",
    "address": "DIACHI",
    "phone": "SODIENTHOAI",
    "email": "THUDIENTU",
}
"""[I]: the names the portal's questions have; a setting, as long as no answer of this service was seen."""
_LIMITS = {"title": 1000, "text": 20_000, "name": 300, "address": 500, "phone": 40, "email": 254}
_LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPetition:
    """A petition of the portal's list; `agency` is the portal's code, empty where a line names none."""

    number: str
    agency: str
    words: Mapping[str, str]
    """Title, text and sender, cut to what survey takes."""


def read_waiting(result: Any, fields: Mapping[str, str]) -> tuple[list[WaitingPetition], int]:
    """Return the petitions of an answer, each number once, and how many lines were none.

    Raises `NoLines` for what is no list.
    """
    lines = lines_of(result)
    found: dict[str, WaitingPetition] = {}
    unread = lines.unread
    for line in lines.items:
        petition = _read(line, fields)
        if petition is None:
            unread += 1
        else:
            found.setdefault(petition.number, petition)
    return list(found.values()), unread


def _read(line: Mapping[str, Any], fields: Mapping[str, str]) -> WaitingPetition | None:
    number = _text(line, fields["number"])
    words = {name: _text(line, fields[name])[:limit] for name, limit in _LIMITS.items()}
    if not 0 < len(number) <= _LONGEST_NUMBER or not words["text"]:
        return None
    return WaitingPetition(number=number, agency=_text(line, fields["agency"])[:100], words=words)


def _text(line: Mapping[str, Any], name: str) -> str:
    # A character no database keeps is no reason to lose a petition.
    return without_unseen(text_told(line, name)).encode("utf-8", "ignore").decode().strip()
