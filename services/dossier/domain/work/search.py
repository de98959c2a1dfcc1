"""What officers search dossiers by: codes, names without diacritics, identity numbers, phones."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"[0-9a-z]+")
_DIGITS = re.compile(r"[+(]{0,2}[0-9][0-9 .()-]*")
_DIGITS_OF_A_PHONE = 10
_MOST_ASKED = 12
# Letters of Latin names that are one sign and a stroke or two letters in one: Unicode takes none apart. Kept
# here and by hand, for what is made of them stands in an index: a library's table changes with its versions.
_STROKES = str.maketrans(
    dict(zip("đðøłħŧıȷɨʉɫƀɓƈɖɗƒɠɦƙɲŋȥƶɵ", "ddolhtijiulbbcddfghknnzzo", strict=True))
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij", "ĸ": "k"}
)
_IN_PASSPORTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ñ": "nxx", "æ": "ae"})
"""How machine-read lines of passports write what the page has as one letter (ICAO 9303-3, section 6)."""
Index = Callable[[str], str]
"""Gives the keyed index of a number, so that none is kept in clear."""


def fold(text: str) -> str:
    """Return a text in small letters without diacritics: `Đặng Thị Ân` is `dang thi an`, `Søren` `soren`.

    The eth of old conversions, which looks like Đ, is one.
    """
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_STROKES)


def words_of(name: str) -> list[str]:
    """Return the words of a name, folded, each once; a company's own come last of a dozen and more."""
    return list(dict.fromkeys(_WORD.findall(fold(name))))


def words_kept(name: str) -> set[str]:
    """Return the words a name is found by: as the page has it, and as its passport's machine-read line."""
    as_read = unicodedata.normalize("NFC", name.lower()).translate(_IN_PASSPORTS)
    return {*words_of(name), *words_of(as_read)}


def phone_of(text: str) -> str:
    """Return a phone number in one form: digits with the leading zero, +84 or not; empty for none.

    A spreadsheet drops the zero in front of a number: nine digits have lost it.
    """
    digits = re.sub(r"[^0-9]", "", text).removeprefix("00")
    if digits.startswith("84") and len(digits) > _DIGITS_OF_A_PHONE:
        return "0" + digits[2:].removeprefix("0")
    return digits.rjust(_DIGITS_OF_A_PHONE, "0") if len(digits) == _DIGITS_OF_A_PHONE - 1 else digits


def number_of(text: str) -> str:
    """Return an identity number in one form: a branch's tax code is written with a dash or without."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def keys_of(
    owner_name: str, parties: Mapping[str, Any], agencies: set[str], *, identity: Index, phone: Index
) -> list[str]:
    """Return what a dossier is found by: agencies, the owner's words, both parties' numbers and phones."""
    found = {f"a:{code}" for code in agencies} | {f"n:{word}" for word in words_kept(owner_name)}
    for person in (parties.get("owner") or {}, parties.get("representative") or {}):
        if number := number_of(str(person.get("identity_number") or "")):
            found.add(f"i:{identity(number)}")
        if digits := phone_of(str(person.get("phone") or "")):
            found.add(f"p:{phone(digits)}")
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search asks for: all of `words`, or any of `numbers`, or this code."""

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    code: str = ""


def sought(text: str, *, identity: Index, phone: Index) -> Sought:
    """Return what somebody who typed this looks for.

    Digits are an identity number or a phone; one word with a digit in it is a code or a foreigner's number;
    anything else is a name, of which every word must be there (the last twelve are looked
    for: a given name, and what a company alone is called, end it).
    """
    text = text.strip()
    is_digits = _DIGITS.fullmatch(text) is not None
    if not is_digits and (" " in text or not any(sign.isdigit() for sign in text)):
        return Sought(words=tuple(f"n:{word}" for word in words_of(text)[-_MOST_ASKED:]))
    as_typed = text.replace(" ", "").upper()
    # As typed too: `index-search` has yet to index anew what was kept with its signs.
    numbers = dict.fromkeys(f"i:{identity(number)}" for number in (number_of(text), as_typed) if number)
    if is_digits:
        return Sought(numbers=(*numbers, f"p:{phone(phone_of(text))}"), code=text)
    return Sought(numbers=tuple(numbers), code=text.upper())
