"""The accounts: historic ones (VNConnect), present ones (VNeID), and how they belong to people.

Whether the portal's `TechID` is the same at both is said of some people only [1], so both cases are here.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One account at one issuer; `level` is what the account ever reaches."""

    subject: str
    tech_id: str
    name: str
    level: int
    kind: int = 1
    number: str = ""
    tax_code: str = ""
    enterprise: str = ""

    def claims(self, issuer: str) -> dict[str, Any]:
        """Return user information in the words of national-portal.md section 18.2."""
        told: dict[str, Any] = {
            "sub": self.subject,
            "TechID": self.tech_id,
            "LoaiTaiKhoan": self.kind,
            "HoVaTen": self.name,
            "SoDinhDanh": self.number,
            "TenDoanhNghiep": self.enterprise,
            "MaSoThue": self.tax_code,
            "loAs": [f"LoA{level}" for level in range(1, self.level + 1)],
            "TrangThai": 1,
        }
        if issuer == "vneid":
            told |= {"IAL": self.level, "loginIdp": "BCA"}
        return {name: value for name, value in told.items() if value not in ("", [])}


def _both(**known: Any) -> dict[str, dict[str, Person]]:
    found: dict[str, dict[str, Person]] = {"vnconnect": {}, "vneid": {}}
    for key, (issuer, person) in known.items():
        found[issuer][key] = person
    return found


ACCOUNTS = _both(
    an_cu=(
        "vnconnect",
        Person(
            subject="vnc-an",
            tech_id="7c0a1a52-0000-4000-8000-000000000001",
            name="Nguyễn Văn An",
            level=2,
            number="099088000011",
        ),
    ),
    an=(
        "vneid",
        Person(
            subject="vneid-an",
            tech_id="7c0a1a52-0000-4000-8000-000000000101",
            name="Nguyễn Văn An",
            level=2,
            number="099088000011",
        ),
    ),
    binh_cu=(
        "vnconnect",
        Person(
            subject="vnc-binh", tech_id="7c0a1a52-0000-4000-8000-000000000002", name="Trần Thị Bình", level=1
        ),
    ),
    binh=(
        "vneid",
        Person(
            subject="vneid-binh",
            tech_id="7c0a1a52-0000-4000-8000-000000000102",
            name="Trần Thị Bình",
            level=2,
            number="099192000022",
        ),
    ),
    sua_cu=(
        "vnconnect",
        Person(
            subject="vnc-sua",
            tech_id="7c0a1a52-0000-4000-8000-000000000003",
            name="Lò Thị Súa",
            level=1,
            number="099195000033",
        ),
    ),
    sua=(
        "vneid",
        Person(
            subject="vneid-sua",
            tech_id="7c0a1a52-0000-4000-8000-000000000003",
            name="Lò Thị Súa",
            level=2,
            number="099195000033",
        ),
    ),
    muc_mot=(
        "vneid",
        Person(
            subject="vneid-mot",
            tech_id="7c0a1a52-0000-4000-8000-000000000104",
            name="Giàng A Páo",
            level=1,
            number="099201000044",
        ),
    ),
    lam_cu=(
        "vnconnect",
        Person(
            subject="vnc-lam",
            tech_id="7c0a1a52-0000-4000-8000-000000000005",
            name="Trần Thị Bình",
            level=2,
            kind=2,
            tax_code="9900000018",
            enterprise="Công ty TNHH Lam",
            number="099192000022",
        ),
    ),
    lam=(
        "vneid",
        Person(
            subject="vneid-lam",
            tech_id="7c0a1a52-0000-4000-8000-000000000105",
            name="Trần Thị Bình",
            level=2,
            kind=2,
            tax_code="9900000018",
            enterprise="Công ty TNHH Lam",
            number="099192000022",
        ),
    ),
)
"""By issuer and a short name for the page; Súa has one `TechID` at both, An one number, Bình proves it."""
