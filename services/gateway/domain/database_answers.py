"""What the population database and the business register answer: as agreed, and of whom was asked about.

An answer of another person, or that says nothing readable, is no consultation: as evidence it would put a
stranger's data into a dossier, or say that something was read which was not.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.core.unseen import without_unseen
from services.gateway.domain.personal_papers import same_holder
from services.gateway.domain.portal_lists import text_told
from services.gateway.domain.portal_spelling import letters_of_name
from services.gateway.domain.portal_twice import is_blank, told_twice
from services.gateway.domain.portal_words import moment_of
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
_OUTCOMES = {"KHOP": MATCHED, "KHONG_KHOP": DIFFERENT, "KHONG_TIM_THAY": NOT_FOUND}
_LONGEST, _LONGEST_REFERENCE = 2_000, 200


def found_in(said: Any, question: Question) -> Found:
    """Return what an answer to a question says; raise `DatabaseSilent` for what is not as agreed."""
    told = said.get("ketQua") if isinstance(said, Mapping) else None
    outcome = _OUTCOMES.get(told) if isinstance(told, str) else None
    if outcome is None:
        raise DatabaseSilent("câu trả lời không đúng dạng")
    reference = said.get("maGiaoDich")
    if not _is_value(reference):
        raise DatabaseSilent("mã giao dịch không đọc được")
    asked = said.get("maYeuCau")
    if not is_blank(asked) and str(asked) != question.look_up_id:
        raise DatabaseSilent("câu trả lời của yêu cầu khác")
    data = _data_of(said, question) if outcome == MATCHED else {}
    return Found(outcome, without_unseen(text_told(said, "maGiaoDich"))[:_LONGEST_REFERENCE], data)


def _data_of(said: Mapping[str, Any], question: Question) -> dict[str, Any]:
    told = said.get("duLieu")
    if not isinstance(told, Mapping):
        raise DatabaseSilent("dữ liệu không đúng dạng")
    for name, value in question.subject.items():
        named = (*_named(said, name), *_named(told, name))
        if not all(_is_same(name, one, value) for one in named):
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
    names = {letters_of_name(name), letters_of_name(SUBJECT[name])}
    return (one for other, one in told.items() if letters_of_name(other) in names and not is_blank(one))


def _is_same(name: str, told: Any, asked: str) -> bool:
    """Tell whether a number or birth date that came back is the one asked about; names differ in spelling."""
    if name == "full_name":
        return True
    text = text_told({name: told}, name)
    if name != "birth_date":
        return same_holder(text, asked)
    ours, theirs = moment_of(asked), moment_of(text)
    if ours and theirs:
        return ours.date() == theirs.date()
    # Of some people only the year is known.
    years = [str(day.year) if day else told for day, told in ((ours, asked), (theirs, text))]
    return years[0] == years[1]


def _is_value(value: Any) -> bool:
    """Tell whether it is one value a person can read, or none."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    return value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
