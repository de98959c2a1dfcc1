"""Whose dossier a message of the portal is: names, numbers and contacts, wherever and however written."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import (
    Json,
    NeedsPeople,
    NotUnderstood,
    as_list,
    is_no_moment,
    moment_of,
    said_by,
    text_of,
)

_SUBJECTS = {"1": "CITIZEN", "2": "BUSINESS", "3": "STATE_AGENCY", "4": "ORGANISATION"}
_CARD_DIGITS = 12
_OLD_CARD_DIGITS = 9
_TAX_DIGITS = 10
_PHONE_DIGITS = 10
_NOT_OF_A_PHONE = re.compile(r"[()\-]")
_SEVERAL = re.compile(r"[/;,|]")
_BLANKS = re.compile(r"[\s.]+")
_OF_A_SHEET = re.compile(r"(\d{8,14})\.0+")
_NO_NUMBER = re.compile(r"0+1?")
_CARDS = {"1": (0, (_CARD_DIGITS,)), "2": (1, (_OLD_CARD_DIGITS,))}
"""Kinds of `LoaiDinhDanh`: which counts first, and how many digits each has."""
_PLACES = ("tenthon", "tenxa", "tenphuong", "tenhuyen", "tentinh")
_FORMS = {
    "phone": re.compile(r"\+?[0-9 .]{8,16}"),
    "email": re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+"),
    "identity_number": re.compile(r"[0-9A-Za-z-]{5,20}"),
}


def owner_of(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Json:
    """Return whose dossier it is; contacts the portal wrote in another form are left out, never refused."""
    names = profile["owner"]
    owner = {name: text_of(data, field) for name, field in names.items()}
    if not owner["full_name"] and not is_blank(data.get(names["full_name"])):
        raise NeedsPeople(f"cần sửa: {names['full_name']} (không đọc được tên)")
    if not owner["full_name"]:
        raise NotUnderstood(f"Thiếu trường bắt buộc {names['full_name']}")
    subject = text_of(data, profile["subject"]) if profile["subject"] else "2"
    number, is_tax_code = _number_of(data, names["identity_number"], subject)
    phone = _NOT_OF_A_PHONE.sub("", _first(owner["phone"], "phone"))
    owner["phone"] = _with_zero(data.get(names["phone"]), phone, (_PHONE_DIGITS,))
    owner["email"] = _first(owner["email"], "email")
    if _is_unread(number):
        raise NeedsPeople(f"cần sửa: {names['identity_number']} (không đọc được số giấy tờ)")
    owner["identity_number"] = number
    owner["identity_type"] = _kind_of_number(number, is_tax_code=is_tax_code)
    owner["applicant_type"] = _SUBJECTS.get(subject, "CITIZEN")
    outer, inner = profile["address"]
    address = data.get(outer)
    told = _in_words(address, inner) if isinstance(address, Mapping) else text_of(data, outer)
    owner["address"] = told[:500]
    owner["birth_date"] = _day(owner.get("birth_date", ""))
    for name, form in _FORMS.items():
        if not form.fullmatch(owner[name]):
            owner[name] = ""
    return {name: value for name, value in owner.items() if value}


def _in_words(address: Mapping[str, Any], inner: str) -> str:
    """Return an address in parts as it is written on a letter; codes of places are no words."""
    parts = [text_of(address, inner)]
    named = {letters_of_name(name): text_of(address, name) for name in address}
    parts += [named.get(name, "") for name in _PLACES]
    words: list[str] = []
    for part in parts:
        if part and not any(part.casefold() in one.casefold() for one in words):
            words.append(part)
    return ", ".join(words)


def _number_elsewhere(data: Mapping[str, Any], subject: str) -> tuple[str, bool]:
    """Return the number of where else the contract has one (section 13.6), and whether it is a tax code.

    Of several the citizen's number counts before the card of before.
    """
    told = [one for one in as_list(said_by(data.get("DinhDanhCHS"))) if isinstance(one, Mapping)]
    for one in sorted(told, key=lambda one: _CARDS.get(text_of(one, "LoaiDinhDanh"), (2, ()))[0]):
        _, lengths = _CARDS.get(text_of(one, "LoaiDinhDanh"), (2, (_CARD_DIGITS, _OLD_CARD_DIGITS)))
        if number := _number(one.get("SoDinhDanh"), text_of(one, "SoDinhDanh"), lengths=lengths):
            return number, False
    is_business = _SUBJECTS.get(subject) == "BUSINESS"
    sent = data.get("MaSoThue") if is_business else None
    tax_code = _number(sent, text_of(data, "MaSoThue") if is_business else "", lengths=(_TAX_DIGITS,))
    return tax_code, bool(tax_code)


def unread_number(data: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Return the field with a number nobody can read, blank when there is none; people may leave it out."""
    field = str(profile["owner"]["identity_number"])
    number, _ = _number_of(data, field, text_of(data, profile["subject"]) if profile["subject"] else "2")
    return field if text_of(data, field) and _is_unread(number) else ""


def _number_of(data: Mapping[str, Any], field: str, subject: str) -> tuple[str, bool]:
    is_tax_code = field == "MaSoThue"
    lengths = (_TAX_DIGITS,) if is_tax_code else (_CARD_DIGITS, _OLD_CARD_DIGITS)
    number = _number(data.get(field), text_of(data, field), lengths=lengths)
    return (number, is_tax_code) if number else _number_elsewhere(data, subject)


def _is_unread(number: str) -> bool:
    """Tell a number nobody can read from one that is one, and from words that say there is none."""
    return not _FORMS["identity_number"].fullmatch(number) and any(sign.isdigit() for sign in number)


def _first(text: str, name: str) -> str:
    """Return the first of several contacts written in one place."""
    several = (one.strip() for one in _SEVERAL.split(text))
    return next((one for one in several if _FORMS[name].fullmatch(one)), text)


def _kind_of_number(number: str, *, is_tax_code: bool) -> str:
    if is_tax_code:
        return "TAX_CODE"
    kinds = {_CARD_DIGITS: "CITIZEN_ID", _OLD_CARD_DIGITS: "OLD_ID"}
    return kinds.get(len(number), "OTHER") if number.isdecimal() else "OTHER"


def _number(sent: Any, text: str, *, lengths: Sequence[int]) -> str:
    """Return an identity number as it is on its paper, blank for what stands for none.

    Without the blanks between its digits and the point a sheet puts behind a number, with the zero it begins
    with, which a JSON number or a sheet has lost: no number of these has one digit less, a passport has none
    of digits only. MC writes 000000001 for a number it does not know (section 13.6).
    """
    whole = _OF_A_SHEET.fullmatch(text)
    number = _bare_digits(whole[1] if whole else text)
    if _NO_NUMBER.fullmatch(number):
        return ""
    is_sure = number.isdecimal() and len(number) + 1 in {_CARD_DIGITS, *lengths} - {_OLD_CARD_DIGITS}
    is_numeric = isinstance(sent, int | float) or whole is not None
    return f"0{number}" if is_sure or (is_numeric and len(number) + 1 in lengths) else number


def _bare_digits(text: str) -> str:
    bare = _BLANKS.sub("", text)
    return bare if bare.isdecimal() else text


def _with_zero(sent: Any, text: str, lengths: Sequence[int]) -> str:
    """Put back the zero a number begins with, which JSON cannot write."""
    is_short = isinstance(sent, int | float) and len(text) + 1 in lengths
    return f"0{text}" if is_short else text


def _day(text: str) -> str:
    """Return a day as ISO; a birth date the portal knows only in part stays unsaid."""
    found = None if is_no_moment(text) else moment_of(text)
    return found.date().isoformat() if found else ""
