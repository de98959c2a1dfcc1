"""Small documents that the catalogue takes, to be bent by each test."""

from copy import deepcopy
from typing import Any


def an_agency(code: str = "H99.201", **more: Any) -> dict[str, Any]:
    """Return a commune."""
    return {
        "code": code,
        "name": "Ủy ban nhân dân phường Bến Lam",
        "level": "COMMUNE",
        "kind": "COMMUNE",
        "parent": None,
        "valid_from": "2025-07-01",
        "valid_to": None,
        "successors": [],
        "calendar": "default",
        "units": [{"code": "mot-cua", "name": "Một cửa"}, {"code": "chuyen-mon", "name": "Phòng chuyên môn"}],
        **more,
    }


def a_step(code: str, role: str = "SPECIALIST", *next_steps: str, **more: Any) -> dict[str, Any]:
    """Return a step that leads to others; without one it issues the result."""
    return {
        "code": code,
        "name": f"Bước {code}",
        "kind": "OFFICE",
        "role": role,
        "unit": "chuyen-mon",
        "hours": 4,
        "next": [
            {"to": step, "when": "" if index == 0 else "needs_site_visit"}
            for index, step in enumerate(next_steps)
        ],
        "can_return_to": [],
        "issues_result": not next_steps,
        **more,
    }


def a_process(*steps: dict[str, Any], code: str = "QT-01", **more: Any) -> dict[str, Any]:
    """Return a process; without steps: draft, sign, issue."""
    taken = list(steps) or [
        a_step("soan", "SPECIALIST", "ky"),
        a_step("ky", "SIGNER", "phat-hanh"),
        a_step("phat-hanh", "CLERK"),
    ]
    return {
        "code": code,
        "name": "Quy trình",
        "version": 1,
        "first": taken[0]["code"],
        "steps": taken,
        **more,
    }


def a_procedure(code: str = "1.004873", **more: Any) -> dict[str, Any]:
    """Return a procedure worked by every commune in three days."""
    return {
        "code": code,
        "name": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "sector": "G15-TP07",
        "levels": ["COMMUNE"],
        "route": "PROVINCE",
        "submit_here": True,
        "online_level": "FULL",
        "performing_agencies": "ALL_COMMUNES",
        "process": "QT-01",
        "applicant_types": ["CITIZEN"],
        "channels": [
            {"channel": "DIRECT", "processing_time": {"value": 3, "unit": "WORKING_DAY"}, "fees": []}
        ],
        "components": [{"code": "to-khai", "name": "Tờ khai"}],
        "results": [{"code": "giay", "name": "Giấy xác nhận", "electronic": True}],
        "legal_bases": [],
        "steps_text": ["Nộp tờ khai."],
        "keywords": ["độc thân"],
        "decision": {"number": "118/QĐ-UBND", "signed_on": "2026-01-12", "effective_on": "2026-01-20"},
        **more,
    }


def a_document(**parts: Any) -> dict[str, Any]:
    """Return a whole, sound document of the province."""
    document = {
        "province": {"code": "H99"},
        "people": [],
        "sectors": [{"code": "G15-TP07", "name": "Hộ tịch"}],
        "agencies": [an_agency()],
        "calendars": [
            {"code": "default", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
        ],
        "staff": [
            {
                "subject": "can-bo-an",
                "name": "An",
                "agency": "H99.201",
                "unit": "mot-cua",
                "roles": ["ONE_STOP_OFFICER"],
            }
        ],
        "processes": [a_process()],
        "procedures": [a_procedure()],
        "interlinked_groups": [
            {
                "code": "LT-01",
                "name": "Liên thông",
                "lead_procedure": "1.004873",
                "members": [{"procedure": "1.004873", "after": []}],
            }
        ],
        **parts,
    }
    return deepcopy(document)


def a_public_record(code: str = "1.000005", **more: Any) -> dict[str, Any]:
    """Return a record as the national catalogue's pages give it."""
    return {
        "code": code,
        "name": "Đăng ký thường trú",
        "field": "Đăng ký, quản lý cư trú",
        "levels": ["Cấp xã"],
        "issuing_agency": "Bộ Công an",
        "implementing_agency": "Công an cấp xã",
        "implementing_agencies": None,
        "competent_authority": None,
        "target_audience": ["Công dân Việt Nam"],
        "channels": [
            {
                "channel": "online",
                "duration_text": "7 Ngày làm việc",
                "fee_text": "Miễn phí",
                "description": "",
            }
        ],
        "steps_text": "Bước 1: nộp hồ sơ",
        "components": None,
        "results": [],
        "legal_bases": None,
        "conditions_text": "Không có thông tin",
        "decision_number": "QĐ/0001-BCA",
        "keywords": None,
        **more,
    }
