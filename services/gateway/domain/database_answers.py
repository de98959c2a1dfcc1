"""What the population database and the business register answer: as agreed, and of whom was asked about.

An answer of another person, or that says nothing readable, is no consultation: as evidence it would put a
stranger's data into a dossier, or say that something was read which was not.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.core.unseen import without_unseen
from services.gateway.domain.database_persons import (
    is_same_birth,
    is_same_number,
    names_another,
    speaks_of_another,
)
from services.gateway.domain.personal_papers import same_holder
from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.lists import text_told, whole_number
from services.gateway.domain.portal.wire.twice import is_blank, told_twice
from services.gateway.domain.shared_databases import (
    DIFFERENT,
    MATCHED,
    NOT_FOUND,
    DatabaseSilent,
    Found,
    Question,
    least,
)

SUBJECT = {
    "identity_number": "soDinhDanh",
    "full_name": "hoTen",
    "birth_date": "ngaySinh",
    "tax_code": "maSoDoanhNghiep",
}
_ALSO = {"birth_date": ("namsinh",)}
_OUTCOMES = {"KHOP": MATCHED, "KHONG_KHOP": DIFFERENT, "KHONG_TIM_THAY": NOT_FOUND}
_LONGEST, _LONGEST_REFERENCE = 2_000, 200


def found_in(said: Any, question: Question) -> Found:
    """Return what an answer to a question says; raise `DatabaseSilent` for what is not as agreed."""
    told = said.get("ketQua") if isinstance(said, Mapping) else None
    outcome = _OUTCOMES.get(told) if isinstance(told, str) else None
    if outcome is None:
        raise DatabaseSilent("câu trả lời không đúng dạng")
    _require_one_word(said)
    reference = said.get("maGiaoDich")
    if not _is_value(reference):
        raise DatabaseSilent("mã giao dịch không đọc được")
    if any(str(one) != question.look_up_id for one in _spelled(said, "mayeucau")):
        raise DatabaseSilent("câu trả lời của yêu cầu khác")
    if speaks_of_another(said, question.subject):
        raise DatabaseSilent("câu trả lời về người khác")
    data = _data_of(said, question) if outcome == MATCHED else {}
    return Found(outcome, without_unseen(text_told(said, "maGiaoDich"))[:_LONGEST_REFERENCE], data)


def _require_one_word(said: Mapping[str, Any]) -> None:
    """Raise `DatabaseSilent` where the outcome is said in two ways, or a fault stands beside it."""
    is_twice = any(own == "ketQua" for _, own in told_twice(said))
    if is_twice or len({str(one) for one in _spelled(said, "ketqua")}) > 1:
        raise DatabaseSilent("câu trả lời nói hai lần khác nhau")
    if any(whole_number(one) != 0 for one in _spelled(said, "errorcode")):
        raise DatabaseSilent("câu trả lời báo lỗi")


def _spelled(said: Mapping[str, Any], letters: str) -> list[Any]:
    return [one for name, one in said.items() if letters_of_name(name) == letters and not is_blank(one)]


def _data_of(said: Mapping[str, Any], question: Question) -> dict[str, Any]:
    told = said.get("duLieu")
    if not isinstance(told, Mapping):
        raise DatabaseSilent("dữ liệu không đúng dạng")
    for name, value in question.subject.items():
        named = (*_named(said, name), *_named(told, name))
        if not all(_is_same(name, one, value) for one in named):
            raise DatabaseSilent("dữ liệu là của người khác")
    if names_another(told, question.subject):
        raise DatabaseSilent("dữ liệu là của người khác")
    if {own for _, own in (*told_twice(said), *told_twice(told))} & {"ketQua", *question.fields}:
        raise DatabaseSilent("câu trả lời nói hai lần khác nhau")
    data = least(question.fields, told)
    if not all(map(_is_value, data.values())):
        raise DatabaseSilent("dữ liệu không đọc được")
    if question.fields and is_blank(data):
        raise DatabaseSilent("dữ liệu không có trường nào được hỏi")
    return {name: without_unseen(one) if isinstance(one, str) else one for name, one in data.items()}


def _named(told: Mapping[str, Any], name: str) -> Iterator[Any]:
    """Yield what is told under a name of ours or theirs."""
    names = {letters_of_name(name), letters_of_name(SUBJECT[name]), *_ALSO.get(name, ())}
    return (one for other, one in told.items() if letters_of_name(other) in names and not is_blank(one))


def _is_same(name: str, told: Any, asked: str) -> bool:
    """Tell whether a number or birth date that came back is the one asked about; names are judged apart."""
    if name == "full_name":
        return True
    text = text_told({name: told}, name)
    if name == "birth_date":
        return is_same_birth(text, asked)
    return is_same_number(text, asked) if name == "identity_number" else same_holder(text, asked)


def _is_value(value: Any) -> bool:
    """Tell whether it is one value a person can read, or none."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    return value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
