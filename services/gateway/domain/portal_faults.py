"""What stands against it beside an answer's code and message: partial success, members of no contract.

`result` may judge each dossier (22.3), and whoever writes `MaLoi`, `DanhSachLoi` or `isError` beside a 0
means it. What can mean nothing else is a code; the rest is a doubt, and what the portal has is asked after.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.domain import portal_phrases
from services.gateway.domain.folding import folded
from services.gateway.domain.portal_lists import member, said, whole_number

_CODES = ("error_code", "errorCode", "MaLoi")
_LOOSE_CODES = ("code", "status", "statusCode")
_FLAGS = ("success", "isSuccess", "succeeded", "thanhCong")
_FAILED = frozenset({"fail", "failed", "failure", "error", "rejected", "refused", "denied", "invalid"})
_FIRST_HTTP_FAULT = 400
_OK = range(200, 300)
_OF_THE_ANSWER = frozenset({"errorcode", "message", "session"})
_OF_FAULTS = ("error", "fail", "exception", "invalid", "thatbai", "khongthanhcong", "chuathanhcong")
_LOI_OF_OTHERS = ("traloi", "quyenloi", "thuyloi", "thuanloi", "loinhan", "loinhuan", "loiich", "loichao")
_IN_WORDS = frozenset(
    {"message", "msg", "thongbao", "noidungthongbao", "mota", "description", "desc", "chitiet", "detail"}
    | {"details", "ketqua", "trangthai", "tentrangthai", "status", "result", "lydo", "reason", "ghichuloi"}
)
_PLAIN_CODES = frozenset({"code", "statuscode", "resultcode", "responsecode", "returncode", "ma"})
_NO = frozenset({"", "none", "null", "nil", "no", "n", "false", "khong", "khong co", "ok", "n/a", "-"})
_REFUSED = frozenset({"loi", "ko", "nok", "khong", "no", "false"}) | _FAILED
_DEEPEST = 4
_MOST = 2000
_LONGEST = 2000
_MOST_LETTERS = 60_000
"""Of all that is judged: each letter is looked at by several patterns, in the door's own process."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands against it: a code that denies, or 0 where it is doubted only; in which words."""

    code: int
    text: str


def fault_in(told: Any) -> Fault | None:
    """Return the first fault of a whole answer, None where there is none."""
    if is_too_long(told):
        return Fault(0, "câu trả lời quá dài")
    for one, deep in _judged(told, 0):
        found = _of_line(one, is_answer=deep == 0) if isinstance(one, Mapping) else _of_text(one)
        if found is not None:
            return found
    return None


def is_too_long(told: Any) -> bool:
    """Tell whether an answer says more than anybody judges: so many values, so many letters in all."""
    waiting, values, letters = [told], 0, 0
    while waiting:
        one = waiting.pop()
        values += 1
        if isinstance(one, str):
            letters += len(one)
            one = said(one) if len(one) <= _MOST_LETTERS else one
        if values > _MOST or letters > _MOST_LETTERS:
            return True
        if isinstance(one, Mapping | list):
            if len(one) > _MOST:
                return True
            waiting.extend(one.values() if isinstance(one, Mapping) else one)
    return False


def _judged(told: Any, deep: int) -> Iterator[tuple[Any, int]]:
    """Yield objects, and texts of lists, in whatever lists, containers and texts they stand."""
    told = said(told)
    if deep > _DEEPEST:
        return
    if isinstance(told, list):
        for one in told:
            yield from _judged(one, deep + 1)
    elif isinstance(told, Mapping):
        yield told, deep
        for name, inner in told.items():
            is_plain = deep == 0 and letters_of(name) in {"result", "data"} and isinstance(inner, str)
            if is_plain or isinstance(said(inner), Mapping | list):
                yield from _judged(inner, deep + 1)
    elif isinstance(told, str) and deep:
        yield told, deep


def _of_text(text: str) -> Fault | None:
    return Fault(0, text[:_LONGEST]) if portal_phrases.says_not_done(text[:_LONGEST]) else None


def _of_line(line: Mapping[str, Any], *, is_answer: bool) -> Fault | None:
    code = _denied_by(line, _CODES[2:] if is_answer else _CODES)
    doubts = [
        doubt
        for name, value in line.items()
        if not (is_answer and letters_of(name) in _OF_THE_ANSWER)
        and (doubt := _doubt_in(letters_of(name), said(value)))
    ]
    message = "" if is_answer else member(line, "message")
    # The longest is the one that tells people most.
    longest = max(doubts, key=len, default="")
    text = str(message or longest) if code else longest
    return Fault(code, text[:_LONGEST]) if code or doubts else None


def _denied_by(line: Mapping[str, Any], codes: Sequence[str]) -> int:
    """Return the code a line denies with, 0 where it does not.

    Members of no contract count where they can mean nothing else: below 0, an HTTP fault, a word of failure.
    """
    for name in codes:
        code = whole_number(member(line, name))
        if code:
            return code
    for name in _LOOSE_CODES:
        value = member(line, name)
        code = whole_number(value)
        if code is not None and (code < 0 or code >= _FIRST_HTTP_FAULT):
            return code
        if value is False or (isinstance(value, str) and value.strip().casefold() in _FAILED):
            return -1
    is_denied = any(str(member(line, name)).casefold() in {"false", "0"} for name in _FLAGS)
    return -1 if is_denied else 0


def _doubt_in(name: str, value: Any) -> str:
    """Return in which words a member stands against it, blank where it does not."""
    if is_of_faults(name):
        return _told_of_faults(name, value, 0)
    number = whole_number(value)
    if name in _PLAIN_CODES and number:
        # 1 is "true" at many: a doubt of whoever can be asked (`portal_harmless`), no denial.
        return "" if number == 1 or number in _OK else f"{name}: {number}"
    if "thanhcong" in name or "success" in name:
        is_none = value is False or (number == 0 and value != "") or _plain(value) in _REFUSED
        return f"{name}: {value}" if is_none else ""
    if name in _IN_WORDS and isinstance(value, str):
        is_against = _plain(value) in _REFUSED or portal_phrases.says_not_done(value[:_LONGEST])
        return value if is_against else ""
    return ""


def is_of_faults(name: str) -> bool:
    """Tell whether a member, by its letters, is named after faults."""
    if any(one in name for one in _LOI_OF_OTHERS):
        return False
    return (
        name.startswith(("err", "loi"))
        or name.endswith(("loi", "err"))
        or any(one in name for one in _OF_FAULTS)
    )


def _told_of_faults(name: str, value: Any, deep: int) -> str:
    """Return what a member named after faults tells: anything but nothing, 0 and words of no fault."""
    value = said(value)
    if isinstance(value, Mapping | list) and deep <= _DEEPEST:
        inner = value.values() if isinstance(value, Mapping) else value
        found = [text for one in inner if (text := _told_of_faults(name, one, deep + 1))]
        return next((text for text in found if portal_phrases.says_not_done(text)), next(iter(found), ""))
    if value is None or value is False or whole_number(value) == 0:
        return ""
    if not isinstance(value, str):
        return f"{name}: {value}"
    is_none = _plain(value) in _NO or portal_phrases.says_no_fault(value[:_LONGEST])
    return "" if is_none else value


def _plain(value: Any) -> str:
    return folded(value).strip() if isinstance(value, str) else "?"


def letters_of(name: str) -> str:
    """Return a name's letters and digits, without marks and capitals."""
    return "".join(one for one in folded(name) if one.isalnum())
