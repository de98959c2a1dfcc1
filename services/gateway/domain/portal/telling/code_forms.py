"""How one agency or procedure is written on the wire: two generations, localised or national (2.1, 2.3)."""

import re
from collections.abc import Container, Mapping

from services.gateway.domain.portal.telling.codes import CodeKind

_OLD_AGENCY = re.compile(r"(\d{3})\.([0-9A-Z]{2,3})\.([0-9A-Z]{2,3})\.([A-Z]\d{2})")
_NEW_AGENCY = re.compile(r"[A-Z]\d{2}(?:\.[0-9A-Z]{2,3}){0,3}")
_NATIONAL = re.compile(r"(\d\.\d{6})(?:\.([0-9A-Za-z.]+))?")
_EMPTY = ("000", "00", "00")


def current_agency(code: str) -> str:
    """Return an identifier in the form of Decision 20/2020: 000.28.15.H22 is H22.15.28 (section 2.1)."""
    code = code.upper()
    old = _OLD_AGENCY.fullmatch(code)
    if old is None:
        return code
    return ".".join(group for group in reversed(old.groups()) if group.strip("0"))


def older_agency(code: str) -> str:
    """Return an identifier in the form before that: H22.15.28 is 000.28.15.H22; any other as it is."""
    if not _NEW_AGENCY.fullmatch(code):
        return code
    head, *groups = code.split(".")
    return ".".join([*_EMPTY[: 3 - len(groups)], *reversed(groups), head])


def national_code(code: str) -> str:
    """Return the national code a localised one begins with, blank for a code that is none (section 2.3)."""
    found = _NATIONAL.fullmatch(code)
    return found[1] if found and found[2] else ""


def localised_under(code: str) -> str:
    """Return what every localised code of a procedure begins with; blank for a code that is none."""
    found = _NATIONAL.fullmatch(code)
    return f"{found[1]}." if found else ""


def spellings(kind: CodeKind, code: str) -> tuple[str, ...]:
    """Return all that name the same, as written first: people map whichever the portal's catalogue lists."""
    found = _NATIONAL.fullmatch(code) if kind is CodeKind.PROCEDURE else None
    is_localised = found is not None and bool(found[2])
    if not is_localised and kind is not CodeKind.AGENCY:
        return (code,)
    # A localised procedure ends in its agency, which is written in either generation (2.3).
    before, agency = (f"{found[1]}.", found[2]) if found is not None else ("", code)
    new = current_agency(agency)
    return tuple(dict.fromkeys((code, f"{before}{new}", f"{before}{older_agency(new)}")))


def looked_for(kind: CodeKind, code: str) -> tuple[str, ...]:
    """Return by which codes a mapping is looked for, nearest first: a localised procedure's is national."""
    national = national_code(code) if kind is CodeKind.PROCEDURE else ""
    return (*spellings(kind, code), *([national] if national else []))


def as_ours(kind: CodeKind, code: str) -> str:
    """Return what a code of the portal is here where nobody mapped it."""
    return current_agency(code) if kind is CodeKind.AGENCY else code


def at_home(code: str, own: Container[str], variants: Mapping[str, str]) -> str:
    """Return our code of a procedure nobody mapped by `code`: ours of that code, then of the national one.

    We tell what nobody mapped under its own code, so that code comes back as ours (section 2.3). Else senders
    left a localised code's agency out, or wrote another of the province: the only variant there is is meant,
    blank where there are several. `variants` are our codes by the portal's localised ones.
    """
    nearest = next((one for one in looked_for(CodeKind.PROCEDURE, code) if one in own), "")
    province = _province_of(code)
    meant = [ours for theirs, ours in variants.items() if province in {"", _province_of(theirs)}]
    return nearest or (meant[0] if len(meant) == 1 else "")


def _province_of(code: str) -> str:
    """Return the first group of a localised code's agency, blank for a national code."""
    found = _NATIONAL.fullmatch(code)
    return current_agency(found[2]).partition(".")[0] if found and found[2] else ""
