"""Agencies, staff and sectors as a document brings them."""

import re

from services.catalog.domain.identifiers import agency_code, legacy_agency_code
from services.catalog.domain.reading import Reader

LEVELS = ("MINISTRY", "PROVINCE", "DISTRICT", "COMMUNE", "OTHER")
ROLES = frozenset(
    [
        "ONE_STOP_OFFICER",
        "ONE_STOP_MANAGER",
        "SPECIALIST",
        "TEAM_LEAD",
        "SIGNER",
        "CLERK",
        "CASHIER",
        "SUPERVISOR",
        "POSTAL_AGENT",
        "CATALOG_EDITOR",
        "CATALOG_APPROVER",
        "SURVEY_ANALYST",
        "ADMIN",
    ]
)
WORK_ROLES = ("SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "CASHIER")
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_SECTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def read_agency(item: Reader) -> None:
    """Read an agency; identifiers of either generation become the new one, the old one is kept beside."""
    code = _agency(item, "code")
    if code:
        given = item.text("legacy_code", required=False, longest=20)
        if given and agency_code(given) != code:
            item.refuse("legacy_code", "không ứng với mã định danh mới")
        item.data["legacy_code"] = given or legacy_agency_code(code)
    item.text("name", longest=500)
    item.text("short_name", required=False, longest=200)
    item.choice("level", LEVELS)
    item.text("kind", longest=50)
    _agency(item, "parent", required=False)
    item.period()
    item.data["successors"] = [_converted(item, "successors", part) for part in item.texts("successors")]
    if code and (code == item.data.get("parent") or code in item.data["successors"]):
        item.refuse("code", "cơ quan không thể là cấp trên hay cơ quan kế thừa của chính mình")
    item.text("calendar", required=False, longest=63)
    item.text("place", required=False, longest=100)
    item.items("units", _read_unit)


def _read_unit(unit: Reader) -> None:
    unit.code("code", _UNIT)
    unit.text("name", longest=500)


def _agency(item: Reader, name: str, *, required: bool = True) -> str:
    given = item.text(name, required=required, longest=50)
    return _converted(item, name, given) if given else ""


def _converted(item: Reader, name: str, given: str) -> str:
    code = agency_code(given)
    if code is None:
        item.refuse(name, "không phải mã định danh cơ quan (QĐ 20/2020 hoặc QCVN 102:2016)")
        return ""
    if isinstance(item.data.get(name), str):
        item.data[name] = code
    return code


def read_staff(item: Reader) -> None:
    """Read a member of staff; the drafter of a dossier never signs it, so nobody holds both roles."""
    item.code("subject", _UNIT)
    item.text("name", longest=200)
    _agency(item, "agency")
    item.code("unit", _UNIT, required=False)
    item.text("position", required=False, longest=500)
    roles = item.texts("roles", ROLES)
    if not roles:
        item.refuse("roles", "phải có ít nhất một vai trò")
    if {"CATALOG_EDITOR", "CATALOG_APPROVER"} <= set(roles):
        item.refuse("roles", "người soạn danh mục không được đồng thời là người phê duyệt")
    if {"SPECIALIST", "SIGNER"} <= set(roles):
        item.refuse("roles", "người thụ lý không được đồng thời là người ký")
    item.text("email", required=False, longest=254)
    item.text("phone", required=False, longest=30)


def read_sector(item: Reader) -> None:
    """Read a sector (lĩnh vực)."""
    item.code("code", _SECTOR)
    item.text("name", longest=300)
