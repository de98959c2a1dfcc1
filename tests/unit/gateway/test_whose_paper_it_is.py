"""Whose a listed paper is and how it stands: what is said of others beside it takes nobody's right."""

from datetime import date
from typing import Any

import pytest

from services.gateway.domain.personal_paper_answers import papers_of
from services.gateway.domain.personal_papers import PaperOfAnother, PaperRevoked, PaperUnread
from services.gateway.settings.databases import DatabasesPart

ME, ANOTHER = "099088000011", "099192000022"
TODAY = date(2026, 3, 3)
_FILES = [{"TenTep": "a.pdf", "DuongDan": "/a"}]


def against(holder: str | None = ME, **more: Any) -> Any:
    """Return what stands against a paper of the store's list."""
    defaults = {name: one.get_default() for name, one in DatabasesPart.model_fields.items()}
    account = DatabasesPart.model_construct(**defaults).papers_account()
    one = {"MaKetQua": "KQ.1", "TenGiayTo": "Giấy", "DanhSachTepDinhKem": _FILES, **more}
    one |= {"MaChuGiayTo": holder} if holder else {}
    (paper,) = papers_of({"errorCode": 0, "result": {"DanhSachGiayToKetQua": [one]}}, account)
    return paper.against(ME, TODAY)


@pytest.mark.parametrize(
    "member",
    [
        "SoDinhDanhNguoiKy",
        "SoDinhDanhMe",
        "SoDinhDanhCha",
        "SoDinhDanhNguoiNop",
        "SoDinhDanhVo",
        "SoDinhDanhChong",
        "MaDinhDanhNguoiDaiDien",
    ],
)
def test_the_number_of_a_named_other_role_claims_no_paper_that_says_whose_it_is(member: str) -> None:
    assert against(**{member: ANOTHER}) is None
    assert isinstance(against(ANOTHER, **{member: ME}), PaperOfAnother)
    assert isinstance(against(None, **{member: ANOTHER}), PaperOfAnother)


@pytest.mark.parametrize("member", ["SoDinhDanh", "SoDinhDanhChuSoHuu", "SoDinhDanhNguoiDuocCap"])
def test_a_number_of_no_other_role_still_says_whose_it_is(member: str) -> None:
    assert isinstance(against(**{member: ANOTHER}), PaperOfAnother)


@pytest.mark.parametrize(
    "more",
    [
        {"TinhTrangHonNhan": "Độc thân"},
        {"TrangThaiSoHoa": "Đã số hóa"},
        {"TrangThaiKySo": "Đã ký"},
        {"ThoiHanLuuTru": "20 năm"},
        {"TrangThai": "1", "TenTrangThai": "Còn hiệu lực"},
        {"MaTrangThai": "1", "TrangThai": "Còn hạn"},
        {"TrangThai": "Đang hiệu lực"},
        {"TrangThai": "Đã cấp"},
        {"TrangThai": "Hợp lệ"},
        {"TrangThai": "Chưa hết hiệu lực"},
    ],
    ids=str,
)
def test_what_is_said_in_good_words_or_of_something_else_stands_against_no_paper(
    more: dict[str, Any],
) -> None:
    assert against(**more) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"TrangThai": "1"}, PaperUnread),
        ({"TrangThai": "1", "TenTrangThai": "Hết hiệu lực"}, PaperRevoked),
        ({"TrangThai": "1", "TenTrangThai": "Chờ duyệt"}, PaperUnread),
        ({"TrangThai": "1", "TinhTrangGiayTo": "Còn hiệu lực"}, PaperUnread),
        ({"TrangThai": "Đã thu hồi", "TrangThaiKySo": "Đã ký"}, PaperRevoked),
    ],
    ids=str,
)
def test_a_bad_or_unknown_word_still_stands_against_it(more: dict[str, Any], why: type[Exception]) -> None:
    assert isinstance(against(**more), why)
