"""Pure parts of what is exchanged besides dossiers: likeness, questions, shares, quota."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from kernel.testing.fixed_clock import FixedClock
from services.gateway.domain.portal.exchange.questions import (
    GivenAnswer,
    Origin,
    Question,
    answer_message,
    own_message,
    read_questions,
)
from services.gateway.domain.portal.exchange.satisfaction import (
    MonthOfAnswers,
    large_enough,
    month_before,
    summary_message,
)
from services.gateway.domain.portal.telling.codes import (
    Candidate,
    CodeKind,
    PortalCode,
    candidates,
    read_listing,
)
from services.gateway.domain.portal.telling.quota import UNLIMITED, Quota, Window
from services.gateway.domain.portal.wire.lists import NoLines
from services.gateway.use_cases.portal.telling.pace import Pace, PortalClosed

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=VIETNAM)


def test_a_list_is_read_by_code_whatever_stands_beside_it():
    listed = [
        {"MATTHC": "1.000001", "TENTTHC": " Tên một ", "MACOQUANCONGBO": "G15", "ID": 7},
        {"MATTHC": "", "TENTTHC": "không mã"},
        "không phải dòng",
        {"MATTHC": "1.000001", "TENTTHC": "Tên mới", "MACOQUANCONGBO": None},
        {"MATTHC": 2, "TENTTHC": "số"},
    ]
    found = [PortalCode("1.000001", "Tên mới", ""), PortalCode("2", "số", "")]
    assert read_listing(CodeKind.PROCEDURE, listed) == (found, 2)
    for nothing in (None, {}, []):
        assert read_listing(CodeKind.AGENCY, nothing) == ([], 0)
    with pytest.raises(NoLines):
        read_listing(CodeKind.AGENCY, "lỗi")


def test_names_of_the_same_words_are_wholly_alike_and_others_by_their_words():
    codes = [
        PortalCode("2", "Đăng ký kết hôn có yếu tố nước ngoài"),
        PortalCode("1", "ĐĂNG KÝ KẾT HÔN"),
        PortalCode("3", "Cấp giấy phép xây dựng"),
    ]
    assert candidates("Kết hôn, đăng ký", codes) == [
        Candidate("1", "ĐĂNG KÝ KẾT HÔN", 100),
        Candidate("2", "Đăng ký kết hôn có yếu tố nước ngoài", 66),
    ]
    assert candidates("", codes) == []


@given(st.text(min_size=1), st.lists(st.text(), max_size=8))
def test_likeness_is_between_its_bounds_and_best_comes_first(name: str, names: list[str]):
    found = candidates(name, [PortalCode(str(n), one) for n, one in enumerate(names)])
    assert all(40 <= one.likeness <= 100 for one in found)
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_questions_without_a_number_or_marked_to_be_skipped_are_left_out():
    lines = [
        {"HOIDAPID": 5, "NOIDUNG": "Nộp ở đâu?", "MADONVI": "000.00.00.H99", "MATTHCDP": "1.004873"},
        {"HOIDAPID": 0, "NOIDUNG": "x"},
        {"HOIDAPID": "-3", "NOIDUNG": "x"},
        {"HOIDAPID": "abc"},
        {"HOIDAPID": 6, "TRANGTHAI": 0, "NOIDUNG": "x"},
        {
            "HOIDAPID": "7",
            "TRANGTHAI": "1",
            "MALINHVUC": "G15",
            "NOIDUNG": "x",
            "NOIDUNGTRALOI": "đã trả lời",
        },
        None,
    ]
    lines += [
        {"HOIDAPID": 8.0, "NOIDUNG": "x"},
        {"HOIDAPID": "9.0", "TRANGTHAI": 1.0, "NOIDUNG": "x"},
        {"HOIDAPID": "9" * 20},
    ]
    questions, unread = read_questions(lines)
    found = {one.number: one for one in questions}
    assert (set(found), unread) == ({5, 7, 8, 9}, 2)
    assert (found[5].subject, found[7].subject, found[7].answer) == ("1.004873", "G15", "đã trả lời")


def test_nothing_a_question_says_is_lost():
    """More lines of a number, files and long texts are kept or said to be cut; no words are no question."""
    lines = [
        {"HOIDAPID": 5, "NOIDUNG": "Câu hỏi đầu", "TEPDINHKEM": [{"TEN": "anh.jpg"}]},
        {"HOIDAPID": 5, "NOIDUNG": "Hỏi thêm", "NOIDUNGTRALOI": "đã trả lời"},
        {"HOIDAPID": 6, "NOIDUNG": "a" * 25_000},
        {"HOIDAPID": 7, "NOIDUNG": {"#text": ""}},
        {"HOIDAPID": 8},
    ]
    (five, six), unread = read_questions(lines)
    assert (five.number, five.answer, unread) == (5, "đã trả lời", 2)
    assert five.text.startswith("Câu hỏi đầu")
    assert "anh.jpg" in five.text
    assert "Hỏi thêm" in five.text
    assert (len(six.text), "còn nữa" in six.text) == (20_000, True)


def test_an_answer_and_an_own_question_are_spelled_as_the_contract_has_them():
    question = Question(
        origin=Origin.AGENCY,
        number=12,
        agency="H99.201",
        agency_name="UBND phường Bến Lam",
        subject="G15-TP07",
        text="Lệ phí bao nhiêu?",
        asker={},
    )
    given_ = GivenAnswer(
        "Bùi Thị Lan", "Công chức", datetime(2026, 3, 2, 23, 30, tzinfo=VIETNAM), "Không thu"
    )
    assert answer_message(question, given_) == {
        "HOIDAPID": "12",
        "MADONVI": "H99.201",
        "NGUOITRALOI": "Bùi Thị Lan",
        "CHUCVUNGUOITRALOI": "Công chức",
        "NGAYTRALOI": "02/03/2026",
        "NOIDUNGTRALOI": "Không thu",
    }
    assert own_message(question, given_) == {
        "HOIDAPID": "12",
        "MaLinhVuc": "G15-TP07",
        "NOIDUNG": "Lệ phí bao nhiêu?",
        "MADONVI": "H99.201",
        "TENDONVI": "UBND phường Bến Lam",
        "TRALOIID": "12",
        "NOIDUNGTRALOI": "Không thu",
    }
    assert "NOIDUNGTRALOI" not in own_message(question, None)


def a_month(counts: dict[int, int], **changed: object) -> MonthOfAnswers:
    values: dict[str, object] = {
        "month": date(2026, 2, 1),
        "agency": "H99.201",
        "agency_name": "UBND phường Bến Lam",
        "procedure": "1.004873",
        "question": "TIME@dossier-rating.v1",
        "text": "Thời gian?",
        "counts": counts,
        **changed,
    }
    return MonthOfAnswers(**values)  # type: ignore[arg-type]


SHARES = ("PhanTramDanhGiaRatHaiLong", "PhanTramDanhGiaHaiLong", "PhanTramDanhGiaChuaHaiLong")


@given(st.dictionaries(st.integers(1, 5), st.integers(0, 500), min_size=1))
def test_the_three_shares_add_up_to_a_hundred_and_none_is_off_by_more_than_one(counts: dict[int, int]):
    total = sum(counts.values())
    message = summary_message(a_month(counts))
    shares = [int(message[name].rstrip("%")) for name in SHARES]
    assert sum(shares) == (100 if total else 0)
    exact = (counts.get(5, 0), counts.get(4, 0), total - counts.get(5, 0) - counts.get(4, 0))
    assert all(abs(share - 100 * one / (total or 1)) < 1 for share, one in zip(shares, exact, strict=True))


def test_a_month_is_told_in_the_words_of_section_15():
    message = summary_message(a_month({5: 2, 3: 1}))
    assert (message["NgayTongHop"], message["TongSoNguoiDanhGia"]) == ("2-2026", 3)
    assert [message[name] for name in SHARES] == ["67%", "0%", "33%"]
    assert message["PhanTramDanhGiaDichVuHaiLong"] == ""
    service = summary_message(a_month({5: 1}, is_about_the_service=True))
    assert (service["PhanTramDanhGiaDichVuRatHaiLong"], service[SHARES[0]]) == ("100%", "")


def test_too_few_answers_go_into_their_agencys_sum_and_too_small_a_sum_stays_here():
    rows = [
        a_month({5: 7}),
        a_month({5: 2}, procedure="1.000002"),
        a_month({1: 3}, procedure="1.000003"),
        a_month({5: 4}, procedure="1.000002", question="ATTITUDE@dossier-rating.v1"),
        a_month({5: 4}, agency="H99.202"),
    ]
    told = large_enough(rows, 5)
    assert [(one.procedure, dict(one.counts)) for one in told] == [("1.004873", {5: 7}), ("", {5: 2, 1: 3})]


@pytest.mark.parametrize(
    ("day", "first"),
    [("2026-01-31", "2025-12-01"), ("2026-03-01", "2026-02-01"), ("2026-12-31", "2026-11-01")],
)
def test_the_month_before(day: str, first: str):
    assert month_before(date.fromisoformat(day)) == date.fromisoformat(first)


def test_a_window_past_midnight_holds_both_sides_and_the_first_that_holds_counts():
    quota = Quota(
        2, [Window(time(23), time(5), 50), Window(time(2), time(3), 0), Window(time(12), time(13), 0)]
    )
    paces = {hour: quota.pace(NOON.replace(hour=hour)) for hour in (2, 4, 5, 12, 13, 23)}
    assert paces == {2: 50, 4: 50, 5: 2, 12: 0, 13: 2, 23: 50}
    assert Quota().pace(NOON) == UNLIMITED


@dataclass
class OneRow:
    """Turns as the database gives them out: one row for whoever asks."""

    passed: list[float]
    free_at: float = 0.0
    asked: int = 0

    async def take(self, count: int, per_second: float) -> float:
        self.asked += 1
        begins = max(self.free_at, self.passed[0])
        self.free_at = begins + count / per_second
        return begins - self.passed[0]


@dataclass
class Callers:
    """Processes under one quota, and a clock that goes on when one of them waits."""

    quota: Quota
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    passed: list[float] = field(default_factory=lambda: [0.0])

    def __post_init__(self) -> None:
        self.row = OneRow(self.passed)

    def process(self) -> Pace:
        return Pace(self.quota, self.clock, self.row, lambda: self.passed[0], self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.passed[0] += seconds
        self.clock.advance(timedelta(seconds=seconds))


async def test_turns_are_spaced_evenly_and_a_closed_portal_is_not_called():
    callers = Callers(Quota(10, [Window(time(13), time(14), 0)]))
    pace = callers.process()
    at = []
    for _ in range(5):
        await pace.turn()
        at.append(round(callers.passed[0], 3))
    assert at == [0, 0.1, 0.2, 0.3, 0.4]
    callers.passed[0] = 5.0
    await pace.turn()
    await pace.turn()
    assert round(callers.passed[0], 3) == 5.1, "turns nobody used are no burst later"
    callers.clock.advance(timedelta(hours=1))
    with pytest.raises(PortalClosed):
        await pace.turn()
    assert not pace.is_open


async def test_a_turn_that_comes_when_the_portal_has_closed_is_none():
    callers = Callers(Quota(0.1, [Window(time(12, 0, 5), time(13), 0)]))
    pace = callers.process()
    await pace.turn()
    with pytest.raises(PortalClosed):
        await pace.turn()


async def test_two_processes_have_the_quota_of_one():
    callers = Callers(Quota(20))
    one, other = callers.process(), callers.process()
    for process in [one] * 5 + [other] * 5 + [one] * 5 + [other] * 85:
        await process.turn()
    assert callers.passed[0] >= 99 / 20 - 0.001
    assert callers.row.asked == 100 / 5


async def test_no_quota_asks_nobody():
    callers = Callers(Quota())
    await callers.process().turn()
    assert callers.row.asked == 0
