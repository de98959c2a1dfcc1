"""What the portal sends down (section 17): how each message is read, and what it is answered.

The general message of 2025 is not public, so where each value stands is data (`PROFILES`), not code.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM

Json = dict[str, Any]

ACCEPTED = 0
DUPLICATE = 1
FAILED = -1

GENERAL = "nhanhsdvcqg"
PROMOTION = "addtthcKhuyenMai"
LAND_TAX = "nhantbthuedvcqg"
LOOK_UP = "search/call"

PROFILES: Mapping[str, Mapping[str, Any]] = {
    GENERAL: {
        "enveloped": True,
        "code": "MaHoSo",
        "supplement_code": "MaHoSoQG",
        "procedure": "MaTTHC",
        "submitted_at": "NgayNopHoSo",
        "agency": "MaCoQuanThucHien",
        "by_post": "HinhThuc",
        "subject": "LoaiDoiTuong",
        "verified": "TaiKhoanDuocXacThucVoiVNeID",
        "owner": {
            "full_name": "ChuHoSo",
            "identity_number": "SoGiayToChuHoSo",
            "birth_date": "NgaySinh",
            "phone": "DienThoai",
            "email": "Email",
        },
        "address": ("DiaChi", "DiaChiChiTiet"),
        "form": "DuLieuEForm",
        "note": ("LyDoDieuChinh", "ThongTinDaNop", "ThongTinSuaDoi"),
        "files": ({"list": "TaiLieuNop", "name": "TenTepDinhKem", "content": "Base64"},),
    },
    PROMOTION: {
        "enveloped": False,
        "code": "MaHoSo",
        "supplement_code": "MaHoSoQG",
        "procedure": "MaTTHC",
        "submitted_at": "NgayNopHoSo",
        "agency": "MaCoQuanThucHien",
        "by_post": "HinhThuc",
        "subject": "",
        "verified": "",
        "owner": {
            "full_name": "TenThuongNhan",
            "identity_number": "MaSoThue",
            "phone": "DienThoai",
            "email": "Email",
        },
        "address": ("DiaChiDoanhNghiep", "DiaChiChiTiet"),
        "form": "",
        "note": ("LyDoDieuChinh", "ThongTinDaNop", "ThongTinSuaDoi"),
        "files": (
            {"list": "", "name": "TenTepDonDangKy", "content": "TepDonDangKy"},
            {"list": "TaiLieuNop", "name": "TenTepDinhKem", "content": "Base64"},
        ),
    },
}
_OLD_AGENCY = re.compile(r"(\d{3})\.([0-9A-Z]{2})\.([0-9A-Z]{2})\.([A-Z]\d{2})")
_CODE = re.compile(r"[0-9A-Za-z.\-/]{1,60}")
_SUBJECTS = {"1": "CITIZEN", "2": "BUSINESS", "3": "STATE_AGENCY", "4": "ORGANISATION"}
_CARD_DIGITS = 12
_OLD_CARD_DIGITS = 9
_FORMS = {
    "phone": re.compile(r"\+?[0-9 .]{8,16}"),
    "email": re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+"),
    "identity_number": re.compile(r"[0-9A-Za-z-]{5,20}"),
}
_NO_PLACE = frozenset({"process-missing", "procedure-closed"})
_MAPPED_FIELDS = (
    "procedure_code",
    "agency",
    "receiving_agency",
    "competent_agency",
    "attachments",
    "components",
)


class InboxState(StrEnum):
    """Where a message is: PARKED waits for people or for a mapping."""

    RECEIVED = "RECEIVED"
    DONE = "DONE"
    PARKED = "PARKED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as it came."""

    id: UUID
    path: str
    body: bytes
    sha256: bytes
    received_at: datetime
    attempts: int = 0


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


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a message and what the portal is answered."""

    state: InboxState
    error_code: int
    message: str
    reason: str = ""
    portal_code: str = ""
    dossier_id: str = ""
    is_retried: bool = False
    """It goes on by itself when what it waits for is there."""

    @property
    def answer(self) -> Json:
        """The answer, exactly two members (17.2)."""
        return {"error_code": self.error_code, "message": self.message}


def handed_of(path: str, message: Any) -> Handed:
    """Return a message in the dossier service's words; raise `NotUnderstood` or `NeedsPeople`."""
    profile = PROFILES.get(path)
    if profile is None:
        raise NeedsPeople("loại bản tin chưa được xử lý tự động")
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    data = message.get("data") if profile["enveloped"] else message
    if not isinstance(data, Mapping):
        raise NotUnderstood("Thiếu trường bắt buộc data")
    code = _text(data, profile["code"])
    supplemented = _text(data, profile["supplement_code"])
    if not _CODE.fullmatch(code or supplemented):
        raise NotUnderstood(f"Thiếu hoặc sai trường bắt buộc {profile['code']}")
    files = _files(data, profile)
    if supplemented and not code:
        return Handed(supplemented, is_supplement=True, body=_supplement(data, profile, supplemented, files))
    return Handed(code, is_supplement=False, body=_dossier(data, profile, code, files))


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
        "result_delivery": "POST" if _text(data, profile["by_post"]) == "1" else "COUNTER",
        "is_vneid_verified": _text(data, profile["verified"]) == "1",
        "attachments": files,
    }


def _owner(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Json:
    """Return whose dossier it is; contacts the portal wrote in another form are left out, never refused."""
    names = profile["owner"]
    owner = {name: _text(data, field) for name, field in names.items()}
    if not owner["full_name"]:
        raise NotUnderstood(f"Thiếu trường bắt buộc {names['full_name']}")
    number = owner["identity_number"]
    owner["identity_type"] = _kind_of_number(number, is_tax_code=names["identity_number"] == "MaSoThue")
    subject = _text(data, profile["subject"]) if profile["subject"] else "2"
    owner["applicant_type"] = _SUBJECTS.get(subject, "CITIZEN")
    outer, inner = profile["address"]
    address = data.get(outer)
    owner["address"] = _text(address, inner)[:500] if isinstance(address, Mapping) else ""
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
    form = data.get(profile["form"]) if profile["form"] else None
    return dict(form) if isinstance(form, Mapping) else {}


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
    found = data.get(name) if name else [data]
    return found if isinstance(found, list) else []


def _file(item: Mapping[str, Any], kind: Mapping[str, str]) -> Json | None:
    name, content = _text(item, kind["name"]), item.get(kind["content"])
    if isinstance(content, str) and content:
        return {
            "component_code": _text(item, "MaThanhPhanHoSo"),
            "name": name[:200] or "tep-dinh-kem",
            "content_base64": content,
        }
    if _text(item, "DuongDanTaiTepTin"):
        raise NeedsPeople("tệp chỉ có địa chỉ, chưa có nội dung")
    return None


def _text(data: Any, name: str) -> str:
    value = data.get(name) if name else None
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _moment(text: str, field: str) -> str | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM).isoformat()
    except ValueError as error:
        raise NotUnderstood(f"Trường {field} phải có dạng yyyyMMddHHmmss") from error


def _day(text: str) -> str:
    """Return a day as ISO; a birth date the portal knows only in part stays unsaid."""
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=VIETNAM).date().isoformat()
    except ValueError:
        return ""


def current_agency(code: str) -> str:
    """Return an identifier in the form of Decision 20/2020: 000.28.15.H22 is H22.15.28 (section 2.1)."""
    old = _OLD_AGENCY.fullmatch(code)
    if old is None:
        return code
    return ".".join(group for group in reversed(old.groups()) if group.strip("0"))


def ruling_of_refusal(code: str, status: int, problem: str, title: str, fields: Sequence[str]) -> Ruling:
    """Rule on what the dossier service declined: a gap of ours is parked, a fault of theirs is told."""
    is_gap = problem in _NO_PLACE or any(name.startswith(_MAPPED_FIELDS) for name in fields)
    if is_gap:
        reason = problem if problem in _NO_PLACE else f"chưa ánh xạ: {', '.join(fields[:5])}"
        return parked(code, reason, is_retried=True)
    reason = f"{status} {problem}: {title}"
    text = " ".join([title or "không tiếp nhận được", *fields[:5]])
    return Ruling(InboxState.REFUSED, FAILED, f"{code}| {text}", reason, portal_code=code)


def waiting(code: str, reason: str) -> Ruling:
    """Rule on a message that is safe with us and goes on later by itself."""
    return Ruling(
        InboxState.RECEIVED, ACCEPTED, f"{code}| đã tiếp nhận", reason, portal_code=code, is_retried=True
    )


def parked(code: str, reason: str, *, is_retried: bool) -> Ruling:
    """Rule on a message that is safe with us and waits for people or for a mapping."""
    text = f"{code}| đã tiếp nhận, chờ xử lý"
    return Ruling(InboxState.PARKED, ACCEPTED, text, reason, portal_code=code, is_retried=is_retried)


def taken(code: str, dossier_id: str, *, is_first: bool) -> Ruling:
    """Rule on a message that reached its dossier; another message may have brought it before."""
    if is_first:
        return Ruling(InboxState.DONE, ACCEPTED, f"{code}| tiếp nhận thành công", "", code, dossier_id)
    return Ruling(InboxState.DONE, DUPLICATE, f"{code}| mã hồ sơ đã tồn tại", "duplicate", code, dossier_id)
