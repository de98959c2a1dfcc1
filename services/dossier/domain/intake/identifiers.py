"""Numbers people and organisations are known by, each with its own form."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from services.dossier.domain.intake.limits import limit


class IdentityType(StrEnum):
    """What kind of number it is; a newborn has none yet."""

    CITIZEN_ID = "CITIZEN_ID"
    OLD_ID = "OLD_ID"
    PASSPORT = "PASSPORT"
    TAX_CODE = "TAX_CODE"
    FOREIGNER = "FOREIGNER"
    NEWBORN = "NEWBORN"
    OTHER = "OTHER"


_FORMS: dict[IdentityType, tuple[re.Pattern[str], str]] = {
    IdentityType.CITIZEN_ID: (re.compile(r"[0-9]{12}"), "Số định danh cá nhân gồm 12 chữ số"),
    IdentityType.OLD_ID: (re.compile(r"[0-9]{9}"), "Số chứng minh nhân dân gồm 9 chữ số"),
    # ICAO 9303 gives a passport number nine places at most; Vietnam's are a letter and 7 or 8 digits.
    IdentityType.PASSPORT: (
        re.compile(r"(?=.*[0-9])[A-Z0-9]{6,9}"),
        "Số hộ chiếu gồm 6 đến 9 chữ cái in hoa và chữ số",
    ),
    IdentityType.TAX_CODE: (
        re.compile(r"[0-9]{10}(-?[0-9]{3})?"),
        "Mã số thuế gồm 10 chữ số, đơn vị phụ thuộc thêm 3 chữ số",
    ),
    IdentityType.FOREIGNER: (
        re.compile(r"(?=.*[0-9])[A-Z0-9]{6,12}"),
        "Số định danh hoặc số thẻ của người nước ngoài gồm 6 đến 12 chữ cái in hoa và chữ số",
    ),
    IdentityType.OTHER: (re.compile(r"[0-9A-Z-]{5,20}"), "Số giấy tờ gồm 5 đến 20 chữ cái và chữ số"),
}


_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def plain_number(number: str) -> str:
    """Return a number as it is compared: without spaces and in capitals."""
    return number.replace(" ", "").upper()


_OF_A_COUNTRY = frozenset({IdentityType.PASSPORT, IdentityType.FOREIGNER, IdentityType.OTHER})
"""Numbers that two countries, or two issuers, may both have given out."""


def identity_key(person: Mapping[str, Any]) -> str:
    """Return what makes two numbers the same person: kind, country where it matters, number; empty for none.

    A citizen's own number is alone its key: it is what an assured account brings, and what rows had before
    other kinds were told apart. No other key can look like it.
    """
    kind = IdentityType(person.get("identity_type") or IdentityType.CITIZEN_ID)
    number = plain_number(str(person.get("identity_number") or ""))
    if kind is IdentityType.TAX_CODE:
        number = number.replace("-", "")
    if not number or kind is IdentityType.CITIZEN_ID:
        return number
    country = str(person.get("nationality") or "") if kind in _OF_A_COUNTRY else ""
    return f"{kind.value}/{country}/{number}"


def is_own_number(person: Mapping[str, Any], account_number: str) -> bool:
    """Tell whether a party is who an assured account says: by the citizen's own number, by no other kind."""
    return account_number != "" and identity_key(person) == plain_number(account_number)


def identity_faults(person: Mapping[str, Any], today: date, path: str) -> list[tuple[str, str]]:
    """Return what is wrong with a party's number, place by place; nothing where there is none to check.

    Who helps or asks may have left the card at home; an owner may not be without (`owner_faults`), nor the
    types that are nothing else than a number.
    """
    kind = IdentityType(person.get("identity_type") or IdentityType.CITIZEN_ID)
    number = plain_number(str(person.get("identity_number") or ""))
    if kind is IdentityType.NEWBORN:
        return _newborn_faults(person, number, today, path)
    if not number:
        is_needed = kind not in {IdentityType.CITIZEN_ID, IdentityType.OTHER}
        return [(f"{path}.identity_number", "Chưa có số giấy tờ")] if is_needed else []
    form, said = _FORMS[kind]
    faults = [] if form.fullmatch(number) else [(f"{path}.identity_number", said)]
    if not faults and (why := _untrue(kind, number, person, today)):
        faults.append((f"{path}.identity_number", why))
    if kind is IdentityType.FOREIGNER and (person.get("nationality") or "VNM") == "VNM":
        faults.append((f"{path}.nationality", "Người nước ngoài cần ghi quốc tịch"))
    if kind is IdentityType.PASSPORT and not person.get("nationality"):
        faults.append((f"{path}.nationality", "Hộ chiếu cần ghi quốc tịch (mã 3 chữ)"))
    return faults


def owner_faults(
    owner: Mapping[str, Any], representative: Mapping[str, Any] | None, today: date
) -> list[tuple[str, str]]:
    """Return what is wrong with an owner's number; there is always one to tell the portal the owner by.

    Every citizen has one, card or no card (Luật Căn cước 2023 Điều 12), and the population database tells it
    at the counter. A child that has none yet goes by who represents it by law, a person whose papers are of
    no known kind by who acts for them: the portal refuses a dossier without (`SoGiayToChuHoSo`).
    """
    faults = identity_faults(owner, today, "owner")
    kind = IdentityType(owner.get("identity_type") or IdentityType.CITIZEN_ID)
    if faults or has_number(owner):
        return faults
    if kind is IdentityType.CITIZEN_ID:
        return [("owner.identity_number", "Cần số định danh của chủ hồ sơ; tra được khi không mang thẻ")]
    if has_number(representative or {}):
        return []
    if kind is IdentityType.NEWBORN:
        return [
            ("representative.identity_number", "Cần số giấy tờ của người đại diện theo pháp luật của trẻ")
        ]
    return [("owner.identity_number", "Cần số giấy tờ của chủ hồ sơ, hoặc của người đại diện")]


def has_number(person: Mapping[str, Any]) -> bool:
    """Tell whether a party is known by a number."""
    return plain_number(str(person.get("identity_number") or "")) != ""


def _untrue(kind: IdentityType, number: str, person: Mapping[str, Any], today: date) -> str:
    """Return why a number of the right form was never given out; empty where it may have been."""
    if kind is IdentityType.TAX_CODE and _tax_digit(number) != int(number[9]):
        return "Mã số thuế sai chữ số kiểm tra"
    if kind is not IdentityType.CITIZEN_ID:
        return ""
    born = _year_of_birth(number)
    if number.startswith("000") or number[0] != "0" or born > today.year:
        return "Không phải số định danh cá nhân: sai mã tỉnh hoặc năm sinh"
    known = person.get("birth_date")
    return "" if known is None or known.year == born else "Số định danh không khớp năm sinh"


def _year_of_birth(number: str) -> int:
    """Return the year a citizen's number was made of.

    Three digits of the place of birth, one of century and sex, two of the year (NĐ 70/2024 Điều 7).
    """
    return 1900 + int(number[3]) // 2 * 100 + int(number[4:6])


def _tax_digit(number: str) -> int:
    """Return the tenth digit of a tax code, which checks the nine before it (TT 86/2024/TT-BTC)."""
    weighed = sum(int(digit) * weight for digit, weight in zip(number, _TAX_WEIGHTS, strict=False))
    return 10 - weighed % 11


def _newborn_faults(person: Mapping[str, Any], number: str, today: date, path: str) -> list[tuple[str, str]]:
    """Return what is wrong for who has no number yet: a number, or no birthday."""
    faults = []
    if number:
        faults.append((f"{path}.identity_number", "Trẻ chưa được cấp số định danh thì không ghi số"))
    born = person.get("birth_date")
    if born is None or born > today:
        faults.append((f"{path}.birth_date", "Cần ngày sinh của trẻ, không ở tương lai"))
    elif born.year < today.year - limit("newborn_years", today):
        faults.append((f"{path}.birth_date", "Không còn là trẻ chưa được cấp số định danh"))
    return faults
