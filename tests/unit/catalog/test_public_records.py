"""Durations, fees and whole records of the national catalogue, with the dirt they come in."""

import unicodedata
from typing import Any

import pytest

from services.catalog.domain.durations import office_hours_of, parse_duration
from services.catalog.domain.fees import parse_fees
from services.catalog.domain.public_record import read_public_record, sector_code
from services.catalog.domain.reading import Reader
from tests.builders.catalog import a_public_record


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("7 Ngày làm việc", 7, "WORKING_DAY"),
        ("30 Ngày", 30, "CALENDAR_DAY"),
        ("4 Giờ", 4, "WORKING_HOUR"),
        ("2 Tháng", 2, "MONTH"),
        ("0.5 Ngày làm việc", 0.5, "WORKING_DAY"),
        ("120,00", 120, "UNKNOWN"),
        ("7", 7, "UNKNOWN"),
        ("3-5", 5, "UNKNOWN"),
    ],
)
def test_durations_are_read_and_never_guessed(text: str, value: float, unit: str | None) -> None:
    """A bare number keeps no unit; of a range the longer end counts."""
    assert parse_duration(text) == {"value": value, "unit": unit}


@pytest.mark.parametrize(
    "text", [None, "", "Không quy định", "Chậm nhất là ngay trước khi tàu rời cảng", "5 con tàu"]
)
def test_a_duration_in_words_is_no_number(text: str | None) -> None:
    """The text stays beside it."""
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "amount", "free", "doubtful"),
    [
        ("Miễn phí", 0, True, False),
        ("Miễn phí(Không có)", 0, True, False),
        ("Miễn phí(Theo quy định của Hội đồng nhân dân cấp tỉnh.)", None, False, True),
        ("Phí : 50000 Đồng", 50_000, False, False),
        ("100,000 Việt Nam Đồng", 100_000, False, False),
        ("1.500.000 VNĐ(đồng/lần)", 1_500_000, False, False),
        ("135 VNĐ", None, False, True),
        ("150000.00 Đồng", 150_000, False, False),
        ("1.000.000,00 VND", 1_000_000, False, False),
        ("150.000,50 VNĐ", None, False, True),
        ("1.0000 Đồng", None, False, True),
        ("150.000", 150_000, False, False),
        ("Lệ phí: 30.000đ", 30_000, False, False),
        ("135", None, False, True),
        ("Miễn lệ phí", 0, True, False),
        ("Không thu phí", 0, True, False),
        ("Phí : Không Đồng", 0, True, False),
        ("0 VNĐ(Căn cứ pháp lý: Thông tư 172/2010/TT-BTC)", 0, False, True),
        ("25 USD(25USD/giấy)", None, False, True),
        ("Theo quy định", None, False, True),
    ],
)
def test_fees_say_what_is_known(text: str, amount: int | None, free: bool, doubtful: bool) -> None:
    """A bracket that names a regulation is not free, an amount in thousands is not trusted."""
    [fee] = parse_fees(text)
    assert (fee["amount"], fee["free"], fee["doubtful"]) == (amount, free, doubtful)


def test_several_lines_are_several_fees() -> None:
    """A charge is a charge, and the same line twice is once."""
    fees = parse_fees("Phí : 50000 Đồng\nLệ phí : 20.000 Đồng (một lần)\nPhí : 50000 Đồng")
    assert [(fee["kind"], fee["amount"], fee["note"]) for fee in fees] == [
        ("FEE", 50_000, None),
        ("CHARGE", 20_000, "một lần"),
    ]


@pytest.mark.parametrize("text", [None, "", "Không có thông tin"])
def test_no_information_is_no_fee(text: str | None) -> None:
    """Not free: unknown."""
    assert parse_fees(text) == []


def read(**more: Any) -> Reader:
    """Read a record bent by the test."""
    reader = Reader(a_public_record(**more))
    read_public_record(reader)
    return reader


def test_a_record_is_normalised() -> None:
    """Text in one Unicode form, null lists empty, nothing said is null."""
    reader = read(
        name=unicodedata.normalize("NFD", "Đăng  ký\u00a0thường trú (1.000005)"),
        levels=["Cấp bộ", "Cấp xã", "Cơ quan khác"],
        target_audience=["Công dân Việt Nam", "Doanh nghiệp", "Doanh nghiệp Việt Nam", "Tổ chức nước ngoài"],
        results=[{"name": "Giấy", "code": "bsjhbfkjb"}, {"name": "Sổ", "code": "KQ.G01.000123"}],
    )
    assert reader.reasons == []
    data = reader.data
    assert data["name"] == "Đăng ký thường trú"
    assert data["levels"] == ["MINISTRY", "COMMUNE", "OTHER"]
    assert data["applicant_types"] == ["CITIZEN", "BUSINESS", "ORGANISATION"]
    assert (data["components"], data["legal_bases"], data["requirements"]) == ([], [], None)
    assert [result["code"] for result in data["results"]] == ["kq-1", "KQ.G01.000123"]
    assert data["channels"][0]["processing_time"] == {"value": 7, "unit": "WORKING_DAY"}


@pytest.mark.parametrize(
    "more", [{"code": "x"}, {"code": None}, {"name": None}, {"name": ""}, {"channels": "y"}, {"levels": 3}]
)
def test_a_record_without_code_or_name_is_refused(more: dict[str, Any]) -> None:
    """With a reason; never an exception."""
    assert read(**more).reasons


def test_sectors_of_a_name_have_one_code() -> None:
    """However the name is written."""
    assert sector_code("Hàng hải và đường thủy nội địa") == sector_code(
        unicodedata.normalize("NFD", "HÀNG HẢI và đường thủy nội địa")
    )
    assert sector_code("Hải quan") == "hai-quan"
    assert sector_code("!!!") == "khac"


@pytest.mark.parametrize(
    ("time", "hours"),
    [
        ({"value": 2, "unit": "WORKING_HOUR"}, 2),
        ({"value": 2, "unit": "WORKING_DAY"}, 16),
        ({"value": 7, "unit": "CALENDAR_DAY"}, 40),
        ({"value": 1, "unit": "MONTH"}, 120),
        ({"value": 1, "unit": "SAME_DAY", "cutoff": "15:00"}, 2.5),
    ],
)
def test_a_published_time_leaves_office_hours(time: dict[str, Any], hours: float) -> None:
    """Counted at its tightest, so that a process that fits always fits."""
    assert office_hours_of(time, 17.5) == pytest.approx(hours)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//x.vn", "data:text/html,x", "https://a b"])
def test_an_address_is_one_of_the_web(address: str) -> None:
    """Front ends make a link of it; the original stays in what was found."""
    assert read(portal_url=address).data["portal_url"] is None
    assert read(portal_url="https://dichvucong.gov.vn/p?ma=1").data["portal_url"] is not None


def test_a_law_is_issued_on_a_day_there_is() -> None:
    """A day no calendar has is none."""
    data = read(
        legal_bases=[{"number": "1/2020/QH14", "date": one} for one in ("2020-02-30", "2020-02-29")]
    ).data
    assert [law["issued_on"] for law in data["legal_bases"]] == [None, "2020-02-29"]
