"""One reader for every list of the portal: what is there is never taken for nothing, whatever it comes in."""

import json
from typing import Any

import pytest

from services.gateway.clients.portal.gateway import unwrapped
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalSilent
from services.gateway.domain.portal.answers.held import HeldByPortal, read_look_up
from services.gateway.domain.portal.exchange.questions import read_questions
from services.gateway.domain.portal.wire.lists import Lines, NoLines, lines_of, whole_number

LINES = [{"HOIDAPID": 5, "NOIDUNG": "Nộp ở đâu?"}, {"HOIDAPID": "6", "NOIDUNG": "Bao lâu?"}]
CONTAINERS: dict[str, object] = {
    "a list": LINES,
    "a list with nothing between": [None, *LINES, {}, ""],
    "a text": json.dumps(LINES),
    "every line a text": [json.dumps(one) for one in LINES],
    "data": {"data": LINES, "total": 2},
    "data in capitals as a text": {"Data": json.dumps(LINES)},
    "a result within": {"result": {"data": LINES}},
    "an answer within": {"error_code": "00", "message": "Thành công", "result": LINES},
    "an answer in a text within": json.dumps({"error_code": 0, "message": json.dumps({"data": LINES})}),
    "a list of a payment platform": {"MaLoi": "00", "DanhSach": LINES},
}


@pytest.mark.parametrize("told", CONTAINERS.values(), ids=CONTAINERS)
def test_a_list_is_the_same_in_whatever_it_comes(told: object) -> None:
    assert lines_of(told) == Lines(LINES, 0)
    assert [one.number for one in read_questions(told)[0]] == [5, 6]


@pytest.mark.parametrize("told", [LINES[0], json.dumps(LINES[0]), {"data": LINES[0]}, [LINES[0], None]])
def test_one_line_alone_is_a_list_of_it(told: object) -> None:
    assert lines_of(told).items == [LINES[0]]


NOTHING = [None, "", " ", [], {}, {"data": []}, {"data": None}, "[]", [None], {"error_code": 0}]


@pytest.mark.parametrize("told", NOTHING, ids=str)
def test_nothing_is_an_empty_list(told: object) -> None:
    assert lines_of(told) == Lines()


@pytest.mark.parametrize(
    "told", [None, "", {}, {"data": None}, {"error_code": 0, "message": "Thành công"}], ids=str
)
def test_nothing_is_no_list_where_one_is_required(told: object) -> None:
    with pytest.raises(NoLines):
        lines_of(told, is_required=True)
    assert lines_of([], is_required=True) == Lines()


@pytest.mark.parametrize(
    "told", ["lỗi", "[hỏng", 7, True, {"error_code": 5, "message": "lỗi"}, {"data": {"data": "[["}}], ids=str
)
def test_what_is_there_and_no_list_is_never_taken_for_nothing(told: object) -> None:
    with pytest.raises(NoLines):
        lines_of(told)


def test_lists_too_deep_in_one_another_are_no_list() -> None:
    told: object = LINES
    for _ in range(9):
        told = {"data": told}
    with pytest.raises(NoLines):
        lines_of(told)


def test_elements_that_are_no_lines_are_counted() -> None:
    assert lines_of(["x", 7, LINES[0], ["y"], None]) == Lines([LINES[0]], 3)


NUMBERS: list[tuple[object, int | None]] = [
    (4, 4),
    (4.0, 4),
    ("4", 4),
    (" 5.0 ", 5),
    ("-3", -3),
    ("007", 7),
    (0, 0),
    (True, None),
    (4.5, None),
    ("4.5", None),
    ("", None),
    ("-", None),
    (None, None),
    ("x", None),
    ("9" * 19, None),
    (10**19, None),
    (1e30, None),
    ("٤", None),
    (float("inf"), None),
]


@pytest.mark.parametrize(("written", "number"), NUMBERS, ids=str)
def test_a_number_is_the_same_however_it_is_written(written: object, number: int | None) -> None:
    assert whole_number(written) == number


@pytest.mark.parametrize(
    ("result", "held"),
    [
        ([{"MaTrangThai": "9"}], HeldByPortal(is_there=True, status=9)),
        ({"data": [{"MaTrangThai": 9.0}]}, HeldByPortal(is_there=True, status=9)),
        ('[{"matrangthai": "9"}]', HeldByPortal(is_there=True, status=9)),
        ({"MaHoSo": "x"}, HeldByPortal(is_there=True)),
        (["x"], HeldByPortal(is_there=True)),
        ([], HeldByPortal(is_there=False)),
        (None, HeldByPortal(is_there=False)),
        ({"data": []}, HeldByPortal(is_there=False)),
    ],
    ids=str,
)
def test_what_the_portal_holds_is_read_in_whatever_it_comes(result: object, held: HeldByPortal) -> None:
    assert read_look_up(PortalAnswer(0, "", result), "X") == held


def test_a_look_up_nobody_can_read_is_silence_and_no_missing_dossier() -> None:
    with pytest.raises(PortalSilent):
        read_look_up(PortalAnswer(0, "", "đang bảo trì"), "X")


@pytest.mark.parametrize(
    "wrapped",
    [
        {"error_code": "0", "message": json.dumps({"error_code": 0, "message": "", "result": LINES})},
        {"error_code": "0", "message": {"error_code": 0, "message": "", "result": LINES}},
        {"error_code": 0.0, "message": json.dumps(LINES)},
        {"error_code": 0, "message": json.dumps({"error_code": "00", "message": "", "data": LINES})},
    ],
    ids=str,
)
def test_the_portals_answer_is_found_within_the_gateways(wrapped: object) -> None:
    assert lines_of(unwrapped(wrapped).result).items == LINES


def outer(**inner: Any) -> dict[str, Any]:
    return {"error_code": "0", "message": json.dumps({"error_code": 0, "message": "Thành công", **inner})}


@pytest.mark.parametrize(
    ("told", "code", "is_doubtful"),
    [
        (outer(), 0, False),
        ([outer()], 0, False),
        (json.dumps(outer()), 0, False),
        (json.dumps(json.dumps(outer())), 0, False),
        ({"Error_Code": 0, "Message": outer()["message"]}, 0, False),
        ({"errorCode": 0, "message": json.loads(outer()["message"])}, 0, False),
        ({"error_code": 0, "message": json.dumps(outer()["message"])}, 0, False),
        ({"error_code": 0, "message": "\ufeff" + outer()["message"]}, 0, False),
        ({"error_code": 0, "message": f"[{outer()['message']}]"}, 0, False),
        ({"error_code": 0, "message": "OK", "result": outer()["message"]}, 0, False),
        ({"error_code": 0, "message": "OK", "data": json.loads(outer()["message"])}, 0, False),
        ({"error_code": 0, "message": "Đồng bộ thành công"}, 0, False),
        ({"error_code": 0, "message": None}, 0, True),
        ({"error_code": 0, "message": ""}, 0, True),
        ({"error_code": 0, "message": "[]"}, 0, True),
        ({"error_code": 0, "message": "Đã chuyển tiếp"}, 0, True),
        ({"error_code": 0, "message": "Không kết nối được Cổng"}, 0, True),
        ({"error_code": -1, "message": outer()["message"]}, -1, True),
        (
            {"error_code": -1, "message": outer(error_code=-3, message="Mã hồ sơ đã tồn tại")["message"]},
            -3,
            False,
        ),
        ({"error_code": 0, "message": outer(error_code=-7, message="Sai MaTTHC")["message"]}, -7, False),
        ({"error_code": -1, "message": "Sai SecurityKey"}, -1, False),
    ],
    ids=str,
)
def test_what_a_gateway_answers_to_a_write(told: object, code: int, is_doubtful: bool) -> None:
    answer = unwrapped(told, is_read=False)
    assert (answer.code, answer.is_doubtful) == (code, is_doubtful)


@pytest.mark.parametrize(
    "told",
    [
        {"error_code": 0, "message": "Đồng bộ thành công"},
        {"error_code": 0, "message": None},
        {"error_code": 0, "message": {"a": 1}},
        {"message": "x"},
        [],
        [[]],
        "x",
    ],
    ids=str,
)
def test_a_read_without_the_portals_answer_is_silence(told: object) -> None:
    with pytest.raises(PortalSilent):
        unwrapped(told)


def test_a_dossier_a_gateway_says_is_not_there_is_not_there() -> None:
    for code in (0, -1):
        held = read_look_up(unwrapped({"error_code": code, "message": "Không tìm thấy hồ sơ"}), "X")
        assert held == HeldByPortal(is_there=False)
