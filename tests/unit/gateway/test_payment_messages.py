"""The payment platform's messages: what is signed, in which order, and what is never believed."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.portal.payments import ASK, INIT, REPLY, RESULT, Signing
from services.gateway.domain.portal.payments.messages import (
    PaymentAccount,
    init_message,
    pay_url,
    query_message,
    read_list,
    read_query,
    read_result,
    reply,
)
from services.gateway.domain.portal.wire.lists import NoLines

ACCOUNT = PaymentAccount(
    partner="H99", secret="bi-mat", account_number="3591.0", bank_code="KB", account_name="KB"
)
OTHER_SIDE = Signing("H99", "bi-mat")
CARRIED: dict[str, Any] = {
    "reference": "dvcH9920126030300011a2b",
    "amount": 50_000,
    "asked_at": "2026-03-03T14:05:06+07:00",
    "bill": {
        "amount": 50_000,
        "lines": [
            {"kind": "CHARGE", "code": "LP", "name": "Lệ phí", "amount": 50_000, "notice_number": None},
            {"kind": "OBLIGATION", "code": "", "name": "Trước bạ", "amount": 1, "notice_number": "TB-1"},
        ],
        "dossier_code": "H99.201-260303-0001",
        "procedure": {"code": "1.004873", "name": "Xác nhận"},
        "agency": {"code": "H99.201", "name": "UBND"},
        "payer": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011", "address": ""},
    },
}


def a_result(**changed: Any) -> dict[str, Any]:
    message = {
        "LoaiBanTin": "RESULT",
        "MaLoi": "00",
        "MaDoiTac": "H99",
        "MaThamChieu": CARRIED["reference"],
        "SoTien": "50000",
        "MaTienTe": "VND",
        "MaGiaoDich": "GD1",
        "MaNganHang": "VIETBANK",
        "ThoiGianGD": "20260303140506",
        "ThongTinGiaoDich": "Thanh toan",
        **changed,
    }
    return {**message, "MaXacThuc": OTHER_SIDE.of(message, RESULT)}


def test_an_opening_is_signed_as_the_contract_says() -> None:
    message = init_message(CARRIED, ACCOUNT)
    joined = (
        "INIT|1.0.6|H99|dvcH9920126030300011a2b|50000|PAY|1|1|vi-VN|VND|PAYMENT"
        "|Thanh toan ho so H99.201-260303-0001|20260303140506|127.0.0.1|bi-mat"
    )
    assert message["MaXacThuc"] == hashlib.sha256(joined.encode()).hexdigest()
    assert OTHER_SIDE.fits(message, INIT)
    assert init_message(CARRIED, ACCOUNT) == message
    bill = message["ThongTinBienLai"]
    assert [line["LoaiPhiLePhi"] for line in bill["PhiLePhi"]] == ["2", "1"]
    assert [line["NoiDung"] for line in bill["DSKhoanNop"]] == ["Lệ phí", "Trước bạ (TB-1)"]
    assert (bill["MaDichVu"], bill["SoQD"], bill["TinhNguoiNop"], bill["TKThuHuong"]) == (
        "2",
        "",
        "",
        "3591.0",
    )


def test_a_question_repeats_the_time_of_the_opening() -> None:
    message = query_message(CARRIED, ACCOUNT)
    assert message["ThoiGianGD"] == init_message(CARRIED, ACCOUNT)["ThoiGianGD"]
    assert OTHER_SIDE.fits(message, ASK)
    joined = f"QUERY|1.0.6|H99|{CARRIED['reference']}|20260303140506|bi-mat"
    assert message["MaXacThuc"] == hashlib.sha256(joined.encode()).hexdigest()


def test_a_signed_result_is_read() -> None:
    news = read_result(a_result(), ACCOUNT)
    assert (news.outcome, news.amount, news.transaction, news.refused) == ("PAID", 50_000, "GD1", "")
    assert read_result(a_result(MaLoi="07"), ACCOUNT).outcome == "FAILED"


WRITTEN = [
    ({"SoTien": "150000.00"}, {"SoTien": 150000.00}),
    ({"SoTien": "150000.0"}, {"SoTien": 150000.0}),
    ({"SoTien": "1.5E7"}, {"SoTien": 1.5e7}),
    ({"SoTien": "1.0E7"}, {"SoTien": 10_000_000.0}),
    ({"SoTien": "150000"}, {"SoTien": 150000}),
    ({"MaLoi": "00"}, {"MaLoi": 0}),
    ({"ThongTinGiaoDich": "ho\u0302\u0300 so\u031b"}, {"ThongTinGiaoDich": "hồ sơ"}),
    ({"MaTienTe": "VNĐ"}, {}),
    ({"MaTienTe": "704"}, {"MaTienTe": 704}),
]


@pytest.mark.parametrize(("signed", "parsed"), WRITTEN, ids=str)
def test_a_signature_is_over_what_was_written_not_what_was_parsed(
    signed: dict[str, Any], parsed: dict[str, Any]
) -> None:
    """A good payment that is not believed is never booked: the look-up would refuse it the same way."""
    message = {**a_result(**signed), **parsed}
    assert read_result(message, ACCOUNT).outcome == "PAID", read_result(message, ACCOUNT)
    asked = {**CARRIED, "reference": message["MaThamChieu"]}
    assert read_query({**message, "TrangThaiGD": "1"}, asked, ACCOUNT).outcome == "PAID"


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda told: {name[0].lower() + name[1:]: value for name, value in told.items()},
        lambda told: [told],
        lambda told: {"data": told},
        lambda told: {"error_code": 0, "message": json.dumps(told)},
    ],
)
def test_a_result_is_read_in_other_letters_and_out_of_a_gateways_wrapping(wrapped: Any) -> None:
    told = wrapped(a_result())
    assert read_result(told, ACCOUNT).outcome == "PAID"
    assert reply(told, ACCOUNT)["MaThamChieu"] == a_result()["MaThamChieu"]


def test_a_member_said_in_two_ways_is_believed_in_neither() -> None:
    assert read_result({**a_result(), "soTien": "1"}, ACCOUNT).refused


@given(st.sampled_from(RESULT), st.text(min_size=1, max_size=20))
def test_a_result_changed_in_any_signed_member_is_refused(name: str, value: str) -> None:
    message = a_result()
    changed = {**message, name: value}
    if str(value) != message[name]:
        assert read_result(changed, ACCOUNT).refused


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "x",
        {},
        a_result(MaDoiTac="H98"),
        a_result(LoaiBanTin="INIT"),
        {**a_result(), "MaXacThuc": ""},
        {**a_result(), "MaXacThuc": None},
        a_result(SoTien="5e4"),
        a_result(SoTien="-1"),
        a_result(SoTien="0"),
        a_result(MaTienTe="USD"),
    ],
)
def test_what_is_no_result_of_ours_is_refused(message: Any) -> None:
    assert read_result(message, ACCOUNT).refused
    assert reply(message, ACCOUNT, why="không")["MaLoi"] == "99"


def test_a_reply_is_signed_too() -> None:
    assert OTHER_SIDE.fits(reply(a_result(), ACCOUNT), REPLY)
    assert reply(a_result(), ACCOUNT)["MaLoi"] == "00"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({**a_result(), "TrangThaiGD": "1"}, "PAID"),
        ({**a_result(MaLoi="01"), "TrangThaiGD": "3"}, "PENDING"),
        ({**a_result(MaLoi="99"), "TrangThaiGD": "4"}, "FAILED"),
        ({**a_result(MaLoi="01"), "TrangThaiGD": "1"}, "PENDING"),
        ({"error_code": 0, "message": {**a_result(), "TrangThaiGD": "1"}}, "PAID"),
    ],
)
def test_what_became_of_a_payment(answer: Any, outcome: str) -> None:
    news = read_query(answer, CARRIED, ACCOUNT)
    assert (news.outcome, news.refused) == (outcome, "")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"MaLoi": "06"},
        a_result(MaThamChieu="dvcKhac"),
        {**a_result(), "SoTien": "1", "TrangThaiGD": "1"},
    ],
)
def test_an_answer_about_something_else_or_unsigned_is_refused(answer: Any) -> None:
    assert read_query(answer, CARRIED, ACCOUNT).refused


def test_only_success_with_an_address_opens() -> None:
    assert pay_url({"MaLoi": "00", "UrlThanhToan": "https://a.example"}) == "https://a.example"
    for answer in (
        None,
        {},
        {"MaLoi": "00", "UrlThanhToan": "ftp://a"},
        {"MaLoi": "05", "UrlThanhToan": "https://a"},
    ):
        with pytest.raises(ValueError, match="MaLoi"):
            pay_url(answer)


@pytest.mark.parametrize("code", ["00", "0", 0, "000"])
def test_success_is_noughts_however_many_of_an_opening_a_result_and_a_question_alike(code: Any) -> None:
    assert pay_url({"MaLoi": code, "UrlThanhToan": "https://a"}) == "https://a"
    assert read_result(a_result(MaLoi=code), ACCOUNT).outcome == "PAID"
    assert read_query(a_result(MaLoi=code, TrangThaiGD="1"), CARRIED, ACCOUNT).outcome == "PAID"


@pytest.mark.parametrize(("code", "outcome", "is_refused"), [("05", "FAILED", False), ("", "PENDING", True)])
def test_a_result_that_tells_no_code_is_not_one(code: str, outcome: str, *, is_refused: bool) -> None:
    news = read_result(a_result(MaLoi=code), ACCOUNT)
    assert (news.outcome, bool(news.refused)) == (outcome, is_refused)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("150000", 150_000),
        ("150000.00", 150_000),
        ("150.000", 150_000),
        ("150,000", 150_000),
        ("1.500.000", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("150.5", None),
        ("0.000", None),
        ("1500.000", None),
        ("15 nghìn", None),
    ],
)
def test_a_point_before_three_digits_is_a_thousands_sign(text: str, amount: int | None) -> None:
    news = read_result(a_result(SoTien=text), ACCOUNT)
    assert (news.outcome, news.amount) == (("PAID", amount) if amount else ("PENDING", 0))
    row = {"MaThamChieu": "a", "SoTien": text, "ThoiGianThanhToan": "20260303235959"}
    if amount is None:
        with pytest.raises(NoLines):
            read_list([row])
    else:
        assert read_list([row])[0]["amount"] == amount


@pytest.mark.parametrize(("told", "name"), [("GD1", "GD1"), (12345678, "12345678"), (12345678.0, "12345678")])
def test_a_transaction_is_named_the_same_by_a_result_and_by_the_list(told: object, name: str) -> None:
    row = {"MaThamChieu": "a", "MaGiaoDich": told, "SoTien": "5", "ThoiGianThanhToan": "20260303235959"}
    assert (
        read_result(a_result(MaGiaoDich=told), ACCOUNT).transaction,
        read_list([row])[0]["transaction"],
    ) == (
        name,
        name,
    )


def test_a_list_is_read_whole_or_not_at_all() -> None:
    row = {"MaThamChieu": "a", "MaGiaoDich": "G", "SoTien": "5", "ThoiGianThanhToan": "20260303235959"}
    assert read_list({"MaLoi": "00", "DanhSach": [row]})[0]["paid_at"] == "2026-03-03T23:59:59+07:00"
    for answer in (
        {},
        "",
        {"error_code": 0, "message": "Hệ thống bảo trì"},
        {"MaLoi": "99", "MoTaLoi": "Không có giao dịch", "DanhSach": []},
        {"DanhSach": [{**row, "SoTien": "x"}]},
        {"DanhSach": [{**row, "ThoiGianThanhToan": ""}]},
    ):
        with pytest.raises(NoLines):
            read_list(answer)
    whole = read_list({"DanhSach": [row]})
    for same in (
        [row],
        row,
        {"data": [None, {**row, "SoTien": 5.0}]},
        {"error_code": "0", "message": json.dumps({"DanhSach": [{**row, "SoTien": 5}]})},
        {"DanhSach": json.dumps([row])},
    ):
        assert read_list(same) == whole


@pytest.mark.parametrize(
    "answer",
    [
        {"MaLoi": "00", "DanhSach": []},
        None,
        {"error_code": 0, "message": "Thành công", "result": None},
        {"error_code": 0, "message": "Không có giao dịch"},
        {"error_code": 0, "message": "Không phát sinh giao dịch trong ngày"},
    ],
    ids=str,
)
def test_a_day_without_payments_is_an_empty_list_however_that_is_said(answer: object) -> None:
    assert read_list(answer) == []


def test_a_line_that_says_it_was_not_paid_is_no_money() -> None:
    row = {"MaThamChieu": "a", "MaGiaoDich": "G", "SoTien": "5", "ThoiGianThanhToan": "20260303235959"}
    lines = [{**row, **told} for told in ({"TrangThaiGD": "4"}, {"MaLoi": "01"}, {"TrangThaiGD": "3"})]
    for state in (1, "01", "1.0", 1.0, " 1 ", None, ""):
        assert read_list([*lines, {**row, "TrangThaiGD": state, "MaLoi": "00"}]) == read_list([row]), state


@pytest.mark.parametrize(
    "told",
    [{"TrangThaiGD": "Thành công"}, {"TrangThaiGD": True}, {"TrangThaiGD": "2"}, {"MaLoi": "OK"}],
    ids=str,
)
def test_a_line_nobody_can_tell_the_state_of_is_a_fault_of_the_list(told: dict[str, Any]) -> None:
    """Left out in silence it would be money booked here and missing there."""
    row = {"MaThamChieu": "a", "MaGiaoDich": "G", "SoTien": "5", "ThoiGianThanhToan": "20260303235959"}
    with pytest.raises(NoLines):
        read_list([{**row, **told}])


@pytest.mark.parametrize(
    "at", ["2026-03-03T23:59:59", "03/03/2026 23:59:59", "2026-03-03T16:59:59Z", 20260303235959]
)
def test_a_line_tells_when_it_was_paid_in_every_way_moments_are_written(at: str | int) -> None:
    row = {"MaThamChieu": "a", "MaGiaoDich": "G", "SoTien": "5", "ThoiGianThanhToan": at}
    assert read_list([row])[0]["paid_at"] == "2026-03-03T23:59:59+07:00"


@pytest.mark.parametrize("state", ["01", "1.0", 1, 1.0])
def test_a_payment_found_by_look_up_is_booked_however_its_state_is_written(state: Any) -> None:
    assert read_query({**a_result(), "TrangThaiGD": state}, CARRIED, ACCOUNT).outcome == "PAID"


def test_a_state_nobody_knows_stays_pending_and_says_so() -> None:
    news = read_query({**a_result(), "TrangThaiGD": "PAID"}, CARRIED, ACCOUNT)
    assert (news.outcome, news.refused) == ("PENDING", "trạng thái giao dịch không đọc được")


@pytest.mark.parametrize("amount", ["15000", 15000, 15000.0, 1, "1"])
@pytest.mark.parametrize("is_signed_whole", [False, True])
def test_an_amount_is_believed_as_number_and_as_text(amount: Any, is_signed_whole: bool) -> None:
    told = {**a_result(), "SoTien": amount}
    signed = str(amount).removesuffix(".0") if is_signed_whole else str(amount)
    values = [str({**told, "SoTien": signed}[name]) for name in RESULT]
    told["MaXacThuc"] = hashlib.sha256("|".join([*values, ACCOUNT.secret]).encode()).hexdigest().upper()
    news = read_result(told, ACCOUNT)
    assert (news.refused, news.amount) == ("", int(amount))
    told["SoTien"] = 15001.0
    assert read_result(told, ACCOUNT).refused == "chữ ký không khớp"


def test_nothing_is_signed_for_who_has_no_secret_and_no_joined_values_are_believed() -> None:
    """The reply to an unsigned result was signed over its words, which fitted an answer of a look-up."""
    reference = str(CARRIED["reference"])
    forged = {"MaThamChieu": f"00|H99|{reference}|50000|VND|X|B", "ThoiGianGD": "t|i", "MaLoi": "00"}
    told = reply(forged, ACCOUNT, why="chữ ký không khớp")
    assert (told["MaThamChieu"], told["ThoiGianGD"]) == ("", "")
    joined = {**a_result(MaThamChieu=reference, MaGiaoDich="G|D"), "TrangThaiGD": "1"}
    assert read_query(joined, CARRIED, ACCOUNT).refused
    other = {**a_result(MaThamChieu=reference, MaDoiTac="H98"), "TrangThaiGD": "1"}
    assert read_query(other, CARRIED, ACCOUNT).refused


def test_a_message_of_ours_is_no_answer_though_its_signature_fits() -> None:
    """Whoever stands on the road sees our INIT; its last members joined are one text of a result."""
    opened = init_message(CARRIED, ACCOUNT)
    signed = [str(opened[name]) for name in INIT]
    echo = dict(zip(RESULT, [*signed[:9], "|".join(signed[9:])], strict=True))
    assert OTHER_SIDE.of(echo, RESULT) == opened["MaXacThuc"]
    news = read_query({**echo, "MaXacThuc": opened["MaXacThuc"], "TrangThaiGD": "4"}, CARRIED, ACCOUNT)
    assert (news.outcome, bool(news.refused)) == ("PENDING", True)
    asked = {**a_result(LoaiBanTin="Query"), "TrangThaiGD": "1"}
    assert read_query(asked, CARRIED, ACCOUNT).outcome == "PAID"
