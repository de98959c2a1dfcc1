"""Agency identifiers: those of QCVN 102:2016 (level 1 last) and of QĐ 20/2020/QĐ-TTg (level 1 first)."""

import re

_OLD = re.compile(r"(\d{3})\.(\d{2,3})\.(\d{2,3})\.([A-Z]\d{2})")
_NEW = re.compile(r"[A-Z]\d{2}(\.[0-9A-Z]{1,6})*")
_LONGEST_NEW = 35
_OLD_GROUPS = 4


def is_organ(text: str) -> bool:
    """Tell whether this is an identifier of either form."""
    return bool(_OLD.fullmatch(text)) or (bool(_NEW.fullmatch(text)) and len(text) <= _LONGEST_NEW)


def same_organ(text: str) -> str:
    """Return what is equal for the two spellings of one agency: the new form, zero groups left out.

    The pairs of national-portal.md section 2 follow this rule; that all do is inferred there.
    """
    plain = text.strip().upper()
    found = _OLD.fullmatch(plain)
    if found is None:
        return plain
    return ".".join([found[4], *(group for group in (found[3], found[2], found[1]) if int(group))])


def written_organ(text: str, *, old_form: bool) -> str:
    """Return an identifier as it is written: in the form asked for when there is one, else as it is."""
    plain = same_organ(text)
    if not old_form:
        return plain
    first, *rest = plain.split(".")
    if len(rest) >= _OLD_GROUPS or not all(group.isdigit() for group in rest):
        return plain
    second, third, fourth = [*rest, "", "", ""][:3]
    old = f"{fourth.zfill(3)}.{third.zfill(2)}.{second.zfill(2)}.{first}"
    return old if same_organ(old) == plain else plain
