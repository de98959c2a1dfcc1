"""The lines of a look-up, in whatever containers they stand: with the codes and statuses each names.

`TraCuuHoSo` has no contract (national-portal.md 9 and 22.6): one dossier may be an object in an object, a
list in a list, under its own code as a name, a line a status; nothing may be an empty line of a bridge.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal_lists import said, whole_number
from services.gateway.domain.portal_messages import STATUS_TEXTS
from services.gateway.domain.portal_phrases import says_dossier_absent

_CODES = frozenset({"mahoso", "mahosodonvi", "masohoso", "sohoso", "mahosoqg"})
_STATUS_NAMES = ("matrangthaihoso", "matrangthai", "trangthaihoso", "tentrangthai", "tinhtrang", "trangthai")
"""The sister service's first (section 9), then section 7's own, then what may be of something else."""
_OF_STATUS = ("trangthai", "tinhtrang", "status")
_NOT_OF_THE_DOSSIER = ("bosung", "thanhtoan", "lephi", "phi", "payment", "fee", "http", "code")
_TEXT_OF_AN_ELEMENT = ("#text", "$t", "_", "$", "#cdata-section", "value", "ma", "code", "id", "ten", "name")
_ABOUT_THE_LIST = frozenset(
    {"total", "tongso", "count", "soluong", "page", "pagesize", "pagenumber", "totalpages", "totalcount"}
    | {"errorcode", "code", "success", "statuscode", "session"}
)
_BLANK = frozenset({"", "0", "null", "none", "nil", "false", "true"})
_LEADING = re.compile(r"\s*(\d{1,2})\s*[-–:.)]\s*\D")
_DEEPEST = 8
_MOST = 2000
_MOST_MEMBERS = 500


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What one line tells: the codes it names, the statuses it tells, the first that is meant counts."""

    codes: frozenset[str] = frozenset()
    statuses: tuple[int, ...] = ()
    is_telling: bool = False
    """Whether it says anything of a dossier at all."""


def held_lines(told: Any) -> list[HeldLine]:
    """Return the lines that say something of a dossier, in their order."""
    found = []
    for number, line in enumerate(_lines(said(told), frozenset(), 0)):
        if number >= _MOST:
            break
        if line.is_telling:
            found.append(line)
    return found


def _lines(told: Any, named: frozenset[str], deep: int) -> Iterator[HeldLine]:
    if deep > _DEEPEST:
        return
    if isinstance(told, list):
        for one in told:
            yield from _lines(said(one), named, deep + 1)
    elif isinstance(told, Mapping):
        own = _line_of(told)
        if own.is_telling:
            yield replace(own, codes=own.codes or named)
        for name, held in islice(told.items(), _MOST_MEMBERS):
            inner = said(held)
            if _is_inner(str(name), inner):
                # A dossier may stand under its own code, and what stands inside it is of it.
                key = frozenset({str(name).strip().casefold()}) if _looks_like_a_code(str(name)) else named
                yield from _lines(inner, own.codes or key, deep + 1)


def _is_inner(name: str, inner: Any) -> bool:
    if isinstance(inner, list):
        return not _is_status(_letters(name)) or any(isinstance(said(one), Mapping | list) for one in inner)
    return isinstance(inner, Mapping) and not _is_status(_letters(name))


def _looks_like_a_code(name: str) -> bool:
    return any(one.isdigit() for one in name) and any(one in "-./" for one in name)


def _line_of(line: Mapping[str, Any]) -> HeldLine:
    held = islice(line.items(), _MOST_MEMBERS)
    plain = {_letters(str(name)): text for name, value in held if (text := _text(value, 0))}
    codes = frozenset(plain[name].casefold() for name in _CODES if name in plain)
    statuses = _statuses_in(plain)
    is_telling = bool(codes or statuses) or any(_says_something(name, text) for name, text in plain.items())
    return HeldLine(codes, statuses, is_telling)


def _says_something(name: str, text: str) -> bool:
    if name in _ABOUT_THE_LIST or name.startswith(("xsi", "xmlns", "nil")) or text.casefold() in _BLANK:
        return False
    return not says_dossier_absent(text)


def _statuses_in(line: Mapping[str, str]) -> tuple[int, ...]:
    """Return the statuses a line tells, by the surest name first, as numbers or in known words."""
    others = [name for name in line if name not in _STATUS_NAMES and _is_status(name)]
    told = [line[name] for name in (*_STATUS_NAMES, *others) if name in line]
    known = [status for text in told if (status := _status_of(text))]
    # A number of no table is a status nobody told: it is not what was told, and not nothing.
    strange = [max(0, whole_number(line.get(name)) or 0) for name in _STATUS_NAMES[:2]]
    return tuple(known) or tuple(one for one in strange if one)


def _is_status(name: str) -> bool:
    return any(one in name for one in _OF_STATUS) and not any(one in name for one in _NOT_OF_THE_DOSSIER)


def _status_of(text: str) -> int:
    number = whole_number(text)
    if number is not None:
        return number if number in STATUS_TEXTS else 0
    leading = _LEADING.match(text)
    if leading is not None:
        return int(leading[1]) if int(leading[1]) in STATUS_TEXTS else 0
    return _BY_WORDS.get(_words(text), 0)


def _words(text: str) -> str:
    return " ".join(folded(text).split())


_BY_WORDS: Mapping[str, int] = {_words(text): status for status, text in STATUS_TEXTS.items()}


def _letters(name: str) -> str:
    return "".join(one for one in folded(name) if one.isalnum())


def _text(value: Any, deep: int) -> str:
    value = said(value)
    if deep < _DEEPEST and isinstance(value, list) and len(value) == 1:
        return _text(value[0], deep + 1)
    if deep < _DEEPEST and isinstance(value, Mapping):
        plain = {_letters(str(name)) or str(name): one for name, one in value.items()}
        held = [{**plain, **value}[name] for name in _TEXT_OF_AN_ELEMENT if name in value or name in plain]
        return _text(held[0], deep + 1) if held else ""
    is_value = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_value else ""
