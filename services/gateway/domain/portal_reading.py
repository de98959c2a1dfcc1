"""How a message of the portal is read into the dossier service's words (section 17.3)."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from kernel.core.clock import VIETNAM
from services.gateway.domain.portal_envelope import content_of
from services.gateway.domain.portal_profiles import PROFILES

Json = dict[str, Any]

_OLD_AGENCY = re.compile(r"(\d{3})\.([0-9A-Z]{2,3})\.([0-9A-Z]{2,3})\.([A-Z]\d{2})")
_TECH_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CODE = re.compile(r"[0-9A-Za-z.\-/]{1,60}")
_SUBJECTS = {"1": "CITIZEN", "2": "BUSINESS", "3": "STATE_AGENCY", "4": "ORGANISATION"}
_YES = frozenset({"1", "true"})
_NATIONAL = re.compile(r"(\d\.\d{6})\.[0-9A-Z.]+")
_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})(?P<s>[-/]?)(?P<m>\d{2})(?P=s)(?P<d>\d{2})|(?P<D>\d{1,2})([-/])(?P<M>\d{1,2})\6(?P<Y>\d{4}))"
    r"(?:[T ]?(?P<h>\d{2}):?(?P<min>\d{2})(?::?(?P<sec>\d{2})(?:\.\d{1,9})?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
"""Every way of writing a moment that section 5.2 and the bodies of other systems are known to have."""
_CARD_DIGITS = 12
_OLD_CARD_DIGITS = 9
_TAX_DIGITS = 10
_PHONE_DIGITS = 10
_NOT_OF_A_PHONE = re.compile(r"[()\-]")
_BLANKS = re.compile(r"[\s.]+")
_FORMS = {
    "phone": re.compile(r"\+?[0-9 .]{8,16}"),
    "email": re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+"),
    "identity_number": re.compile(r"[0-9A-Za-z-]{5,20}"),
}


class NotUnderstood(ValueError):  # noqa: N818 - the fact is the name.
    """The message lacks what every message of its kind must say; the text is Vietnamese, for the sender."""


class NeedsPeople(Exception):  # noqa: N818 - the fact is the name.
    """The message is understood, but what to do with it is not for a program; the text says why."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message in the dossier service's words."""

    portal_code: str
    is_supplement: bool
    body: Json
    tech_id: str = ""
    """The applicant's account on the portal."""


def handed_of(path: str, message: Any) -> Handed:
    """Return a message in the dossier service's words; raise `NotUnderstood` or `NeedsPeople`."""
    if path not in PROFILES:
        raise NeedsPeople("loại bản tin chưa được xử lý tự động")
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    profile, data = content_of(path, message)
    if profile is None or data is None:
        raise NotUnderstood("Thiếu trường bắt buộc data")
    code = _text(data, profile["code"])
    supplemented = _text(data, profile["supplement_code"])
    if not _CODE.fullmatch(code or supplemented):
        raise NotUnderstood(f"Thiếu hoặc sai trường bắt buộc {profile['code']}")
    files = _files(data, profile)
    # What changes a dossier names it either way; only a create is a repeated one (section 17.2).
    changed = supplemented or code if _text(message, "isUpdating").casefold() in _YES else ""
    if changed or not code:
        known = changed or supplemented
        return Handed(known, is_supplement=True, body=_supplement(data, profile, known, files))
    account = tech_id_of(_text(data, profile["account"]))
    return Handed(code, is_supplement=False, body=_dossier(data, profile, code, files), tech_id=account)


def _dossier(data: Mapping[str, Any], profile: Mapping[str, Any], code: str, files: list[Json]) -> Json:
    procedure = _text(data, profile["procedure"])
    if not procedure:
        raise NotUnderstood(f"Thiếu trường bắt buộc {profile['procedure']}")
    submitted_at = _moment(_text(data, profile["submitted_at"]), profile["submitted_at"])
    if submitted_at is None:
        raise NotUnderstood(f"Thiếu trường bắt buộc {profile['submitted_at']}")
    return {
        "portal_code": code,
        "procedure_code": procedure,
        "agency": current_agency(_text(data, profile["agency"])),
        "submitted_at": submitted_at,
        "owner": _owner(data, profile),
        "form_data": _form(data, profile),
        "result_delivery": "POST" if _text(data, profile["by_post"]).casefold() in _YES else "COUNTER",
        "is_vneid_verified": _text(data, profile["verified"]).casefold() in _YES,
        "attachments": files,
    }


def _owner(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Json:
    """Return whose dossier it is; contacts the portal wrote in another form are left out, never refused."""
    names = profile["owner"]
    owner = {name: _text(data, field) for name, field in names.items()}
    if not owner["full_name"]:
        raise NotUnderstood(f"Thiếu trường bắt buộc {names['full_name']}")
    is_tax_code = names["identity_number"] == "MaSoThue"
    lengths = (_TAX_DIGITS,) if is_tax_code else (_CARD_DIGITS, _OLD_CARD_DIGITS)
    number = _number(data.get(names["identity_number"]), owner["identity_number"], lengths=lengths)
    phone = _NOT_OF_A_PHONE.sub("", owner["phone"])
    owner["phone"] = _with_zero(data.get(names["phone"]), phone, (_PHONE_DIGITS,))
    owner["identity_number"] = number
    owner["identity_type"] = _kind_of_number(number, is_tax_code=is_tax_code)
    subject = _text(data, profile["subject"]) if profile["subject"] else "2"
    owner["applicant_type"] = _SUBJECTS.get(subject, "CITIZEN")
    outer, inner = profile["address"]
    address = data.get(outer)
    owner["address"] = (_text(address, inner) if isinstance(address, Mapping) else _text(data, outer))[:500]
    owner["birth_date"] = _day(owner.get("birth_date", ""))
    for name, form in _FORMS.items():
        if not form.fullmatch(owner[name]):
            owner[name] = ""
    return {name: value for name, value in owner.items() if value}


def _kind_of_number(number: str, *, is_tax_code: bool) -> str:
    if is_tax_code:
        return "TAX_CODE"
    kinds = {_CARD_DIGITS: "CITIZEN_ID", _OLD_CARD_DIGITS: "OLD_ID"}
    return kinds.get(len(number), "OTHER") if number.isdecimal() else "OTHER"


def _form(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Json:
    form = _said(data.get(profile["form"])) if profile["form"] else None
    return dict(form) if isinstance(form, Mapping) else {}


def _said(value: Any) -> Any:
    """Return what a list or an object says that some senders write as a text of its own."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(value)
    return value


def _number(sent: Any, text: str, *, lengths: Sequence[int]) -> str:
    """Return an identity number without blanks between its digits, and with the zero a JSON number lost."""
    return _with_zero(sent, _bare_digits(text), lengths)


def _bare_digits(text: str) -> str:
    bare = _BLANKS.sub("", text)
    return bare if bare.isdecimal() else text


def _with_zero(sent: Any, text: str, lengths: Sequence[int]) -> str:
    """Put back the zero a number begins with, which JSON cannot write."""
    is_short = isinstance(sent, int | float) and len(text) + 1 in lengths
    return f"0{text}" if is_short else text


def national_code(code: str) -> str:
    """Return the national code a localised one begins with, blank for a code that is none (section 2.3)."""
    found = _NATIONAL.fullmatch(code)
    return found[1] if found else ""


def _supplement(data: Mapping[str, Any], profile: Mapping[str, Any], code: str, files: list[Json]) -> Json:
    note = "\n".join(text for text in (_text(data, name) for name in profile["note"]) if text)
    return {
        "portal_code": code,
        "note": note or "Công dân bổ sung hồ sơ trên Cổng Dịch vụ công quốc gia",
        "attachments": files,
        "form_data": _form(data, profile),
        "submitted_at": _moment(_text(data, profile["submitted_at"]), profile["submitted_at"]),
    }


def _files(data: Mapping[str, Any], profile: Mapping[str, Any]) -> list[Json]:
    files = [
        _file(item, kind)
        for kind in profile["files"]
        for item in _listed(data, kind["list"])
        if isinstance(item, Mapping)
    ]
    return [file for file in files if file]


def _listed(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = _said(data.get(name)) if name else [data]
    if isinstance(found, Mapping):
        return [found]
    return found if isinstance(found, list) else []


def _file(item: Mapping[str, Any], kind: Mapping[str, str]) -> Json | None:
    name, content = _text(item, kind["name"]), item.get(kind["content"])
    if isinstance(content, str) and content.strip():
        return {
            "component_code": _text(item, "MaThanhPhanHoSo"),
            "name": name[:200] or "tep-dinh-kem",
            "content_base64": _bare(content),
        }
    link = _text(item, kind["link"])
    if not link:
        return None
    component = _text(item, "MaThanhPhanHoSo")
    return {"component_code": component, "name": name[:200] or "tep-dinh-kem", "link": link}


def _bare(content: str) -> str:
    """Return base64 without line breaks and without the head browsers set before it."""
    if content.startswith("data:"):
        content = content.partition(",")[2]
    return "".join(content.split())


def _text(data: Any, name: str) -> str:
    value = data.get(name) if name else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _moment(text: str, field: str) -> str | None:
    if not text:
        return None
    found = moment_of(text)
    if found is None:
        raise NotUnderstood(f"Trường {field} phải có dạng yyyyMMddHHmmss")
    return found.isoformat()


def moment_of(text: str) -> datetime | None:
    """Return a moment however it is written, Vietnamese time where no zone is said; None for what is none.

    Digits are never filled in from the left: twelve of them end with minutes.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    at = found.groupdict()
    day = (int(at["y"] or at["Y"]), int(at["m"] or at["M"]), int(at["d"] or at["D"]))
    with suppress(ValueError, OverflowError):
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{at['zone']}").tzinfo if at["zone"] else VIETNAM
        moment = datetime(*day, int(at["h"] or 0), int(at["min"] or 0), int(at["sec"] or 0), tzinfo=zone)
        return moment.astimezone(VIETNAM)
    return None


def _day(text: str) -> str:
    """Return a day as ISO; a birth date the portal knows only in part stays unsaid."""
    found = moment_of(text)
    return found.date().isoformat() if found else ""


def tech_id_of(text: str) -> str:
    """Return the identifier of an account on the portal, blank for anything else (section 2.5)."""
    return text.lower() if _TECH_ID.fullmatch(text) else ""


def current_agency(code: str) -> str:
    """Return an identifier in the form of Decision 20/2020: 000.28.15.H22 is H22.15.28 (section 2.1)."""
    old = _OLD_AGENCY.fullmatch(code)
    if old is None:
        return code
    return ".".join(group for group in reversed(old.groups()) if group.strip("0"))
