"""Whether all that stands beside an answer's code and message may stand beside a success.

Members of no contract have any name (`rejected`, `DanhSachTuChoi`, `affectedRows`, `Fault`): a list of bad
ones is never whole. What is not known to be harmless is no denial either; what the portal has is asked after.
"""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal_faults import is_of_faults, letters_of
from services.gateway.domain.portal_lists import said, whole_number
from services.gateway.domain.portal_messages import STATUS_TEXTS
from services.gateway.domain.portal_phrases import says_no_fault, says_nothing
from services.gateway.domain.portal_success import says_whole

_OF_THE_ANSWER = frozenset({"errorcode", "message", "session"})
_CODES = frozenset({"errorcode", "maloi", "code", "statuscode", "resultcode", "responsecode", "returncode"})
_OK_CODES = frozenset(range(200, 300)) | {0}
_LISTS = frozenset({"result", "results", "data", "items", "item", "rows", "list", "danhsach", "ketqua"})
_OURS = frozenset(
    {"mahoso", "mahosoqg", "mahosodonvi", "masohoso", "matthc", "tentthc", "madonvi", "tendonvi", "service"}
    | {"malinhvuc", "tenlinhvuc", "magiaodich", "hoso", "danhsachhoso", "isupdating", "type", "version"}
)
_IDS = frozenset({"id", "guid", "uuid", "time", "timestamp", "date", "datetime", "duration", "page"})
_OF_IDS = ("ngay", "thoigian", "thoidiem", "requestid", "transactionid", "traceid", "correlationid")
_OF_SUCCESS = ("thanhcong", "success", "updated", "capnhat", "created", "saved", "inserted", "total", "count")
_STATUS_NAMES = frozenset({"matrangthaihoso", "trangthaihoso", "matrangthai", "tentrangthai"})
_STATUSES = frozenset(folded(text) for text in STATUS_TEXTS.values())
_YES = frozenset({"true", "y", "yes", "co", "ok"})
_FALSE = frozenset({"false", "n", "no", "khong"})
_NO = frozenset({"", "none", "null", "nil", "n/a", "-"})
_DEEPEST = 8
_MOST = 2000


def is_harmless(told: Any) -> bool:
    """Tell whether nothing in an answer of 0 may mean that it was not taken."""
    waiting: list[tuple[str, Any, int]] = [("", told, 0)]
    looked_at = 0
    while waiting:
        name, value, deep = waiting.pop()
        looked_at += 1
        value = said(value)
        if looked_at > _MOST or deep > _DEEPEST:
            return False
        if isinstance(value, Mapping):
            for other, inner in value.items():
                letters = letters_of(str(other))
                if deep or letters not in _OF_THE_ANSWER:
                    waiting.append((letters, inner, deep + 1))
        elif isinstance(value, list):
            if value and not (_may_be_listed(name) or not any(_is_something(one) for one in value)):
                return False
            waiting.extend((name, inner, deep + 1) for inner in value)
        elif deep and not _is_value_harmless(name, value):
            return False
    return True


def _may_be_listed(name: str) -> bool:
    return not name or name in _LISTS or name in _OURS or any(one in name for one in _OF_SUCCESS)


def _is_something(value: Any) -> bool:
    return value not in (None, "", [], {}) and not (isinstance(value, str) and not value.strip())


def _is_value_harmless(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return value is not False or is_of_faults(name)
    number = whole_number(value)
    if number is not None:
        return _is_number_harmless(name, number)
    if not isinstance(value, str):
        return False
    plain = folded(value).strip()
    if plain in _NO or plain in _YES or says_nothing(value) or says_whole(value):
        return True
    if is_of_faults(name):
        return plain in _FALSE or says_no_fault(value)
    return name in _OURS or _names_a_thing(name) or (name in _STATUS_NAMES and plain in _STATUSES)


def _names_a_thing(name: str) -> bool:
    return name in _IDS or name.startswith(_OF_IDS)


def _is_number_harmless(name: str, number: int) -> bool:
    if is_of_faults(name) or name in _CODES:
        return number in _OK_CODES
    if _names_a_thing(name) or name in _OURS:
        return True
    if name in _STATUS_NAMES:
        return number in STATUS_TEXTS
    is_known = not name or name in _LISTS or name == "status" or any(one in name for one in _OF_SUCCESS)
    return number > 0 and is_known
