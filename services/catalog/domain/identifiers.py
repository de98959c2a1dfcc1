"""Agency and procedure identifiers: two generations are in use at once, and both are accepted.

Old: QCVN 102:2016/BTTTT, `000.00.15.H22`, 13 characters, level 1 last. New: QĐ 20/2020/QĐ-TTg, `H22.15`,
level 1 first, at most 35 characters; groups of three digits occur since July 2025 and have no old form.
"""

import re

_OLD = re.compile(r"(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})")
_NEW = re.compile(r"[A-Z]\d{2}(?:\.[0-9A-Z]{2,4})*")
_LOCALISED = re.compile(r"(\d\.\d{6})(?:\.(.+))?")
_MAX = 35
_SUB_UNIT_DIGITS = 3
_OLD_LEVELS = 3


def agency_code(identifier: str) -> str | None:
    """Return an identifier of either generation in its new form; None when it is neither."""
    text = identifier.strip().upper()
    old = _OLD.fullmatch(text)
    if old is None:
        return text if len(text) <= _MAX and _NEW.fullmatch(text) else None
    sub_unit, third, second, first = old.groups()
    groups = [first, second, third, sub_unit]
    while groups and not groups[-1].strip("0"):
        groups.pop()
    if len(groups) > _OLD_LEVELS:
        return ".".join(groups)
    return ".".join(group for group in groups)


def legacy_agency_code(code: str) -> str | None:
    """Return the old form of a new identifier; None when it has none (a three-digit group, a fifth level)."""
    groups = code.split(".")
    if not _NEW.fullmatch(code) or len(groups) > _OLD_LEVELS + 1:
        return None
    first, *rest = groups
    widths = (2, 2, 3)
    if any(not group.isdigit() or len(group) != width for group, width in zip(rest, widths, strict=False)):
        return None
    second, third, sub_unit = (rest + ["00", "00", "000"][len(rest) :])[:_OLD_LEVELS]
    return f"{sub_unit}.{third}.{second}.{first}"


def national_code(code: str) -> str | None:
    """Return the national part of a procedure code, localised by an agency of either generation or not.

    `1.001193.000.00.00.H49` and `1.001193.H49` are both `1.001193`; None when it is no procedure code.
    """
    found = _LOCALISED.fullmatch(code.strip())
    if found is None or (found[2] is not None and agency_code(found[2]) is None):
        return None
    return found[1]
