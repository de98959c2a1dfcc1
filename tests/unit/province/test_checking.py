"""The shipped province has no problem, and each kind of problem is seen when it is put in."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from province.check import performing_agencies, problems
from province.flow import critical_hours
from province.read import read

Document = dict[str, Any]
DOCUMENT = read()


def test_the_shipped_province_has_no_problem() -> None:
    assert problems(DOCUMENT) == []


def find(document: Document, part: str, key: str, value: str) -> Document:
    return next(one for one in document[part] if one[key] == value)


def procedure(document: Document, code: str = "1.001612") -> Document:
    return find(document, "procedures", "code", code)


def process(document: Document, code: str) -> Document:
    return find(document, "processes", "code", code)


def step(document: Document, process_code: str, code: str) -> Document:
    return next(one for one in process(document, process_code)["steps"] if one["code"] == code)


def use_a_code_twice(document: Document) -> None:
    document["procedures"].append(procedure(document))


def name_an_unknown_sector(document: Document) -> None:
    procedure(document)["sector"] = "G99-XX"


def name_an_unknown_process(document: Document) -> None:
    procedure(document)["process"] = "QT-KHONG-CO"


def work_here_what_a_ministry_works(document: Document) -> None:
    procedure(document)["route"] = "MINISTRY"


def name_an_unknown_agency(document: Document) -> None:
    procedure(document)["performing_agencies"] = ["H99.999"]


def let_a_process_outlast_the_time(document: Document) -> None:
    step(document, "QT-HKD-01", "kiem-tra")["hours"] = 12.5


def let_a_same_day_process_outlast_the_afternoon(document: Document) -> None:
    step(document, "QT-CT-01", "trich-sao")["hours"] = 2.25


def run_in_a_circle(document: Document) -> None:
    step(document, "QT-CHUNG-03", "ky")["next"] = [{"to": "tham-dinh", "when": ""}]


def start_twice(document: Document) -> None:
    step(document, "QT-CHUNG-03", "tham-dinh")["next"] = [{"to": "ky", "when": ""}]


def lead_to_an_unknown_step(document: Document) -> None:
    step(document, "QT-CHUNG-03", "ky")["next"] = [{"to": "khong-co", "when": ""}]


def end_before_the_clerk(document: Document) -> None:
    last = step(document, "QT-CHUNG-03", "phat-hanh")
    last["role"] = "SPECIALIST"


def leave_no_unconditional_way(document: Document) -> None:
    for edge in step(document, "QT-XD-01", "tham-dinh")["next"]:
        edge["when"] = "needs_site_visit"


def let_a_consultation_outlast_its_step(document: Document) -> None:
    step(document, "QT-XD-01", "y-kien-so")["hours"] = 29


def dismiss_the_only_clerk(document: Document) -> None:
    document["staff"] = [one for one in document["staff"] if one["subject"] != "can-bo-din"]


def let_the_drafter_sign(document: Document) -> None:
    find(document, "staff", "subject", "can-bo-pao")["roles"].append("SIGNER")


def let_the_editor_approve(document: Document) -> None:
    find(document, "staff", "subject", "can-bo-danh-muc")["roles"].append("CATALOG_APPROVER")


def seat_an_officer_nowhere(document: Document) -> None:
    find(document, "staff", "subject", "can-bo-mai")["unit"] = "khong-co"


def end_an_agency_without_successor(document: Document) -> None:
    find(document, "agencies", "code", "H99.32")["successors"] = []


def begin_a_successor_too_early(document: Document) -> None:
    find(document, "agencies", "code", "H99.203")["valid_from"] = "2025-06-30"


def use_an_unknown_calendar(document: Document) -> None:
    find(document, "agencies", "code", "H99.207")["calendar"] = "toi"


def put_a_day_in_another_year(document: Document) -> None:
    document["calendars"][0]["exceptions"][0]["day"] = "2025-01-01"


def forget_the_sessions_of_a_half_day(document: Document) -> None:
    document["calendars"][0]["exceptions"][0]["status"] = "HALF"


def put_a_member_before_its_reason(document: Document) -> None:
    document["interlinked_groups"][0]["members"].reverse()


def take_effect_before_signing(document: Document) -> None:
    procedure(document)["decision"] = {"signed_on": "2026-02-09", "effective_on": "2026-02-08"}


def be_partial_without_reason(document: Document) -> None:
    procedure(document)["online_level"] = "PARTIAL"


def drop_the_online_channel(document: Document) -> None:
    one = procedure(document)
    one["channels"] = [channel for channel in one["channels"] if channel["channel"] != "ONLINE"]


def let_a_variant_outlast_the_time(document: Document) -> None:
    step(document, "QT-CHUNG-03@H99.206", "tham-dinh")["hours"] = 17


def let_a_variant_need_who_is_not_there(document: Document) -> None:
    step(document, "QT-CHUNG-03@H99.206", "ky")["role"] = "CASHIER"


def vary_what_is_not_performed_there(document: Document) -> None:
    process(document, "QT-CHUNG-03@H99.206").update(code="QT-XD-02@H99.206")


def call_a_variant_after_another_agency(document: Document) -> None:
    process(document, "QT-CHUNG-03@H99.206")["agency"] = "H99.207"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (use_a_code_twice, "procedures: code 1.001612 is used 2 times"),
        (name_an_unknown_sector, "sector G99-XX does not exist"),
        (name_an_unknown_process, "process QT-KHONG-CO does not exist"),
        (work_here_what_a_ministry_works, "a process belongs to what the province works"),
        (name_an_unknown_agency, "agencies ['H99.999']"),
        (let_a_process_outlast_the_time, "24.5 h of QT-HKD-01 outlast"),
        (let_a_same_day_process_outlast_the_afternoon, "2.25 h of QT-CT-01 outlast"),
        (run_in_a_circle, "run in a circle"),
        (start_twice, "starts are ['soat-xet', 'tham-dinh']"),
        (lead_to_an_unknown_step, "unknown steps ['khong-co']"),
        (end_before_the_clerk, "the last step is a clerk's"),
        (leave_no_unconditional_way, "exactly one way on is unconditional"),
        (let_a_consultation_outlast_its_step, "y-kien-so: outlasts tham-dinh"),
        (dismiss_the_only_clerk, "nobody in H99.206/van-phong is CLERK"),
        (let_the_drafter_sign, "can-bo-pao: drafts and signs"),
        (let_the_editor_approve, "can-bo-danh-muc: edits and approves"),
        (seat_an_officer_nowhere, "can-bo-mai: no unit khong-co"),
        (end_an_agency_without_successor, "H99.32: successors belong"),
        (begin_a_successor_too_early, "successor H99.203 began before it ended"),
        (use_an_unknown_calendar, "calendar toi does not exist"),
        (put_a_day_in_another_year, "2025-01-01 is not of that year"),
        (forget_the_sessions_of_a_half_day, "sessions belong to a half day"),
        (put_a_member_before_its_reason, "comes after a member not before it"),
        (take_effect_before_signing, "effective_on is before signed_on"),
        (be_partial_without_reason, "less than FULL needs its reason"),
        (drop_the_online_channel, "has no online channel"),
        (let_a_variant_outlast_the_time, "25 h outlast"),
        (let_a_variant_need_who_is_not_there, "nobody in H99.206/lanh-dao is CASHIER"),
        (vary_what_is_not_performed_there, "performs nothing by QT-XD-02"),
        (call_a_variant_after_another_agency, "a variant's code"),
    ],
)
def test_a_problem_put_in_is_seen(spoil: Callable[[Document], None], message: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    spoil(document)
    assert any(message in problem for problem in problems(document)), problems(document)


def test_the_longest_way_takes_the_longer_branch() -> None:
    assert critical_hours(process(DOCUMENT, "QT-CHUNG-05")) == 10 + 12 + 5 + 5 + 2


def test_all_communes_leaves_out_the_dissolved() -> None:
    communes = performing_agencies(DOCUMENT, procedure(DOCUMENT, "1.001193"))
    assert communes == [f"H99.{number}" for number in range(201, 208)]
