"""Petitions that wait for an agency on the portal (section 16); the fields of a line are not known: data."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.unseen import without_unseen
from services.gateway.domain.portal.wire.lists import lines_of, text_told
from services.gateway.domain.portal.wire.twice import is_blank

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
_LONGEST_MORE = 500
"""Of a member beside those known; a file's content is none of it."""
MOST_BESIDE = 5_000
_CUT = "[…] (còn nữa: xem toàn văn trên Cổng Dịch vụ công quốc gia)"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPetition:
    """What one line says of a petition; `agency` is the portal's code, empty where a line names none."""

    number: str
    agency: str
    words: Mapping[str, str]
    """Title, text and sender, cut to what survey takes; a text that was cut says so."""
    beside: str
    """What all lines of its number say in members nobody knows; nothing of it is the sender's word.

    Files are for people to look up there.
    """


def read_waiting(result: Any, fields: Mapping[str, str]) -> tuple[list[WaitingPetition], int]:
    """Return what an answer says of petitions, the same words once, and how many lines were none.

    Another line of a number, in other words, is one of its own: more of the same, in whatever order.
    Raises `NoLines` for what is no list.
    """
    lines = lines_of(result)
    known = {name.casefold() for name in fields.values()}
    words: dict[tuple[str, ...], tuple[str, str, dict[str, str]]] = {}
    more: dict[str, set[str]] = {}
    unread = lines.unread
    for line in lines.items:
        number = _text(line, fields["number"])
        said = _words(line, fields)
        if not 0 < len(number) <= _LONGEST_NUMBER or not said["text"]:
            unread += 1
            continue
        words.setdefault((number, *said.values()), (number, _text(line, fields["agency"])[:100], said))
        more.setdefault(number, set()).update(beside(line, known))
    found = [
        WaitingPetition(number=number, agency=agency, words=said, beside=laid_out(more[number]))
        for number, agency, said in words.values()
    ]
    return found, unread


def _words(line: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    """Return what the sender's own members say."""
    words = {name: _text(line, fields[name])[:limit] for name, limit in _LIMITS.items()}
    return words | {name: cut(_text(line, fields[name]), _LIMITS[name]) for name in ("title", "text")}


def laid_out(told: Iterable[str]) -> str:
    """Return what stands beside, the same for the same members in whatever order."""
    return cut("\n".join(sorted(told)), MOST_BESIDE)


def beside(line: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Return what a line says in members that are not known, and in known ones that are no texts."""
    found = []
    for name, value in line.items():
        is_read = name.casefold() in known and bool(text_told(line, name))
        if not is_read and not is_blank(value):
            text = text_told(line, name) or json.dumps(value, ensure_ascii=False, default=str)
            found.append(_plain(f"{name}: {_shortened(text)}"))
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_MORE else f"{text[:_LONGEST_MORE]} {_CUT}"


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many letters; one that was cut says where the rest is."""
    return text if len(text) <= limit else f"{text[: limit - len(_CUT) - 1]} {_CUT}"


def _text(line: Mapping[str, Any], name: str) -> str:
    return _plain(text_told(line, name))


def _plain(text: str) -> str:
    # A character no database keeps is no reason to lose a petition.
    return without_unseen(text).encode("utf-8", "ignore").decode().strip()
