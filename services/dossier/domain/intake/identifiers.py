"""Numbers people and organisations are known by, each with its own form."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any


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


def plain_number(number: str) -> str:
    """Return a number as it is compared: without spaces and in capitals."""
    return number.replace(" ", "").upper()


def identity_faults(person: Mapping[str, Any], today: date, path: str) -> list[tuple[str, str]]:
    """Return what is wrong with a party's number, place by place; nothing where there is none to check.

    A citizen without a number is taken (who sits at the counter may have lost the card) but for the types
    that are nothing else than a number.
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
    if kind is IdentityType.FOREIGNER and (person.get("nationality") or "VNM") == "VNM":
        faults.append((f"{path}.nationality", "Người nước ngoài cần ghi quốc tịch"))
    return faults


def _newborn_faults(person: Mapping[str, Any], number: str, today: date, path: str) -> list[tuple[str, str]]:
    """Return what is wrong for who has no number yet: a number, or no birthday."""
    faults = []
    if number:
        faults.append((f"{path}.identity_number", "Trẻ chưa được cấp số định danh thì không ghi số"))
    born = person.get("birth_date")
    if born is None or born > today:
        faults.append((f"{path}.birth_date", "Cần ngày sinh của trẻ, không ở tương lai"))
    return faults
