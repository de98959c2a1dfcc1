"""What an import would change, without a database."""

from datetime import date, datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.catalog.domain.document import read_document
from services.catalog.domain.items import ItemKind, Outcome
from services.catalog.domain.plan import Plan, make_plan
from services.catalog.domain.procedure import compose
from services.catalog.domain.timeline import place_in_time
from tests.builders.catalog import a_document, a_procedure, a_process, a_step, an_agency
from tests.builders.forms import a_form

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)
TODAY = NOW.date()


def plan_of(**parts: Any) -> Plan:
    """Plan a document against an empty catalogue."""
    source, items = read_document(a_document(**parts))
    return make_plan(source, items, {}, by="loader", at=NOW)


def test_a_sound_document_is_all_new() -> None:
    """Every kind is there."""
    blocks = [{"kind": "TEXT", "text": "Chữ"}]
    page = {"code": "trang", "title": "Trang", "summary": "Tóm tắt", "blocks": blocks}
    plan = plan_of(forms=[a_form()], pages=[page])
    assert {item.outcome for item in plan.items} == {Outcome.NEW}, [item.reasons for item in plan.items]
    assert {item.kind for item in plan.items} == set(ItemKind)


STAFF = {"subject": "a", "name": "A", "agency": "H99.201", "unit": "mot-cua", "roles": ["CLERK"]}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"agencies": [an_agency(parent="H99")]}, "parent"),
        ({"agencies": [an_agency(successors=["H99.9X"])]}, "successors"),
        ({"agencies": [an_agency(valid_to="2024-01-01")]}, "valid_to"),
        ({"agencies": [an_agency(), an_agency()]}, "nhiều lần"),
        ({"agencies": [an_agency(legacy_code="000.00.99.H99")]}, "legacy_code"),
        ({"staff": [{**STAFF, "agency": "H99.777"}]}, "agency"),
        ({"staff": [{**STAFF, "unit": "khac"}]}, "unit"),
        ({"staff": [{**STAFF, "roles": ["SPECIALIST", "SIGNER"]}]}, "người ký"),
        ({"staff": [{**STAFF, "roles": []}]}, "roles"),
        ({"staff": [{**STAFF, "roles": ["KING"]}]}, "roles"),
        ({"procedures": [a_procedure("12")]}, "mã thủ tục"),
        ({"procedures": [a_procedure(process="QT-99")]}, "quy trình nội bộ"),
        ({"procedures": [a_procedure(process=None)]}, "process"),
        ({"procedures": [a_procedure(route="MINISTRY")]}, "route"),
        ({"procedures": [a_procedure(online_level="PARTIAL")]}, "partial_reason"),
        ({"procedures": [a_procedure(performing_agencies=["H99.888"])]}, "performing_agencies"),
        ({"procedures": [a_procedure(channels=[])]}, "channels"),
        ({"procedures": [a_procedure(steps_text=[])]}, "steps_text"),
        ({"procedures": [a_procedure(components=[{"code": "a", "name": "b"}] * 2)]}, "trùng code"),
        (
            {
                "processes": [
                    a_process(
                        a_step("soan", "SPECIALIST", "ky", hours=20),
                        a_step("ky", "SIGNER", "ra"),
                        a_step("ra", "CLERK"),
                    )
                ]
            },
            "vượt thời hạn",
        ),
        (
            {"processes": [a_process(a_step("soan", "SPECIALIST", agency="H99.777"))]},
            "không có trong danh mục",
        ),
        (
            {
                "interlinked_groups": [
                    {
                        "code": "a",
                        "name": "b",
                        "lead_procedure": "1.000001",
                        "members": [{"procedure": "1.000001", "after": []}],
                    }
                ]
            },
            "members",
        ),
    ],
)
def test_a_fault_is_refused_with_its_reason(parts: dict[str, Any], reason: str) -> None:
    """References, roles, times and codes."""
    refused = plan_of(**parts).refused
    assert any(reason in text for item in refused for text in item.reasons), [
        item.reasons for item in refused
    ]


def test_a_price_in_fractions_of_a_dong_is_refused() -> None:
    """Money is an integer."""
    fee = {"kind": "FEE", "amount": 1.5, "collected": "BEFORE"}
    channel = {"channel": "DIRECT", "processing_time": {"value": 3, "unit": "WORKING_DAY"}, "fees": [fee]}
    [refused, *_] = list(plan_of(procedures=[a_procedure(channels=[channel])]).refused)
    assert refused.reasons == ["channels[0].fees[0].amount: phải là số đồng nguyên"]


@pytest.mark.parametrize(
    ("declared", "earlier", "start", "closes"),
    [
        (None, None, TODAY, None),
        (date(2026, 1, 20), None, date(2026, 1, 20), None),
        (date(2026, 4, 1), date(2026, 1, 20), date(2026, 4, 1), date(2026, 3, 31)),
        (date(2026, 1, 20), date(2026, 1, 20), TODAY, date(2026, 3, 2)),
        (None, TODAY, TODAY, None),
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1), None),
        (None, date(2026, 5, 1), date(2026, 5, 1), None),
    ],
)
def test_versions_follow_each_other(
    declared: date | None, earlier: date | None, start: date, closes: date | None
) -> None:
    """A decision's day decides; a correction begins today; a version without a day is superseded."""
    assert place_in_time(declared, earlier, TODAY) == (start, closes)


def test_the_province_speaks_first_and_the_nation_fills_in() -> None:
    """What only the worker of a procedure can say never comes from the nation."""
    national = {
        "code": "1",
        "name": "A",
        "requirements": "B",
        "route": "MINISTRY",
        "process": None,
        "submit_here": False,
    }
    local = {
        "code": "1",
        "name": "C",
        "requirements": None,
        "route": "SECTOR",
        "process": None,
        "submit_here": False,
    }
    record = compose(national, local)
    assert (record["name"], record["requirements"], record["route"]) == ("C", "B", "SECTOR")
    assert record["national"] == {"code": "1", "name": "A", "requirements": "B"}
    assert compose(None, local)["national"] is None
    assert compose(national, None)["route"] == "MINISTRY"
