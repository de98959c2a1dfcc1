"""A sample person or officer who may sign in during development."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ACCOUNT_TYPES = {"CITIZEN": "1", "BUSINESS": "2", "ORGANISATION": "3"}


@dataclass(frozen=True, slots=True)
class SampleUser:
    """Claims as VNConnect would give them (national-portal.md section 18.2), and how a page lists them."""

    subject: str
    name: str
    about: str
    is_staff: bool
    claims: Mapping[str, Any]


def sample_users(document: Mapping[str, Any]) -> dict[str, SampleUser]:
    """Return the users of a document with `people` and `staff`, by subject; the first of a subject counts."""
    users: dict[str, SampleUser] = {}
    for item in document.get("people", []):
        users.setdefault(item["subject"], _person(item))
    for item in document.get("staff", []):
        users.setdefault(item["subject"], _officer(item))
    return users


def _officer(item: Mapping[str, Any]) -> SampleUser:
    return SampleUser(
        subject=item["subject"],
        name=item["name"],
        about=f"{item.get('position') or ', '.join(item['roles'])} · {item['agency']}",
        is_staff=True,
        claims={"kind": "staff", "name": item["name"]},
    )


def _person(item: Mapping[str, Any]) -> SampleUser:
    kind = _ACCOUNT_TYPES.get(item.get("account_type", "CITIZEN"), "1")
    claims = {
        "kind": "person",
        "TechID": item["subject"],
        "LoaiTaiKhoan": kind,
        "HoVaTen": item["name"],
        "TenDoanhNghiep": item["name"] if kind != "1" else "",
        "SoDinhDanh": item.get("identity_number", ""),
        "MaSoThue": item.get("tax_code", ""),
        "IAL": item.get("identification_level", 2),
        "loAs": f"LoA{item.get('identification_level', 2)}",
    }
    about = {"1": "Công dân", "2": "Doanh nghiệp", "3": "Tổ chức"}[kind]
    told = {name: value for name, value in claims.items() if value}
    return SampleUser(item["subject"], item["name"], about, is_staff=False, claims=told)
