"""Forms that tests change: a small one of every shape there is."""

from copy import deepcopy
from typing import Any

_FORM: dict[str, Any] = {
    "code": "1.004873",
    "title": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân",
    "schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["applicant", "purpose"],
        "properties": {
            "applicant": {
                "type": "object",
                "additionalProperties": False,
                "required": ["full_name", "identity_number"],
                "properties": {
                    "full_name": {"type": "string", "title": "Họ và tên", "minLength": 1, "maxLength": 100},
                    "identity_number": {
                        "type": "string",
                        "title": "Số định danh",
                        "pattern": "^[0-9]{12}$",
                        "maxLength": 12,
                    },
                    "email": {"type": "string", "title": "Thư điện tử", "format": "email"},
                },
            },
            "purpose": {"type": "string", "title": "Mục đích", "enum": ["MARRIAGE", "LAND", "OTHER"]},
            "other_purpose": {"type": "string", "title": "Mục đích khác", "maxLength": 200},
            "copies": {"type": "integer", "title": "Số bản", "minimum": 1, "maximum": 20},
            "marriages": {
                "type": "array",
                "title": "Các lần kết hôn trước",
                "maxItems": 5,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["spouse"],
                    "properties": {
                        "spouse": {
                            "type": "string",
                            "title": "Vợ hoặc chồng",
                            "minLength": 1,
                            "maxLength": 100,
                        },
                        "ended": {"type": "boolean", "title": "Đã ly hôn"},
                        "ended_on": {"type": "string", "title": "Ngày ly hôn", "format": "date"},
                    },
                },
            },
        },
    },
    "layout": {
        "type": "VerticalLayout",
        "elements": [
            {
                "type": "Group",
                "label": "Người yêu cầu",
                "elements": [
                    {"type": "Control", "scope": "#/properties/applicant/properties/full_name"},
                    {"type": "Control", "scope": "#/properties/applicant/properties/identity_number"},
                    {"type": "Control", "scope": "#/properties/applicant/properties/email"},
                ],
            },
            {"type": "Control", "scope": "#/properties/purpose"},
            {
                "type": "Control",
                "scope": "#/properties/other_purpose",
                "options": {"required": True, "multi": True, "help": "Ghi rõ nơi sẽ nộp giấy"},
                "rule": {
                    "effect": "SHOW",
                    "condition": {"scope": "#/properties/purpose", "schema": {"const": "OTHER"}},
                },
            },
            {"type": "Control", "scope": "#/properties/copies"},
            {
                "type": "Control",
                "scope": "#/properties/marriages",
                "options": {
                    "detail": {
                        "type": "HorizontalLayout",
                        "elements": [
                            {"type": "Control", "scope": "#/properties/spouse"},
                            {"type": "Control", "scope": "#/properties/ended"},
                            {
                                "type": "Control",
                                "scope": "#/properties/ended_on",
                                "options": {"required": True},
                                "rule": {
                                    "effect": "SHOW",
                                    "condition": {"scope": "#/properties/ended", "schema": {"const": True}},
                                },
                            },
                        ],
                    }
                },
            },
        ],
    },
    "prefill": [
        {"to": "/applicant/full_name", "source": "IDENTITY_TOKEN", "from": "full_name", "locked": True},
        {"to": "/applicant/identity_number", "source": "IDENTITY_TOKEN", "from": "identity_number"},
        {"to": "/copies", "source": "EARLIER_DOSSIER", "from": "/copies", "procedure": "1.004873"},
    ],
    "fee": {
        "lines": [
            {"code": "base", "name": "Lệ phí", "kind": "CHARGE", "amount": 15000},
            {"code": "copies", "name": "Bản thứ hai trở đi", "amount": 3000, "times": "/copies", "free": 1},
        ]
    },
}


def a_form(**changed: Any) -> dict[str, Any]:
    """Return the form with other members."""
    return {**deepcopy(_FORM), **changed}


def answers(**changed: Any) -> dict[str, Any]:
    """Return answers the form takes, with other members."""
    applicant = {"full_name": "Nguyễn Văn An", "identity_number": "001099000001"}
    return {"applicant": applicant, "purpose": "MARRIAGE", **changed}
