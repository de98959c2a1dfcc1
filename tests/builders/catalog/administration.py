"""A small province of agencies to reorganise: two districts of old, communes, a department."""

from typing import Any

from kernel.testing.running import a_staff_member
from tests.builders.catalog import a_document, a_procedure, an_agency

EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-danh-muc")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="can-bo-phe-duyet")
DECISION = {"number": "12/NQ-HĐND", "signed_on": "2026-02-20"}


def a_district(code: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a working office between province and commune, with the units an office has."""
    units = [
        {"code": "mot-cua", "name": "Một cửa"},
        {"code": "chuyen-mon", "name": "Phòng chuyên môn"},
        {"code": "lanh-dao", "name": "Lãnh đạo"},
        {"code": "van-phong", "name": "Văn phòng"},
    ]
    return an_agency(
        code,
        **{"name": name, "level": "OTHER", "kind": "AREA_OFFICE", "parent": "H99", "units": units, **more},
    )


def a_member(subject: str, agency: str, *roles: str, unit: str = "chuyen-mon") -> dict[str, Any]:
    """Return an entry of the staff directory."""
    return {
        "subject": subject,
        "name": f"Cán bộ {subject}",
        "agency": agency,
        "unit": unit,
        "roles": [*roles],
    }


def a_province(**parts: Any) -> dict[str, Any]:
    """Return a document: the province, two area offices that are to merge, a commune under each."""
    return a_document(
        **{
            "agencies": [
                an_agency("H99", name="UBND tỉnh", level="PROVINCE", kind="PEOPLES_COMMITTEE"),
                a_district("H99.31", "Văn phòng khu vực Lam Hạ"),
                a_district("H99.32", "Văn phòng khu vực Thượng Nguyên"),
                an_agency("H99.201", name="Phường Bến Lam", parent="H99.31"),
                an_agency("H99.202", name="Xã Lam Hạ", parent="H99.32"),
            ],
            "staff": [
                a_member("nhan", "H99.31", "ONE_STOP_OFFICER", unit="mot-cua"),
                a_member("thu-ly", "H99.31", "SPECIALIST"),
                a_member("lanh-dao", "H99.31", "SIGNER", unit="lanh-dao"),
                a_member("truong-phong", "H99.32", "TEAM_LEAD"),
            ],
            "procedures": [a_procedure(performing_agencies=["H99.31", "H99.32"], levels=["PROVINCE"])],
            **parts,
        }
    )


def a_merger(**more: Any) -> dict[str, Any]:
    """Return the decision that merges the two offices into a new one."""
    new = {
        "code": "H99.35",
        "name": "Văn phòng khu vực Lam Nguyên",
        "level": "OTHER",
        "kind": "AREA_OFFICE",
        "parent": "H99",
        "units": a_district("H99.35", "")["units"],
    }
    return {
        "kind": "MERGE",
        "decision": DECISION,
        "effective_on": "2026-03-03",
        "ended": ["000.00.31.H99", "H99.32"],
        "created": [new],
        **more,
    }
