"""What the portal means by an answer, in whatever dress and words it comes."""

import json
import re
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from kernel.testing.fixed_clock import FixedClock
from services.gateway.clients.portal.direct import DirectPortal
from services.gateway.clients.portal.gateway import GatewayPortal
from services.gateway.clients.portal.transport import decoded
from services.gateway.domain.personal_paper_answers import good
from services.gateway.domain.portal.account import DirectAccount, GatewayAddresses
from services.gateway.domain.portal.answers.answer import (
    PortalAnswer,
    PortalShut,
    PortalSilent,
    PortalUnreached,
    read_answer,
)
from services.gateway.domain.portal.answers.verdicts import AnswerWords, Session
from services.gateway.domain.shared_databases import DatabaseSilent
from services.gateway.settings import Settings

DONE = {"error_code": 0, "message": "Thành công"}
OVER = "Phiên làm việc đã hết hạn"


def words() -> AnswerWords:
    """Return the words of an installation that sets none."""
    fields = Settings.model_fields
    told = {name: fields[f"portal_{name}_words"].default for name in ("session", "doubt", "busy")}
    return AnswerWords.of(**told)


WORDS = words()


@pytest.mark.parametrize(
    "told",
    [
        b'\xef\xbb\xbf{"error_code":"0","message":"ok"}',
        b'"{\\"error_code\\":0,\\"message\\":\\"ok\\"}"',
        b'[{"error_code":0,"message":"ok"}]',
        b'{"ERROR_CODE":"+0","Message":"ok"}',
        b'{"errorCode":0.0,"message":"ok"}',
        b'{"error_code":0,"message":"ok","result":"[]"}',
    ],
)
def test_one_answer_in_many_dresses(told: bytes) -> None:
    answer = read_answer(decoded(told))
    assert (answer.code, answer.message, answer.is_success) == (0, "ok", True)


@pytest.mark.parametrize("dress", ["{}", '[NaN,"\\u0001",{}]', '["\\u0001",{}]'])
def test_an_answer_of_more_levels_than_any_has_is_none(dress: str) -> None:
    with pytest.raises(PortalSilent, match=r"quá sâu|không phải JSON"):
        decoded(dress.replace("{}", "[" * 900 + "]" * 900).encode())
    assert decoded(b"[" * 60 + b"]" * 60)
    assert [decoded(told) for told in (b"0", b"null", b'"x"')] == [0, None, "x"]


@pytest.mark.parametrize(
    "deep", ["[" * 900 + "]" * 900, {"result": "[" * 900 + "]" * 900}], ids=["text", "within"]
)
def test_an_answer_of_the_paper_store_of_so_many_levels_is_silence(deep: Any) -> None:
    with pytest.raises(DatabaseSilent, match="quá sâu"):
        good(deep, re.compile("session"))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (b'{"error_code":0,"message":"cut \\ud83d"}', "cut ?"),
        (b'{"error_code":0,"message":"two\nlines"}', "two lines"),
        (b'{"error_code":0,"message":"a","x":NaN}', "a"),
        ('{"error_code":0,"message":"Thành công"}'.encode("utf-16"), "Thành công"),
        ('{"error_code":0,"message":"\\ud83d\\ude00 \\ude00\\ud83d"}', "😀 ??"),
    ],
    ids=str,
)
def test_one_broken_letter_makes_no_whole_answer_unreadable(told: bytes | str, message: str) -> None:
    assert read_answer(decoded(told)).message == message


@pytest.mark.parametrize("told", [b"<html>", b"", b"{}", b'{"error_code":null}', b"[1]", b'"x"', b"[{},{}]"])
def test_what_is_no_answer_is_none_in_no_dress(told: bytes) -> None:
    with pytest.raises(PortalSilent):
        read_answer(decoded(told))


@pytest.mark.parametrize(
    ("code", "message", "session"),
    [
        (-2, OVER, Session.ENDED),
        (-2, unicodedata.normalize("NFD", OVER), Session.ENDED),
        (-2, "Phien lam viec da het han", Session.ENDED),
        (0, OVER, Session.ENDED),
        (-1, "Invalid session", Session.ENDED),
        (401, "", Session.ENDED),
        (403, "Forbidden", Session.ENDED),
        (-1, "Vui lòng đăng nhập lại", Session.DOUBTED),
        (-1, "Invalid token", Session.DOUBTED),
        (-1, "Chưa xác thực người dùng", Session.DOUBTED),
        (-1, "Access denied", Session.DOUBTED),
        (0, "Cập nhật phiên làm việc thành công", Session.GOOD),
        (0, "Đã lưu phiên bản 2", Session.GOOD),
        (-1, "Phiên bản biểu mẫu không đúng", Session.GOOD),
        (-1, "Thiếu trường MaHoSo", Session.GOOD),
    ],
)
def test_what_is_said_of_the_session(code: int, message: str, session: Session) -> None:
    assert WORDS.session_of(PortalAnswer(code, message)) is session


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-1, "Hệ thống đang bận, vui lòng thử lại sau"),
        (99, "He thong dang bao tri"),
        (-1, "ORA-12541: TNS:no listener"),
        (429, "Too many requests"),
        (503, ""),
        (-1, "Connection timed out"),
        (-1, "Read time-out"),
    ],
)
def test_a_bad_moment_of_the_portals_is_nothing_of_the_dossiers(code: int, message: str) -> None:
    with pytest.raises(PortalSilent):
        WORDS.judged(PortalAnswer(code, message))


@pytest.mark.parametrize(
    ("code", "message"),
    [(0, "Hệ thống đang bảo trì lúc 23h"), (-1, "Sai mã TTHC"), (-1, "Vui lòng kiểm tra và thử lại")],
)
def test_a_refusal_is_one(code: int, message: str) -> None:
    answer = PortalAnswer(code, message)
    assert WORDS.judged(answer) is answer


@pytest.mark.parametrize(
    ("message", "is_success"),
    [
        ("Thêm mới hồ sơ thất bại", False),
        ("Cập nhật không thành công", False),
        ("Có lỗi xảy ra", False),
        ("Mã thủ tục không hợp lệ", False),
        ("Hồ sơ đã tồn tại, cập nhật thành công", True),
        ("Thành công, 0 lỗi", True),
        ("", True),
        ("OK", True),
    ],
)
def test_nought_is_success_unless_words_deny_it(message: str, is_success: bool) -> None:
    assert read_answer({"error_code": 0, "message": message}).is_success is is_success


@pytest.mark.parametrize(
    "result",
    [
        [{"MaHoSo": "X", "error_code": -1, "message": "Sai MaTTHC"}],
        {"error_code": "-1", "message": "Sai MaTTHC"},
        json.dumps([{"ERROR_CODE": -1, "message": "Sai MaTTHC"}]),
        [{"MaHoSo": "X", "errorCode": -1, "message": "Sai MaTTHC"}],
        [{"MaHoSo": "X", "ErrorCode": "-1", "Message": "Sai MaTTHC"}],
        {"data": [{"error_code": -1, "message": "Sai MaTTHC"}]},
        {"data": json.dumps([{"error_code": -1, "message": "Sai MaTTHC"}])},
    ],
)
def test_what_is_said_of_the_dossier_itself_counts(result: object) -> None:
    answer = read_answer({**DONE, "result": result}).of_one()
    assert (answer.code, answer.message) == (-1, "Sai MaTTHC")


AGAINST: tuple[dict[str, Any], ...] = (
    {"result": {"SoHoSoThanhCong": 0, "DanhSachLoi": [{"MaHoSo": "X", "LyDo": "Mã thủ tục không tồn tại"}]}},
    {"result": {"success": [], "failed": ["X"]}},
    {"result": {"failList": [{"MaHoSo": "X", "reason": "MaTTHC không hợp lệ"}]}},
    {"result": [{"MaHoSo": "X", "KetQua": "Thất bại", "LyDo": "MaTTHC không hợp lệ"}]},
    {"result": [{"MaHoSo": "X", "TrangThai": "LOI", "MoTa": "MaTTHC không hợp lệ"}]},
    {"result": [{"MaHoSo": "X", "MoTaLoi": "Thủ tục không tồn tại"}]},
    {"result": [{"MaHoSo": "X", "errors": ["MaTTHC invalid"]}]},
    {"result": [{"MaHoSo": "X", "err_code": "E01"}]},
    {"result": [{"MaHoSo": "X", "isError": True}]},
    {"result": [{"MaHoSo": "X", "code": -1, "message": "Sai MaTTHC"}]},
    {"result": [{"MaHoSo": "X", "status": "FAILED", "message": "Sai MaTTHC"}]},
    {"result": [{"MaHoSo": "X", "success": False, "message": "Sai MaTTHC"}]},
    {"result": "Hồ sơ X: MaTTHC không hợp lệ"},
    {"result": ["Hồ sơ X: MaTTHC không hợp lệ"]},
    {"errors": [{"field": "MaTTHC", "message": "không tồn tại"}]},
    {"message": "", "thongBao": "Mã TTHC không tồn tại"},
    {"message": None, "MoTaLoi": "Mã TTHC không tồn tại"},
    {"success": False},
    {"status": False},
    {"status": "ERROR"},
    {"isSuccess": "false", "message": ""},
    {"MaLoi": "01"},
)
NOT_AGAINST: tuple[dict[str, Any], ...] = (
    {"result": {"SoHoSoThanhCong": 1, "SoHoSoLoi": 0, "DanhSachLoi": []}},
    {"result": {"success": 1, "failed": []}},
    {"result": [{"MaHoSo": "X", "KetQua": "Thành công", "LyDo": ""}]},
    {"result": [{"MaHoSo": "X", "MaTrangThai": "4", "TrangThaiHoSo": "Đang xử lý", "MoTaLoi": None}]},
    {"result": True},
    {"result": {"id": 12, "MaHoSo": "X", "TenTTHC": "Cấp giấy", "NgayTiepNhan": "20260303081500"}},
    {"errors": [], "error": None, "err_code": "00", "isError": False, "hasError": "false"},
    {"error": {"code": 0, "message": "Success"}, "MoTaLoi": "Không có lỗi", "MaLoi": "00"},
    {"status": 200, "success": True, "code": "0", "description": "OK"},
    {"status": "success", "thanhCong": "1"},
)
SENT = {"MaHoSo": "X", "MaTTHC": "1.004873", "TenTTHC": "Cấp giấy", "TrangThaiHoSo": "4"}

PERHAPS_AGAINST: tuple[dict[str, Any], ...] = (
    {"result": False},
    {"result": -1},
    {"result": "ERR"},
    {"result": {"rejected": ["H99-1"]}},
    {"result": {"DanhSachTuChoi": [{"MaHoSo": "X"}]}},
    {"result": {"DanhSachKhongTonTai": ["H99-1"]}},
    {"result": {"affectedRows": 0}},
    {"result": {"SoHoSoCapNhat": 0}},
    {"result": {"updated": 0}},
    {"result": {"skipped": 1}},
    {"result": {"saved": False}},
    {"result": [{"KetQua": "0"}]},
    {"result": {"state": "FAILED"}},
    {"result": {"a": {"b": {"c": {"d": {"error": "MaTTHC"}}}}}},
    {"result": [{"MaHoSo": "X", "NOIDUNGTRALOI": "Không được", "LoiNhan": "Chào"}]},
    {"result": [{"MaHoSo": "X", "code": 1, "message": ""}]},
    {"ok": False},
    {"violations": [{"field": "MaTTHC"}]},
    {"Fault": {"code": "soap:Server", "Reason": "x"}},
    {"status": "PENDING"},
    {"responseCode": "1"},
)


@pytest.mark.parametrize("told", PERHAPS_AGAINST, ids=str)
async def test_what_nobody_knows_beside_success_is_asked_after(told: Any) -> None:
    whole = {**DONE, **told}
    direct, _ = a_portal(whole)
    for portal in (direct, a_gateway({**DONE, "message": json.dumps(whole)})):
        answer = await portal.sync_dossier({}, is_updating=False)
        assert answer.is_doubtful


@pytest.mark.parametrize("told", AGAINST, ids=str)
async def test_what_stands_beside_success_counts_by_either_road_and_in_every_writing(told: Any) -> None:
    whole = {**DONE, **told}
    direct, _ = a_portal(whole)
    for portal in (direct, a_gateway(whole), a_gateway({**DONE, "message": json.dumps(whole)})):
        for answer in (
            await portal.sync_dossier({}, is_updating=False),
            await portal.add_progress([{}]),
            await portal.tell_status({}),
            await portal.write("DongBoDanhGia", [{}]),
        ):
            assert not answer.is_success
            assert not answer.is_done_there


@pytest.mark.parametrize("told", NOT_AGAINST, ids=str)
async def test_what_tells_of_no_fault_is_success_at_once(told: Any) -> None:
    whole = {**DONE, **told}
    direct, _ = a_portal(whole)
    for portal in (direct, a_gateway({**DONE, "message": json.dumps(whole)})):
        answer = await portal.sync_dossier(SENT, is_updating=False)
        assert (answer.is_success, answer.is_doubtful) == (True, False)


async def test_what_a_gateway_says_beside_the_portals_answer_counts_too() -> None:
    portal = a_gateway({"error_code": 0, "message": json.dumps(DONE), "MoTaLoi": "Không gửi được"})
    answer = await portal.sync_dossier({}, is_updating=False)
    assert (answer.is_success, answer.is_doubtful, answer.message) == (False, True, "Không gửi được")


async def test_a_bad_moment_told_beside_success_is_one() -> None:
    portal, _ = a_portal({**DONE, "error": "Hệ thống đang bận, vui lòng thử lại sau"})
    with pytest.raises(PortalSilent):
        await portal.sync_dossier({}, is_updating=False)


FINE = (
    [{"MaHoSo": "X", "MaDonVi": "H99.201", "status": 4, "message": "Thành công"}],
    [{"MaHoSo": "X", "code": 200, "success": True}],
    {"data": [{"errorCode": "00", "status": "OK"}]},
)


def test_a_line_that_denies_in_words_only_is_asked_after() -> None:
    answer = read_answer({**DONE, "result": [{"MaHoSo": "X", "message": "MaTTHC không hợp lệ"}]}).of_one()
    assert (answer.is_doubtful, answer.is_success) == (True, False)


@pytest.mark.parametrize(
    "result", [None, [], "", [{"MaHoSo": "X", "error_code": 0}], [{"MaHoSo": "X"}], *FINE]
)
def test_a_result_without_a_fault_is_believed_unasked(result: object) -> None:
    answer = read_answer({**DONE, "result": result})
    assert not answer.of_one([{"MaHoSo": "X", "TrangThai": "4"}]).is_doubtful


class Exchange:
    """A portal that gives each session the next of these answers, and counts logins."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.logins = 0
        self.calls: list[str] = []
        self.logs_in_with: Any = None

    async def post(self, url: str, body: Any, **_: Any) -> Any:
        if url.endswith("/login"):
            self.logins += 1
            return self.logs_in_with or {"error_code": 0, "message": "", "SESSION": f"s{self.logins}"}
        self.calls.append(body["session"] if isinstance(body, dict) and "session" in body else "")
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, Exception):
            raise told
        return told


def a_portal(*answers: Any) -> tuple[DirectPortal, Exchange]:
    exchange = Exchange(*answers)
    account = DirectAccount(
        url="http://cong",
        prefix="",
        dstcode="",
        username="u",
        password="p",
        agency="H99",
        login_path="/login",
        call_path="/g",
        session_lifetime=timedelta(minutes=10),
        words=WORDS,
    )
    return DirectPortal(exchange, account, FixedClock()), exchange  # type: ignore[arg-type]


def a_gateway(answer: Any) -> GatewayPortal:
    return GatewayPortal(Exchange(answer), GatewayAddresses(root="http://cong", agency="H99", words=WORDS))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ended",
    [
        {"error_code": -1, "message": "Vui lòng đăng nhập lại"},
        {"error_code": 401, "message": None},
        {"error_code": 0, "message": OVER},
        {"error_code": 0, "message": "Bạn chưa đăng nhập"},
        {"error_code": 0, "message": "Token không tồn tại hoặc đã hết hạn"},
        {"error_code": -1, "message": "JWT expired"},
        PortalShut("HTTP 302"),
    ],
)
async def test_a_session_that_ended_is_made_anew_and_the_call_repeated(ended: Any) -> None:
    portal, exchange = a_portal(ended, DONE)
    assert (await portal.sync_dossier({}, is_updating=False)).is_success
    assert (exchange.logins, exchange.calls) == (2, ["s1", "s2"])


async def test_what_a_new_session_is_told_too_is_of_the_message() -> None:
    portal, exchange = a_portal({"error_code": -1, "message": "Công dân chưa được xác thực"})
    answer = await portal.sync_dossier({}, is_updating=False)
    assert (answer.code, exchange.logins) == (-1, 2)


async def test_what_may_have_been_done_is_not_repeated_at_once_and_the_next_call_signs_in_anew() -> None:
    portal, exchange = a_portal({"error_code": 0, "message": "Mã xác thực: chờ"}, DONE)
    answer = await portal.sync_dossier({}, is_updating=False)
    assert (answer.is_success, answer.is_doubtful, exchange.calls) == (False, True, ["s1"])
    await portal.look_up("X")
    assert exchange.calls == ["s1", "s2"]


async def test_a_session_that_is_never_good_is_the_portals_trouble() -> None:
    portal, _ = a_portal({"error_code": -2, "message": OVER})
    with pytest.raises(PortalUnreached):
        await portal.sync_dossier({}, is_updating=False)


async def test_a_page_may_be_anything_and_the_session_is_not_tried_again() -> None:
    """What was sent may have arrived: it is not repeated now."""
    portal, exchange = a_portal({"x": 1}, DONE)
    with pytest.raises(PortalSilent):
        await portal.sync_dossier({}, is_updating=False)
    assert exchange.calls == ["s1"]
    await portal.sync_dossier({}, is_updating=False)
    assert exchange.calls == ["s1", "s2"]


async def test_a_busy_portal_is_silent() -> None:
    portal, exchange = a_portal({"error_code": -1, "message": "Hệ thống đang bận"})
    with pytest.raises(PortalSilent):
        await portal.tell_status({})
    assert exchange.logins == 1


@pytest.mark.parametrize(
    "told",
    [
        {"error_code": 0, "result": {"session": "s-9"}},
        {"error_code": 0, "data": [{"Session": "s-9"}]},
        {"errorCode": "00", "session": "s-9"},
        {"error_code": 0, "session": 9},
    ],
    ids=str,
)
async def test_a_session_is_found_where_the_sister_service_has_it(told: Any) -> None:
    portal, exchange = a_portal(DONE)
    exchange.logs_in_with = told
    assert (await portal.sync_dossier({}, is_updating=False)).is_success
    assert exchange.calls[-1] in {"s-9", "9"}
