"""Whose a listed paper is, how it stands and until when, under whatever member that is told.

Section 20 lists no such members and section 21's are another body's. So every member whose name speaks of
an owner, an end or a state is heard beside those the province has set, and counts against a paper: what is
read nowhere would be a right nobody has.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.personal_papers import has_no_end
from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.lists import text_told
from services.gateway.domain.portal.wire.twice import is_blank, told_twice
from services.gateway.domain.portal.wire.words import NO, YES, moment_of, said_by

_OWNER = re.compile(r"(so|ma)[a-z]*(chusohuu|chugiayto)")
"""Whatever text stands there says whose the paper is."""
_OWNERS_NUMBER = re.compile(r"chusohuu|chugiayto|dinhdanh")
"""Numbers as people hold them say it; a name or a kind of number does not."""
_NOT_OF_AN_OWNER = re.compile(
    r"yeucau|dienthoai|sdt|phone|email|ngay|loai|coquan|donvi|ketqua|hoso|thutuc|tep|dinhdanhgiayto"
)
_OF_ANOTHER_ROLE = re.compile(
    r"dinhdanh(canhan)?(cua)?(nguoi)?(ky|kyso|nop|cap|cha|me|vo|chong|daidien|giamho|uyquyen|duocuyquyen)$"
)
"""A signer's, a parent's, a spouse's number: nobody's claim to a paper that says itself whose it is."""
_NUMBER = re.compile(r"[0-9][0-9 .\-]{6,18}[0-9]")
_END = re.compile(r"hethan|hethieuluc|thoihan|hieulucden")
_STATE = re.compile(r"trangthai|tinhtrang")
_NOT_OF_A_PAPER = re.compile(r"hoso|tep|giaiquyet")
_OF_ELSE = re.compile(rf"{_NOT_OF_A_PAPER.pattern}|honnhan|sohoa|kyso|luutru")
"""States and terms of a person, of a signature, of the archive, not of the paper."""
_CODE_OR_NAME = re.compile(r"^(?:ma|ten)|(?:ma|ten)$")
_REVOKED = re.compile(r"thuhoi|huybo|dahuy|bihuy")
_DEEPEST = 4


def holders_in(told: Mapping[str, Any], own: str) -> tuple[list[list[str]], bool]:
    """Return what each member says of whose it is, a group of texts each, and whether all could be read."""
    groups, is_read = [], True
    members = [
        (name == own or _OWNER.fullmatch(letters) is not None, letters, value)
        for name, letters, value in _members(told)
    ]
    says_whose = any(is_owner for is_owner, _, _ in members)
    for is_owner, letters, value in members:
        if not is_owner and (not _OWNERS_NUMBER.search(letters) or _NOT_OF_AN_OWNER.search(letters)):
            continue
        if not is_owner and says_whose and _OF_ANOTHER_ROLE.search(letters):
            continue
        texts, whole = _texts_in(value, is_of_owner=True)
        if is_owner:
            is_read = is_read and whole
        else:
            texts = [one for one in texts if _NUMBER.fullmatch(one)]
        groups += [texts] if texts else []
    return groups, is_read


def ends_in(told: Mapping[str, Any], own: str) -> tuple[list[str], bool]:
    """Return every text that says until when, a flag that says it is not over left out."""
    texts: list[str] = []
    is_read = True
    for name, letters, value in _members(told):
        if name == own or (_END.search(letters) and not _OF_ELSE.search(letters)):
            found, whole = _texts_in(value)
            if name != own and not whole and value is False:
                continue
            texts += found if name == own else [one for one in found if one.casefold() not in NO]
            is_read = is_read and whole
    return texts, is_read


def states_in(told: Mapping[str, Any], own: str) -> tuple[list[list[str]], bool]:
    """Return what each member says of how the paper stands, and whether all could be read.

    A code (`TrangThai`: "1") and its name (`TenTrangThai`) are one word of it, as they are in one object.
    """
    groups: list[tuple[str, list[str]]] = []
    is_read = True
    for name, letters, value in _members(told):
        if name == own or (_STATE.search(letters) and not _OF_ELSE.search(letters)):
            texts, whole = _texts_in(value)
            groups += [(_CODE_OR_NAME.sub("", letters), texts)] if texts else []
            is_read = is_read and whole
    codes = [(stem, texts) for stem, texts in groups if all(one.isdecimal() for one in texts)]
    words = [(stem, texts) for stem, texts in groups if (stem, texts) not in codes]
    for stem, texts in codes:
        named = next((one for other, one in words if other == stem), None)
        if named is None:
            words.append((stem, texts))
        else:
            named += texts
    return [texts for _, texts in words], is_read


def revocations_in(told: Mapping[str, Any]) -> tuple[bool, bool]:
    """Return whether a member of its own says the paper was revoked, and whether all such could be read.

    A flag or a day says it; other words there (a reason, who did it) are for people.
    """
    is_revoked, is_read = False, True
    for _, letters, value in _members(told):
        if not _REVOKED.search(letters) or _STATE.search(letters) or _NOT_OF_A_PAPER.search(letters):
            continue
        texts, whole = _texts_in(value)
        if not whole:
            texts, whole = ([str(value)], True) if isinstance(value, bool) else (texts, False)
        says = [one for one in texts if one.casefold() not in NO and not has_no_end(one)]
        revoked = [one for one in says if one.casefold() in YES or moment_of(one) is not None]
        is_revoked = is_revoked or bool(revoked)
        is_read = is_read and whole and len(revoked) == len(says)
    return is_revoked, is_read


def _members(told: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each member that says something: its own name where it is said again, its letters, its value."""
    again = dict(told_twice(told))
    for name, value in told.items():
        if not is_blank(value):
            own = again.get(name, name)
            yield own, letters_of_name(own), value


def _texts_in(value: Any, *, is_of_owner: bool = False) -> tuple[list[str], bool]:
    """Return every text in a value, however deep, and whether each could be read.

    Of an owner what speaks of somebody else (who asks) or of no number (a phone, a day) is left out.
    """
    texts: list[str] = []
    level = [value]
    for _ in range(_DEEPEST):
        found = [said_by(one) for one in level if not is_blank(one)]
        single = [one for one in found if not isinstance(one, Mapping | list)]
        read = [text for one in single if (text := text_told({"": one}, ""))]
        texts += read
        if len(read) < len(single):
            return texts, False
        level = []
        for one in found:
            if isinstance(one, Mapping):
                named = ((letters_of_name(name), inner) for name, inner in one.items())
                level += [i for name, i in named if not (is_of_owner and _NOT_OF_AN_OWNER.search(name))]
            elif isinstance(one, list):
                level += one
    return texts, all(map(is_blank, level))
