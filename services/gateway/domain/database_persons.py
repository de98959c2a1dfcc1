"""Whether a shared database's answer speaks of the person who was asked about, wherever in it that is said.

A peer that mixes two askers up says its own words of match beside another's number: as evidence they would
stand in a stranger's dossier. Relatives may be named in a person's data and are nobody asked about.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from kernel.core.clock import VIETNAM
from services.gateway.domain.folding import folded
from services.gateway.domain.personal_papers import same_holder
from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.lists import said, text_told, whole_number
from services.gateway.domain.portal.wire.words import moment_of

_NUMBERS = frozenset(
    {"sodinhdanh", "sodinhdanhcanhan", "madinhdanh", "identitynumber", "socccd", "cccd", "socmnd", "cmnd"}
)
_OLD_CARDS = frozenset({"socmnd", "cmnd"})
_NAMES = frozenset({"fullname", "hoten", "hovaten", "hotenkhaisinh"})
_RELATIVES = re.compile(r"^(?:cha|me|vo|chong|vochong|con(?!g)|chuho|nguoidaidien|daidien|thanhvien|giamho)")
_WHOLE = 12
"""Digits of a number that every person has one of; an old card's nine are another number of the same."""
_DEEPEST, _MOST = 6, 500
_MASKS = re.compile(r"[*xX•]+")
_DAY_FIRST = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTH = re.compile(r"(\d{1,2})[/-](\d{4})")
_IN_MILLISECONDS = 10**10


def speaks_of_another(told: Any, subject: Mapping[str, str]) -> bool:
    """Tell whether a number of a person anywhere in an answer is not the one asked about."""
    asked = subject.get("identity_number", "")
    return bool(asked) and any(
        not is_same_number(one, asked, may_be_old=name in _OLD_CARDS) for name, one in _told(told, _NUMBERS)
    )


def names_another(told: Any, subject: Mapping[str, str]) -> bool:
    """Tell whether the name told has not the given name asked about; the rest may be written otherwise."""
    asked = folded(subject.get("full_name", "")).split()
    if not asked or not subject.get("identity_number"):
        return False
    return any(asked[-1] not in folded(one).split() for _, one in _told(told, _NAMES))


def _told(told: Any, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what is told under these names, each with its name; an element or a list is what it holds."""
    waiting: list[tuple[str, Any, int]] = [("", told, 0)]
    for _ in range(_MOST):
        if not waiting:
            return
        name, told_there, deep = waiting.pop()
        value = said(told_there)
        if isinstance(value, list) and deep < _DEEPEST:
            waiting.extend((name, one, deep + 1) for one in value)
        elif isinstance(value, Mapping) and deep < _DEEPEST:
            inner = ((letters_of_name(str(one)), held) for one, held in value.items())
            waiting.extend(
                (name if name in names else own, held, deep + 1)
                for own, held in inner
                if not _RELATIVES.match(own)
            )
        elif name in names and (text := text_told({"x": value}, "x")):
            yield name, text


def is_same_number(told: str, asked: str, *, may_be_old: bool = False) -> bool:
    """Tell whether a number that came back may be the one asked about: masked, or of an old card."""
    if _MASKS.search(told):
        return asked.endswith(_MASKS.split(told.strip())[-1])
    digits = sum(one.isdigit() for one in told)
    is_old = may_be_old and digits < _WHOLE - 1 and len(asked) == _WHOLE
    return is_old or same_holder(told, asked)


def is_same_birth(told: str, asked: str) -> bool:
    """Tell whether a birth date is the one asked about; of some only the year, or the month, is known."""
    ours, theirs = moment_of(asked), moment_of(told)
    day = theirs.date() if theirs else _day_of(told)
    if ours and day:
        return ours.date() == day
    month = _MONTH.fullmatch(told.strip())
    if ours and month:
        return (ours.month, ours.year) == (int(month[1]), int(month[2]))
    years = [str(one.year) if one else text for one, text in ((ours, asked), (day, told))]
    return years[0] == years[1]


def _day_of(told: str) -> date | None:
    """Return a day as .NET, Java or Gson write it besides what `moment_of` reads."""
    number, digits = whole_number(told), _DAY_FIRST.fullmatch(told.strip())
    try:
        if digits is not None:
            return date(int(digits[3]), int(digits[2]), int(digits[1]))
        if number is not None and abs(number) >= _IN_MILLISECONDS:
            return datetime.fromtimestamp(number / 1000, VIETNAM).date()
        return datetime.strptime(told.strip(), "%b %d, %Y %I:%M:%S %p").replace(tzinfo=VIETNAM).date()
    except (ValueError, OverflowError, OSError):
        return None
