"""What stands beside an answer's code and message: nothing of it is believed but what is known for harmless.

`result` may judge each dossier (22.3), and whoever writes `MaLoi`, `rejected` or `KetQua` beside a 0 means
it. Harmless are nothing at all, success, counts of it, none of faults, what things are called and when they
were, and what we told ourselves (ADR 0033).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.domain.folding import folded, letters
from services.gateway.domain.portal.answers.phrases import (
    Says,
    names_success,
    says,
    says_no_fault,
    without_ours,
)
from services.gateway.domain.portal.telling.ledger import REFUSED_AT_INTAKE
from services.gateway.domain.portal.telling.messages import STATUS_TEXTS
from services.gateway.domain.portal.wire.lists import said, whole_number

_OF_THE_ANSWER = frozenset({"errorcode", "message", "session"})
_CODES = frozenset({"errorcode", "maloi"})
_CODE = "mahoso"
_OF_FAULTS = re.compile(
    r"err|fail|(?<!de)fault|exception|invalid|reject|refus|denied|skip|boqua|ignor|duplicat|notfound|missing|violat"
    r"|warn|thatbai|khong|chua|tuchoi|canhbao"
    r"|(?<!tra)(?<!quyen)(?<!thuy)(?<!thuan)loi(?!nhan|nhuan|ich|chao)"
    r"|(?:un|not?|non)(?:succe|accept|updat|sav|insert|process|creat|done|sync|exist|complet|ok$)|^n(?:ok|g)$"
)
_OF_SUCCESS = re.compile(r"succe|thanhcong|^ok$|^(?:is)?valid$|accepted|saved|updated|inserted|daluu|^done$")
_CONTAINERS = re.compile(
    r"^(?:result|data|items?|rows|list|danhsach|hoso|dossiers?|records?|response|return)$"
)
_OF_RESULTS = re.compile(r"result|ketqua|trangthai|tinhtrang|status|state$|outcome|lydo|reason")
_COUNTS = re.compile(r"count|total|^tong|^so[a-z]|rows|records|affected|capnhat|dongbo")
_NUMBERED = re.compile(r"code$|^ma$|^status")
_CALLED = re.compile(
    r"id$|^ma[a-z]+$|key$|time|thoigian|thoidiem|^ngay|date|version|service|path|trace|agency"
)
_A_DOSSIER = re.compile(r"(?:\d{3}|[a-z]\d{2})(?:[./]\w+)*-\d{6}-\d{3,}")
_A_RECEIPT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STATUS = re.compile(r"status|trangthai|tinhtrang")
_NO = frozenset({"false", "no", "n", "khong", "khong co", "none", "null", "nil", "n/a", "-", "ok"})
_YES = frozenset({"true", "yes", "y", "co"})
_GOOD, _HTTP_FAULT = range(200, 300), 400
_LONG, _CODE_LIKE = 12, 6
_REFUSALS = {str(REFUSED_AT_INTAKE), "11"}
_REFUSING = {"tu choi", "tu choi tiep nhan", "khong duoc tiep nhan", "khong tiep nhan"}
"""How a refusal that was told is said back."""
_MOST, _MOST_LETTERS = 2000, 40_000
"""What is judged of one answer, in the process of the door."""


@dataclass(frozen=True, slots=True)
class Beside:
    """How much all of it tells of success, in which words, under a code of its own where it has one."""

    says: Says = Says.NOTHING
    words: str = ""
    code: int = 0


@dataclass(frozen=True, slots=True)
class Ours:
    """What was told, which may be said back: a value under its name, a long one under any but of faults."""

    pairs: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    texts: frozenset[str] = field(default_factory=frozenset)
    statuses: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, told: Any) -> "Ours":
        """Return the values of what was told; a status by its number and its words."""
        leaves = list(_leaves((), told))
        pairs = frozenset((names[-1], _plain(value)) for names, value in leaves if value)
        numbers = {value for name, value in pairs if _STATUS.search(name)}
        words = {folded(text) for number, text in STATUS_TEXTS.items() if str(number) in numbers}
        refusal = _REFUSING if numbers & _REFUSALS else set()
        parts = {part for _, value in pairs for part in (value, *value.split(" - ")) if " " in part}
        codes = {value for _, value in pairs if _is_telling(value)}
        names = frozenset(name for names, _ in leaves for name in names)
        return cls(pairs, frozenset(parts | codes | words | refusal), frozenset(numbers | words), names)

    def has(self, name: str, value: str) -> bool:
        """Tell whether a value was told under this name, or could not be anybody else's."""
        is_status = value in self.statuses and _STATUS.search(name) is not None
        is_text = value in self.texts and _is_telling(value) and not _are_of_faults((name,))
        return (name, value) in self.pairs or is_text or is_status

    def left_of(self, message: str) -> str:
        """Return a sentence without our own words in it, nor what an entry of the history was about."""
        return without_ours(message, self.texts)


def _is_telling(text: str) -> bool:
    return len(text) >= _LONG or (len(text) >= _CODE_LIKE and any(one.isdigit() for one in text))


def beside(answer: Any, told: Any = None) -> Beside:
    """Return what everything beside the code and the message of a whole answer says, worst first."""
    ours: Ours | None = None
    worst, code, heaviest = Beside(), 0, (Says.NOTHING, True, 0)
    left = _MOST_LETTERS
    for number, (names, value) in enumerate(_leaves((), answer)):
        left -= len(value) if isinstance(value, str) else 0
        if number >= _MOST or left < 0:
            return Beside(max(worst.says, Says.UNSURE), worst.words or "câu trả lời quá dài", code)
        # Who says back the whole dossier is known by its first word that is not harmless by itself.
        found = _of_member(names, value) if ours is None else _apart_from(ours, names, value)
        is_code = isinstance(value, str) and " " not in value and _is_telling(value)
        if told is not None and (found > Says.DONE or is_code):
            ours = ours or Ours.of(told)
            found = min(_of_member(names, value), _apart_from(ours, names, value))
            found = max(found, _of_code(ours, names[-1], _plain(value))) if is_code else found
        if found > Says.DONE and names[-1] in _CODES:
            code = code or whole_number(value) or 0
        is_sentence = isinstance(value, str) and " " in value
        text = value if is_sentence else f"{'.'.join(names)}: {value}"
        # Of what is equally bad, the portal's own sentence tells people most, and of several the longest.
        weight = (found, is_sentence, len(text))
        if weight > heaviest:
            heaviest, worst = weight, Beside(found, text)
    return replace(worst, code=code)


def _leaves(names: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield single values with the letters of the names they stand under, out of lists, objects and texts."""
    value = said(value)
    is_several = isinstance(value, Mapping | Sequence) and not isinstance(value, str)
    if is_several and not value and names and _OF_SUCCESS.search(names[-1]):
        # A list of what was done with nothing in it counts as its number does.
        yield names, 0
    elif isinstance(value, Mapping):
        for inner, one in value.items():
            plain = letters(inner)
            if names or plain not in _OF_THE_ANSWER:
                yield from _leaves((*names, plain), one)
    elif is_several:
        for one in value:
            yield from _leaves(names or ("result",), one)
    else:
        yield names or ("result",), value


def _apart_from(ours: Ours, names: tuple[str, ...], value: Any) -> Says:
    """Return what a value says without what we told; it may stand in the portal's own words of success."""
    if _are_of_faults(names[:-1]):
        return Says.NOT_DONE
    if ours.has(names[-1], _plain(value)):
        strange = [name for name in names[:-1] if name not in ours.names]
        return Says.NOTHING if _are_known(strange) else Says.UNSURE
    rest = ours.left_of(str(value))
    is_success = names_success(rest) and says(rest) <= Says.UNSURE
    return Says.UNSURE if is_success else Says.NOT_DONE


def _of_code(ours: Ours, name: str, code: str) -> Says:
    """Return what a bare code says: of somebody else's dossier, or ours under a name that may judge it."""
    if code not in ours.texts:
        return Says.UNSURE if name == _CODE or _A_DOSSIER.fullmatch(code) else Says.NOTHING
    is_known = name in ours.names or _are_known((name,)) or _CALLED.search(name) is not None
    return Says.NOTHING if is_known else Says.UNSURE


def _are_of_faults(names: Sequence[str]) -> bool:
    return any(_OF_FAULTS.search(name) for name in names)


def _are_known(names: Sequence[str]) -> bool:
    return all(_CONTAINERS.search(name) or _OF_SUCCESS.search(name) for name in names)


def _of_member(names: tuple[str, ...], value: Any) -> Says:
    text, name = _plain(value), names[-1]
    if not text:
        # Nothing where it should say what was done.
        return Says.UNSURE if _OF_SUCCESS.search(name) and not _are_of_faults(names) else Says.NOTHING
    number = whole_number(value)
    if _are_of_faults(names):
        is_none = number == 0 or number in _GOOD if number is not None else text in _NO or says_no_fault(text)
        return Says.NOTHING if is_none else Says.NOT_DONE
    found = _of_value(name, text, number, is_true=value is True)
    return found if _are_known(names[:-1]) else max(found, Says.UNSURE)


def _of_value(name: str, text: str, number: int | None, *, is_true: bool) -> Says:
    is_of_success = _OF_SUCCESS.search(name) is not None
    is_result = _OF_RESULTS.search(name) is not None
    if number is not None:
        return _of_number(name, number, is_good=is_of_success, is_result=is_result)
    if text in _NO - {"ok"} and (is_of_success or is_result):
        return Says.NOT_DONE
    if text in _YES:
        return Says.NOTHING if is_of_success or is_result or is_true else Says.UNSURE
    found = says(text)
    if " " in text or found not in {Says.NOTHING, Says.UNSURE}:
        return found
    # One word, or a code: of a fault under any name but what things are called by.
    is_name = _CALLED.search(name) is not None and not is_result and _NUMBERED.search(name) is None
    is_done = is_of_success and _A_DOSSIER.fullmatch(text) is not None
    return Says.NOTHING if is_name or is_done or _A_RECEIPT.fullmatch(text) else Says.UNSURE


def _of_number(name: str, number: int, *, is_good: bool, is_result: bool) -> Says:
    is_count = is_good or _COUNTS.search(name) is not None
    is_code = _NUMBERED.search(name) is not None
    if number == 0:
        if is_code and not name.startswith("status"):
            return Says.NOTHING
        return Says.NOT_DONE if is_count or is_result else Says.UNSURE
    if number < 0 or (is_code and number >= _HTTP_FAULT):
        return Says.NOT_DONE
    is_called = _CALLED.search(name) is not None and not is_code and not is_result
    return Says.NOTHING if is_count or is_called or (is_code and number in _GOOD) else Says.UNSURE


def _plain(value: Any) -> str:
    return "" if value is None else " ".join(folded(str(value)).split())
